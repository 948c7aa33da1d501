::core::compile_error! {
    "the base URL has the scheme `ftp`, which is not HTTP\nhelp: write it like `https://api.example.com/v1/`"
}
::core::compile_error! {
    "`#[rest_api]` has no key `callrateperhuor`\nhelp: did you mean `callrateperhour`?"
}
::core::compile_error! {
    "`{tokne}` is not a field of the struct\nhelp: did you mean `token`?"
}
struct Weather {
    token: Token,
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl ::cloudapi::__private::RestApi for Weather {
    fn __client(&self) -> &::cloudapi::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
impl Weather {
    /// Makes a client with the declared settings.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    fn new(token: Token) -> ::cloudapi::__private::Result<Self> {
        WeatherBuilder {
            setup: Self::builder().setup,
            fields: (token,),
            api: ::core::marker::PhantomData,
        }
            .__cloudapi_build()
    }
    /// Begins a client whose settings may differ from the declared ones.
    fn builder() -> WeatherBuilder<Self, ::cloudapi::__private::NotGiven> {
        WeatherBuilder {
            setup: ::cloudapi::__private::Setup::new(""),
            fields: (::cloudapi::__private::NotGiven,),
            api: ::core::marker::PhantomData,
        }
    }
}
/// Makes a [`Weather`] whose settings may differ from the declared ones.
#[must_use]
struct WeatherBuilder<__Api, __F0> {
    setup: ::cloudapi::__private::Setup,
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
impl<__F0> WeatherBuilder<Weather, __F0> {
    /// Gives `token`.
    fn token(self, token: Token) -> WeatherBuilder<Weather, Token> {
        WeatherBuilder {
            setup: self.setup,
            fields: (token,),
            api: self.api,
        }
    }
    ::cloudapi::__private::setters!();
}
#[doc(hidden)]
mod __Weather_fields {
    pub enum token {}
}
#[automatically_derived]
impl<__F0> WeatherBuilder<Weather, __F0> {
    /// Makes the client, once all fields are given.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    fn build(self) -> ::cloudapi::__private::Result<Weather>
    where
        __F0: ::cloudapi::__private::Given<Token, __Weather_fields::token>,
    {
        WeatherBuilder {
            setup: self.setup,
            fields: (
                ::cloudapi::__private::Given::<
                    _,
                    __Weather_fields::token,
                >::given(self.fields.0),
            ),
            api: self.api,
        }
            .__cloudapi_build()
    }
}
#[automatically_derived]
impl WeatherBuilder<Weather, Token> {
    fn __cloudapi_build(self) -> ::cloudapi::__private::Result<Weather> {
        ::core::result::Result::Ok(Weather {
            __cloudapi: self
                .setup
                .bearer(::cloudapi::__private::Text::new())
                .into_client()?,
            token: self.fields.0,
        })
    }
}
impl Weather {
    pub async fn station(
        &self,
        id: u64,
        pge: u64,
        mut body: B,
    ) -> ::cloudapi::__private::Result<()> {
        ::core::compile_error! {
            "a parameter of an endpoint is a plain name\nhelp: write `body: B`"
        }
        ::core::compile_error! {
            "the path starts with `/`\nhelp: leave the `/` out: the path is appended to the base URL, whose own path stays"
        }
        ::core::compile_error! {
            "the path carries a query\nhelp: make it a parameter of the method, `#[query] name: &str`, or, if it is always the same, a key of the attribute, `query(\"name\" = \"value\")`"
        }
        ::core::compile_error! {
            "an endpoint cannot be `const`\nhelp: take `const` out"
        }
        ::core::compile_error! {
            "an endpoint cannot be `unsafe`\nhelp: take `unsafe` out"
        }
        ::core::compile_error! {
            "an endpoint takes `self` by shared reference\nhelp: write `fn station(&self, ..)`"
        }
        ::core::compile_error! {
            "an endpoint returns what the API answers\nexpected: `async fn .. -> Result<T>`\nhelp: if the answer does not matter, write `-> Result<()>`"
        }
        ::core::compile_error! {
            "the parameter `pge` is not used in the request\nhelp: put `{pge}` in the path, or mark it `#[query]` or `#[header(\"X-Name\")]`"
        }
        ::core::compile_error! {
            "GET requests have no body\nhelp: make it `#[query]`, or declare the endpoint as `#[post]`"
        }
    }
    fn add(&self, name: Name) -> impl Future {
        ::core::compile_error! {
            "`#[qeury]` says nothing about a parameter\nhelp: did you mean `query`?"
        }
        ::core::compile_error! {
            "an endpoint takes the client, `&self`\nhelp: write `fn add(&self, ..)`"
        }
        ::core::compile_error! {
            "an endpoint cannot return `impl Trait`\nexpected: `fn .. -> Call<T>`, or `async fn .. -> Result<T>`\nhelp: name the type that the response is read as"
        }
    }
}
