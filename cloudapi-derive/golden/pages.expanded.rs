impl DigitalOcean {
    pub fn droplets(&self, tag: Option<&str>) -> Pages<Droplet> {
        <Pages<
            Droplet,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "droplets") },
                )
                .literal("droplets")
                .query("tag", &tag)
                .pages(
                    ::cloudapi::__private::Paging::new("droplets")
                        .next("links.pages.next"),
                ),
        )
    }
    fn repositories(&self, org: &str, trace: u64) -> Listed<Repository> {
        use ::cloudapi::__private::HeaderFallback as _;
        <Listed<
            Repository,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new("GET", "orgs/{org}/repos")
                    },
                )
                .literal("orgs/")
                .segment("org", &org)
                .literal("/repos")
                .header(
                    "X-Trace",
                    ::cloudapi::__private::HeaderProbe(&trace).header_value(),
                )
                .pages(::cloudapi::__private::Paging::new("").link()),
        )
    }
    fn images(&self) -> Pages<Image> {
        <Pages<
            Image,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "images") },
                )
                .literal("images")
                .pages(::cloudapi::__private::Paging::new("data").page("page")),
        )
    }
    fn machines(&self) -> Pages<Machine> {
        <Pages<
            Machine,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "machines") },
                )
                .literal("machines")
                .pages(
                    ::cloudapi::__private::Paging::new("data")
                        .items_optional()
                        .next("next"),
                ),
        )
    }
    fn keys(&self) -> Pages<Key> {
        <Pages<
            Key,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "keys") },
                )
                .literal("keys")
                .pages(
                    ::cloudapi::__private::Paging::new("data.items")
                        .cursor("cursor", "meta.next"),
                ),
        )
    }
    fn volumes(&self) -> Pages<Volume> {
        <Pages<
            Volume,
        > as crate::vendored::__private::PagesReturn>::from_pages(
            crate::vendored::__private::Draft::new(
                    self,
                    const {
                        &crate::vendored::__private::Endpoint::new("GET", "volumes")
                    },
                )
                .literal("volumes")
                .pages(
                    crate::vendored::__private::Paging::new("volumes")
                        .cursor("page_token", "next_page_token"),
                ),
        )
    }
}
pub struct Weather<'a, T: Show = u8, const N: usize = 2>
where
    T: Clone,
{
    of: &'a [T; N],
    #[doc(hidden)]
    __cloudapi: crate::vendored::__private::Client,
}
#[automatically_derived]
impl<'a, T: Show, const N: usize> crate::vendored::__private::RestApi
for Weather<'a, T, N>
where
    T: Clone,
{
    fn __client(&self) -> &crate::vendored::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<'a, T: Show, const N: usize, __Asks> crate::vendored::__private::Paged<__Asks>
for Weather<'a, T, N>
where
    T: Clone,
{
    const PAGING: crate::vendored::__private::Paging = crate::vendored::__private::Paging::new(
            "",
        )
        .cursor("page_token", "next_page_token");
}
#[automatically_derived]
impl<'a, T: Show, const N: usize> Weather<'a, T, N>
where
    T: Clone,
{
    /// Makes a client with the declared settings.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    pub fn new(of: &'a [T; N]) -> crate::vendored::__private::Result<Self> {
        WeatherBuilder {
            setup: Self::builder().setup,
            fields: (of,),
            api: ::core::marker::PhantomData,
        }
            .__cloudapi_build()
    }
    /// Begins a client whose settings may differ from the declared ones.
    pub fn builder() -> WeatherBuilder<Self, crate::vendored::__private::NotGiven> {
        WeatherBuilder {
            setup: crate::vendored::__private::Setup::new("https://api.example.com/"),
            fields: (crate::vendored::__private::NotGiven,),
            api: ::core::marker::PhantomData,
        }
    }
}
/// Makes a [`Weather`] whose settings may differ from the declared ones.
#[must_use]
pub struct WeatherBuilder<__Api, __F0> {
    setup: crate::vendored::__private::Setup,
    fields: (__F0,),
    api: ::core::marker::PhantomData<fn() -> __Api>,
}
#[automatically_derived]
impl<__Api, __F0> ::core::fmt::Debug for WeatherBuilder<__Api, __F0> {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        formatter.debug_struct("WeatherBuilder").finish_non_exhaustive()
    }
}
#[automatically_derived]
impl<'a, T: Show, const N: usize, __F0> WeatherBuilder<Weather<'a, T, N>, __F0>
where
    T: Clone,
{
    /// Gives `of`.
    pub fn of(self, of: &'a [T; N]) -> WeatherBuilder<Weather<'a, T, N>, &'a [T; N]> {
        WeatherBuilder {
            setup: self.setup,
            fields: (of,),
            api: self.api,
        }
    }
    crate::vendored::__private::setters!();
}
#[doc(hidden)]
mod __Weather_fields {
    pub enum of {}
}
#[automatically_derived]
impl<'a, T: Show, const N: usize, __F0> WeatherBuilder<Weather<'a, T, N>, __F0>
where
    T: Clone,
{
    /// Makes the client, once all fields are given.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    pub fn build(self) -> crate::vendored::__private::Result<Weather<'a, T, N>>
    where
        __F0: crate::vendored::__private::Given<&'a [T; N], __Weather_fields::of>,
    {
        WeatherBuilder {
            setup: self.setup,
            fields: (
                crate::vendored::__private::Given::<
                    _,
                    __Weather_fields::of,
                >::given(self.fields.0),
            ),
            api: self.api,
        }
            .__cloudapi_build()
    }
}
#[automatically_derived]
impl<'a, T: Show, const N: usize> WeatherBuilder<Weather<'a, T, N>, &'a [T; N]>
where
    T: Clone,
{
    fn __cloudapi_build(self) -> crate::vendored::__private::Result<Weather<'a, T, N>> {
        ::core::result::Result::Ok(Weather {
            __cloudapi: self.setup.into_client()?,
            of: self.fields.0,
        })
    }
}
impl<'a, T: Show, const N: usize> Weather<'a, T, N> {
    fn stations(&self) -> Pages<Station> {
        <Pages<
            Station,
        > as crate::vendored::__private::PagesReturn>::from_pages(
            crate::vendored::__private::Draft::new(
                    self,
                    const {
                        &crate::vendored::__private::Endpoint::new("GET", "stations")
                    },
                )
                .literal("stations")
                .pages(crate::vendored::__private::Paging::of::<Self>("")),
        )
    }
    fn networks(&self) -> Pages<Network> {
        <Pages<
            Network,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "networks") },
                )
                .literal("networks")
                .pages(
                    ::cloudapi::__private::Paging::of::<Self>("networks")
                        .items_optional(),
                ),
        )
    }
    fn readings(&self, until: u64) -> Pages<Reading> {
        <Pages<
            Reading,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "readings") },
                )
                .literal("readings")
                .text_query(
                    "since",
                    ::cloudapi::__private::Text::new().value("of", &self.of),
                )
                .query("until", &until)
                .pages(const {
                    let paging = ::cloudapi::__private::Paging::of::<Self>("data");
                    let paging = paging
                        .beside(
                            "since",
                            "`pages` of the client already sends the query parameter `since`; take this one out: each page is asked for in turn",
                        );
                    let paging = paging
                        .beside(
                            "until",
                            "`pages` of the client already sends the query parameter `until`; take this one out: each page is asked for in turn",
                        );
                    paging
                }),
        )
    }
}
struct Stations<T: Show> {
    of: T,
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl<T: Show> ::cloudapi::__private::RestApi for Stations<T> {
    fn __client(&self) -> &::cloudapi::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<T: Show, __Asks> ::cloudapi::__private::Paged<__Asks> for Stations<T>
where
    Weather<'static, T>: ::cloudapi::__private::Paged<__Asks>,
{
    const PAGING: ::cloudapi::__private::Paging = <Weather<
        'static,
        T,
    > as ::cloudapi::__private::Paged<__Asks>>::PAGING;
}
#[automatically_derived]
impl<T: Show> Stations<T> {
    /// Makes a client that is reached as `parent` is: with its base URL, settings and
    /// credentials, and through its gate and queue.
    fn new(parent: &Weather<'_, T>, of: T) -> Self {
        Self {
            __cloudapi: ::cloudapi::__private::Client::extend(
                ::cloudapi::__private::RestApi::__client(parent),
                "",
            ),
            of: of,
        }
    }
}
struct Readings {
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl ::cloudapi::__private::RestApi for Readings {
    fn __client(&self) -> &::cloudapi::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<__Asks> ::cloudapi::__private::Paged<__Asks> for Readings {
    const PAGING: ::cloudapi::__private::Paging = ::cloudapi::__private::Paging::new("")
        .link();
}
#[automatically_derived]
impl Readings {
    /// Makes a client that is reached as `parent` is: with its base URL, settings and
    /// credentials, and through its gate and queue.
    fn new(parent: &Weather) -> Self {
        Self {
            __cloudapi: ::cloudapi::__private::Client::extend(
                ::cloudapi::__private::RestApi::__client(parent),
                "",
            ),
        }
    }
}
