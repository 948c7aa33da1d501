/// The inventory.
#[derive(Clone)]
pub struct DigitalOcean {
    token: Token,
    /// The account that pays.
    pub account: Account,
    r#type: Kind,
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl ::cloudapi::__private::RestApi for DigitalOcean {
    fn __client(&self) -> &::cloudapi::__private::Client {
        let _ = &self.token;
        let _ = &self.account;
        let _ = &self.r#type;
        &self.__cloudapi
    }
}
#[automatically_derived]
impl DigitalOcean {
    /// Makes a client with the declared settings.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    pub fn new(
        token: Token,
        account: Account,
        r#type: Kind,
    ) -> ::cloudapi::__private::Result<Self> {
        DigitalOceanBuilder {
            setup: Self::builder().setup,
            fields: (token, account, r#type),
            api: ::core::marker::PhantomData,
        }
            .__cloudapi_build()
    }
    /// Begins a client whose settings may differ from the declared ones.
    pub fn builder() -> DigitalOceanBuilder<
        Self,
        ::cloudapi::__private::NotGiven,
        ::cloudapi::__private::NotGiven,
        ::cloudapi::__private::NotGiven,
    > {
        DigitalOceanBuilder {
            setup: ::cloudapi::__private::Setup::new("https://api.digitalocean.com/v2/")
                .callrateperhour(5000u32)
                .geometric_delay_multiplier(2f64)
                .maximum_geometric_delay_multiplications(5u16)
                .maximum_failed_attempts(1u16)
                .maximum_in_flight(8u32)
                .circuit_threshold(3u16)
                .retry_budget(::core::option::Option::None)
                .jitter(0.25f64)
                .request_timeout(::core::time::Duration::from_millis(30000u64))
                .connect_timeout(::core::time::Duration::from_millis(500u64))
                .minimum_delay(::core::time::Duration::from_millis(0u64))
                .maximum_delay(::core::time::Duration::from_millis(5400000u64))
                .maximum_retry_after(::core::time::Duration::from_millis(120000u64))
                .maximum_response_size(1048576u64)
                .retry(::cloudapi::__private::Retry::Standard),
            fields: (
                ::cloudapi::__private::NotGiven,
                ::cloudapi::__private::NotGiven,
                ::cloudapi::__private::NotGiven,
            ),
            api: ::core::marker::PhantomData,
        }
    }
}
/// Makes a [`DigitalOcean`] whose settings may differ from the declared ones.
#[must_use]
pub struct DigitalOceanBuilder<__Api, __F0, __F1, __F2> {
    setup: ::cloudapi::__private::Setup,
    fields: (__F0, __F1, __F2),
    api: ::core::marker::PhantomData<fn() -> __Api>,
}
#[automatically_derived]
impl<__Api, __F0, __F1, __F2> ::core::fmt::Debug
for DigitalOceanBuilder<__Api, __F0, __F1, __F2> {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        formatter.debug_struct("DigitalOceanBuilder").finish_non_exhaustive()
    }
}
#[automatically_derived]
impl<__F0, __F1, __F2> DigitalOceanBuilder<DigitalOcean, __F0, __F1, __F2> {
    /// Gives `token`.
    pub fn token(
        self,
        token: Token,
    ) -> DigitalOceanBuilder<DigitalOcean, Token, __F1, __F2> {
        DigitalOceanBuilder {
            setup: self.setup,
            fields: (token, self.fields.1, self.fields.2),
            api: self.api,
        }
    }
    /// The account that pays.
    pub fn account(
        self,
        account: Account,
    ) -> DigitalOceanBuilder<DigitalOcean, __F0, Account, __F2> {
        DigitalOceanBuilder {
            setup: self.setup,
            fields: (self.fields.0, account, self.fields.2),
            api: self.api,
        }
    }
    /// Gives `type`.
    pub fn r#type(
        self,
        r#type: Kind,
    ) -> DigitalOceanBuilder<DigitalOcean, __F0, __F1, Kind> {
        DigitalOceanBuilder {
            setup: self.setup,
            fields: (self.fields.0, self.fields.1, r#type),
            api: self.api,
        }
    }
    ::cloudapi::__private::setters!();
}
#[doc(hidden)]
mod __DigitalOcean_fields {
    pub enum token {}
    pub enum account {}
    pub enum r#type {}
}
#[automatically_derived]
impl<__F0, __F1, __F2> DigitalOceanBuilder<DigitalOcean, __F0, __F1, __F2> {
    /// Makes the client, once all fields are given.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    pub fn build(self) -> ::cloudapi::__private::Result<DigitalOcean>
    where
        __F0: ::cloudapi::__private::Given<Token, __DigitalOcean_fields::token>,
        __F1: ::cloudapi::__private::Given<Account, __DigitalOcean_fields::account>,
        __F2: ::cloudapi::__private::Given<Kind, __DigitalOcean_fields::r#type>,
    {
        DigitalOceanBuilder {
            setup: self.setup,
            fields: (
                ::cloudapi::__private::Given::<
                    _,
                    __DigitalOcean_fields::token,
                >::given(self.fields.0),
                ::cloudapi::__private::Given::<
                    _,
                    __DigitalOcean_fields::account,
                >::given(self.fields.1),
                ::cloudapi::__private::Given::<
                    _,
                    __DigitalOcean_fields::r#type,
                >::given(self.fields.2),
            ),
            api: self.api,
        }
            .__cloudapi_build()
    }
}
#[automatically_derived]
impl DigitalOceanBuilder<DigitalOcean, Token, Account, Kind> {
    fn __cloudapi_build(self) -> ::cloudapi::__private::Result<DigitalOcean> {
        ::core::result::Result::Ok(DigitalOcean {
            __cloudapi: self
                .setup
                .bearer(
                    ::cloudapi::__private::Text::new().value("token", &self.fields.0),
                )
                .header(
                    "User-Agent",
                    ::cloudapi::__private::Text::new().literal("inventory"),
                )
                .header(
                    "X-Account",
                    ::cloudapi::__private::Text::new()
                        .value("account", &self.fields.1)
                        .literal(":")
                        .value("type", &self.fields.2),
                )
                .declared_scope(
                    ::cloudapi::__private::Text::new().value("token", &self.fields.0),
                )
                .into_client()?,
            token: self.fields.0,
            account: self.fields.1,
            r#type: self.fields.2,
        })
    }
}
