pub(crate) struct Weather {
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
    pub(crate) fn new() -> ::cloudapi::__private::Result<Self> {
        WeatherBuilder {
            setup: Self::builder().setup,
            fields: (),
            api: ::core::marker::PhantomData,
        }
            .__cloudapi_build()
    }
    /// Begins a client whose settings may differ from the declared ones.
    pub(crate) fn builder() -> WeatherBuilder<Self> {
        WeatherBuilder {
            setup: ::cloudapi::__private::Setup::new("https://api.example.com"),
            fields: (),
            api: ::core::marker::PhantomData,
        }
    }
}
/// Makes a [`Weather`] whose settings may differ from the declared ones.
#[must_use]
pub(crate) struct WeatherBuilder<__Api> {
    setup: ::cloudapi::__private::Setup,
    fields: (),
    api: ::core::marker::PhantomData<fn() -> __Api>,
}
#[automatically_derived]
impl<__Api> ::core::fmt::Debug for WeatherBuilder<__Api> {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        formatter.debug_struct("WeatherBuilder").finish_non_exhaustive()
    }
}
#[automatically_derived]
impl WeatherBuilder<Weather> {
    ::cloudapi::__private::setters!();
}
#[automatically_derived]
impl WeatherBuilder<Weather> {
    /// Makes the client, once all fields are given.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    pub(crate) fn build(self) -> ::cloudapi::__private::Result<Weather> {
        WeatherBuilder {
            setup: self.setup,
            fields: (),
            api: self.api,
        }
            .__cloudapi_build()
    }
}
#[automatically_derived]
impl WeatherBuilder<Weather> {
    fn __cloudapi_build(self) -> ::cloudapi::__private::Result<Weather> {
        ::core::result::Result::Ok(Weather {
            __cloudapi: self.setup.into_client()?,
        })
    }
}
