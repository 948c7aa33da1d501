pub struct Example {
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl ::cloudapi::__private::RestApi for Example {
    fn __client(&self) -> &::cloudapi::__private::Client {
        &self.__cloudapi
    }
}
#[automatically_derived]
impl Example {
    /// Makes a client with the declared settings.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    pub fn new() -> ::cloudapi::__private::Result<Self> {
        ExampleBuilder {
            setup: Self::builder().setup,
            fields: (),
            api: ::core::marker::PhantomData,
        }
            .__cloudapi_build()
    }
    /// Begins a client whose settings may differ from the declared ones.
    pub fn builder() -> ExampleBuilder<Self> {
        ExampleBuilder {
            setup: ::cloudapi::__private::Setup::new("https://api.example.com/")
                .callrateperhour(5000u32)
                .callrateperminute(250u32)
                .callratepersecond(25u32)
                .burst(20u32)
                .maximum_queue_length(1000u32)
                .when_full(::cloudapi::__private::WhenFull::DropOldest)
                .priority(::cloudapi::__private::Priority::High)
                .limit(
                    ::cloudapi::__private::Rate::new(
                        1200u32,
                        ::core::time::Duration::from_millis(300000u64),
                    ),
                )
                .limit(
                    ::cloudapi::__private::Rate::new(
                            3u32,
                            ::core::time::Duration::from_millis(250u64),
                        )
                        .burst(2u32),
                ),
            fields: (),
            api: ::core::marker::PhantomData,
        }
    }
}
/// Makes a [`Example`] whose settings may differ from the declared ones.
#[must_use]
pub struct ExampleBuilder<__Api> {
    setup: ::cloudapi::__private::Setup,
    fields: (),
    api: ::core::marker::PhantomData<fn() -> __Api>,
}
#[automatically_derived]
impl<__Api> ::core::fmt::Debug for ExampleBuilder<__Api> {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        formatter.debug_struct("ExampleBuilder").finish_non_exhaustive()
    }
}
#[automatically_derived]
impl ExampleBuilder<Example> {
    ::cloudapi::__private::setters!();
}
#[automatically_derived]
impl ExampleBuilder<Example> {
    /// Makes the client, once all fields are given.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    pub fn build(self) -> ::cloudapi::__private::Result<Example> {
        ExampleBuilder {
            setup: self.setup,
            fields: (),
            api: self.api,
        }
            .__cloudapi_build()
    }
}
#[automatically_derived]
impl ExampleBuilder<Example> {
    fn __cloudapi_build(self) -> ::cloudapi::__private::Result<Example> {
        ::core::result::Result::Ok(Example {
            __cloudapi: self.setup.into_client()?,
        })
    }
}
