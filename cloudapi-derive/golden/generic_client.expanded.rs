struct Client<'a, T: Show + 'a, const N: usize = 4>
where
    T: Clone,
{
    name: &'a T,
    key: [Key; N],
    #[doc(hidden)]
    __cloudapi: crate::vendored::__private::Client,
}
#[automatically_derived]
impl<'a, T: Show + 'a, const N: usize> crate::vendored::__private::RestApi
for Client<'a, T, N>
where
    T: Clone,
{
    fn __client(&self) -> &crate::vendored::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
impl<'a, T: Show + 'a, const N: usize> Client<'a, T, N>
where
    T: Clone,
{
    /// Begins a client whose settings may differ from the declared ones.
    fn builder() -> ClientBuilder<
        Self,
        crate::vendored::__private::NotGiven,
        crate::vendored::__private::NotGiven,
    > {
        ClientBuilder {
            setup: crate::vendored::__private::Setup::new("https://api.example.com/"),
            fields: (
                crate::vendored::__private::NotGiven,
                crate::vendored::__private::NotGiven,
            ),
            api: ::core::marker::PhantomData,
        }
    }
}
/// Makes a [`Client`] whose settings may differ from the declared ones.
#[must_use]
struct ClientBuilder<__Api, __F0, __F1> {
    setup: crate::vendored::__private::Setup,
    fields: (__F0, __F1),
    api: ::core::marker::PhantomData<fn() -> __Api>,
}
#[automatically_derived]
impl<__Api, __F0, __F1> ::core::fmt::Debug for ClientBuilder<__Api, __F0, __F1> {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        formatter.debug_struct("ClientBuilder").finish_non_exhaustive()
    }
}
#[automatically_derived]
impl<
    'a,
    T: Show + 'a,
    const N: usize,
    __F0,
    __F1,
> ClientBuilder<Client<'a, T, N>, __F0, __F1>
where
    T: Clone,
{
    /// Gives `name`.
    fn name(self, name: &'a T) -> ClientBuilder<Client<'a, T, N>, &'a T, __F1> {
        ClientBuilder {
            setup: self.setup,
            fields: (name, self.fields.1),
            api: self.api,
        }
    }
    /// Gives `key`.
    fn key(self, key: [Key; N]) -> ClientBuilder<Client<'a, T, N>, __F0, [Key; N]> {
        ClientBuilder {
            setup: self.setup,
            fields: (self.fields.0, key),
            api: self.api,
        }
    }
    crate::vendored::__private::setters!();
}
#[doc(hidden)]
mod __Client_fields {
    pub enum name {}
    pub enum key {}
}
#[automatically_derived]
impl<
    'a,
    T: Show + 'a,
    const N: usize,
    __F0,
    __F1,
> ClientBuilder<Client<'a, T, N>, __F0, __F1>
where
    T: Clone,
{
    /// Makes the client, once all fields are given.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    fn build(self) -> crate::vendored::__private::Result<Client<'a, T, N>>
    where
        __F0: crate::vendored::__private::Given<&'a T, __Client_fields::name>,
        __F1: crate::vendored::__private::Given<[Key; N], __Client_fields::key>,
    {
        ClientBuilder {
            setup: self.setup,
            fields: (
                crate::vendored::__private::Given::<
                    _,
                    __Client_fields::name,
                >::given(self.fields.0),
                crate::vendored::__private::Given::<
                    _,
                    __Client_fields::key,
                >::given(self.fields.1),
            ),
            api: self.api,
        }
            .__cloudapi_build()
    }
}
#[automatically_derived]
impl<'a, T: Show + 'a, const N: usize> ClientBuilder<Client<'a, T, N>, &'a T, [Key; N]>
where
    T: Clone,
{
    fn __cloudapi_build(self) -> crate::vendored::__private::Result<Client<'a, T, N>> {
        ::core::result::Result::Ok(Client {
            __cloudapi: self.setup.into_client()?,
            name: self.fields.0,
            key: self.fields.1,
        })
    }
}
