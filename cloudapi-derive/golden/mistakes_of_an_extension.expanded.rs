::core::compile_error! {
    "`extends` does not take this value\nexpected: the type of another client, as in `extends = Example`"
}
::core::compile_error! {
    "the path starts with `/`\nhelp: leave the `/` out: the path is appended to the base URL, whose own path stays"
}
::core::compile_error! {
    "the path of a client has no placeholders\nhelp: begin the paths of its endpoints with it"
}
::core::compile_error! {
    "`callrateperhour` comes from the parent\nhelp: declare it on the parent, or leave `extends` out"
}
::core::compile_error! {
    "without `new` nobody could make this client\nhelp: take `constructor` out; a client that extends another has no builder"
}
struct Stations {
    region: Region,
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl ::cloudapi::__private::RestApi for Stations {
    fn __client(&self) -> &::cloudapi::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<__Asks> ::cloudapi::__private::Paged<__Asks> for Stations {
    const PAGING: ::cloudapi::__private::Paging = ::cloudapi::__private::Paging::new("");
}
#[automatically_derived]
impl Stations {
    /// Makes a client that is reached as `parent` is: with its base URL, settings and
    /// credentials, and through its gate and queue.
    fn new(parent: &impl ::cloudapi::__private::RestApi, region: Region) -> Self {
        Self {
            __cloudapi: ::cloudapi::__private::Client::extend(
                ::cloudapi::__private::RestApi::__client(parent),
                "/stations/{id}/",
            ),
            region: region,
        }
    }
}
::core::compile_error! {
    "`#[rest_api]` has no key `acessor`\nhelp: did you mean `accessor`?"
}
::core::compile_error! {
    "the accessor has nothing to fill the field `since` with\nhelp: take `accessor` out; a `Readings` is made by `Readings::new(&parent, since)`"
}
struct Readings {
    since: u64,
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
impl<__Asks> ::cloudapi::__private::Paged<__Asks> for Readings
where
    Weather: ::cloudapi::__private::Paged<__Asks>,
{
    const PAGING: ::cloudapi::__private::Paging = <Weather as ::cloudapi::__private::Paged<
        __Asks,
    >>::PAGING;
}
#[automatically_derived]
impl Readings {
    /// Makes a client that is reached as `parent` is: with its base URL, settings and
    /// credentials, and through its gate and queue.
    fn new(parent: &Weather, since: u64) -> Self {
        Self {
            __cloudapi: ::cloudapi::__private::Client::extend(
                ::cloudapi::__private::RestApi::__client(parent),
                "",
            ),
            since: since,
        }
    }
}
#[automatically_derived]
impl Weather {
    /// The [`Readings`] of this client, with its base URL, settings and credentials, and
    /// through its gate and queue.
    fn readings(&self) -> Readings {
        ::core::unreachable!()
    }
}
