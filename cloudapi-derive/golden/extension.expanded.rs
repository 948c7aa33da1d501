/// The volumes of a region.
#[derive(Clone)]
pub struct Volumes {
    /// Where they are.
    pub region: Region,
    r#type: Kind,
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl ::cloudapi::__private::RestApi for Volumes {
    fn __client(&self) -> &::cloudapi::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<__Asks> ::cloudapi::__private::Paged<__Asks> for Volumes
where
    DigitalOcean: ::cloudapi::__private::Paged<__Asks>,
{
    const PAGING: ::cloudapi::__private::Paging = <DigitalOcean as ::cloudapi::__private::Paged<
        __Asks,
    >>::PAGING;
}
#[automatically_derived]
impl Volumes {
    /// Makes a client that is reached as `parent` is: with its base URL, settings and
    /// credentials, and through its gate and queue.
    pub fn new(parent: &DigitalOcean, region: Region, r#type: Kind) -> Self {
        Self {
            __cloudapi: ::cloudapi::__private::Client::extend(
                ::cloudapi::__private::RestApi::__client(parent),
                "volumes/",
            ),
            region: region,
            r#type: r#type,
        }
    }
}
pub(crate) struct Child<'a, T: Show>
where
    T: Clone,
{
    parent: &'a T,
    #[doc(hidden)]
    __cloudapi: crate::vendored::__private::Client,
}
#[automatically_derived]
impl<'a, T: Show> crate::vendored::__private::RestApi for Child<'a, T>
where
    T: Clone,
{
    fn __client(&self) -> &crate::vendored::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<'a, T: Show, __Asks> crate::vendored::__private::Paged<__Asks> for Child<'a, T>
where
    T: Clone,
    parents::Parent<'a, T>: crate::vendored::__private::Paged<__Asks>,
{
    const PAGING: crate::vendored::__private::Paging = <parents::Parent<
        'a,
        T,
    > as crate::vendored::__private::Paged<__Asks>>::PAGING;
}
#[automatically_derived]
impl<'a, T: Show> Child<'a, T>
where
    T: Clone,
{
    /// Makes a client that is reached as `parent` is: with its base URL, settings and
    /// credentials, and through its gate and queue.
    pub(crate) fn new(parent: &parents::Parent<'a, T>, parent: &'a T) -> Self {
        Self {
            __cloudapi: crate::vendored::__private::Client::extend(
                crate::vendored::__private::RestApi::__client(parent),
                "",
            ),
            parent: parent,
        }
    }
}
struct Unit {
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl ::cloudapi::__private::RestApi for Unit {
    fn __client(&self) -> &::cloudapi::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<__Asks> ::cloudapi::__private::Paged<__Asks> for Unit
where
    DigitalOcean: ::cloudapi::__private::Paged<__Asks>,
{
    const PAGING: ::cloudapi::__private::Paging = <DigitalOcean as ::cloudapi::__private::Paged<
        __Asks,
    >>::PAGING;
}
#[automatically_derived]
impl Unit {
    /// Makes a client that is reached as `parent` is: with its base URL, settings and
    /// credentials, and through its gate and queue.
    fn new(parent: &DigitalOcean) -> Self {
        Self {
            __cloudapi: ::cloudapi::__private::Client::extend(
                ::cloudapi::__private::RestApi::__client(parent),
                "",
            ),
        }
    }
}
pub struct Parts<const N: usize> {
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl<const N: usize> ::cloudapi::__private::RestApi for Parts<N> {
    fn __client(&self) -> &::cloudapi::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<const N: usize, __Asks> ::cloudapi::__private::Paged<__Asks> for Parts<N>
where
    parents::Parent<'static, N>: ::cloudapi::__private::Paged<__Asks>,
{
    const PAGING: ::cloudapi::__private::Paging = <parents::Parent<
        'static,
        N,
    > as ::cloudapi::__private::Paged<__Asks>>::PAGING;
}
#[automatically_derived]
impl<const N: usize> Parts<N> {
    /// Makes a client that is reached as `parent` is: with its base URL, settings and
    /// credentials, and through its gate and queue.
    pub fn new(parent: &parents::Parent<'_, N>) -> Self {
        Self {
            __cloudapi: ::cloudapi::__private::Client::extend(
                ::cloudapi::__private::RestApi::__client(parent),
                "parts/",
            ),
        }
    }
}
#[automatically_derived]
impl<const N: usize> parents::Parent<'_, N> {
    /// The [`Parts`] of this client, with its base URL, settings and credentials, and
    /// through its gate and queue.
    pub fn r#type(&self) -> Parts<N> {
        <Parts<N>>::new(self)
    }
}
