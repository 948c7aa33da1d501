struct Mail {
    key: Key,
    account: Account,
    #[doc(hidden)]
    __cloudapi: ::cloudapi::__private::Client,
}
#[automatically_derived]
impl ::cloudapi::__private::RestApi for Mail {
    fn __client(&self) -> &::cloudapi::__private::Client {
        let _ = &self.key;
        let _ = &self.account;
        &self.__cloudapi
    }
}
#[automatically_derived]
impl Mail {
    /// Makes a client with the declared settings.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    fn new(key: Key, account: Account) -> ::cloudapi::__private::Result<Self> {
        MailBuilder {
            setup: Self::builder().setup,
            fields: (key, account),
            api: ::core::marker::PhantomData,
        }
            .__cloudapi_build()
    }
    /// Begins a client whose settings may differ from the declared ones.
    fn builder() -> MailBuilder<
        Self,
        ::cloudapi::__private::NotGiven,
        ::cloudapi::__private::NotGiven,
    > {
        MailBuilder {
            setup: ::cloudapi::__private::Setup::new("https://api.example.com/")
                .errors::<errors::Problem<Code>>(),
            fields: (::cloudapi::__private::NotGiven, ::cloudapi::__private::NotGiven),
            api: ::core::marker::PhantomData,
        }
    }
}
/// Makes a [`Mail`] whose settings may differ from the declared ones.
#[must_use]
struct MailBuilder<__Api, __F0, __F1> {
    setup: ::cloudapi::__private::Setup,
    fields: (__F0, __F1),
    api: ::core::marker::PhantomData<fn() -> __Api>,
}
#[automatically_derived]
impl<__Api, __F0, __F1> ::core::fmt::Debug for MailBuilder<__Api, __F0, __F1> {
    fn fmt(&self, formatter: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
        formatter.debug_struct("MailBuilder").finish_non_exhaustive()
    }
}
#[automatically_derived]
impl<__F0, __F1> MailBuilder<Mail, __F0, __F1> {
    /// Gives `key`.
    fn key(self, key: Key) -> MailBuilder<Mail, Key, __F1> {
        MailBuilder {
            setup: self.setup,
            fields: (key, self.fields.1),
            api: self.api,
        }
    }
    /// Gives `account`.
    fn account(self, account: Account) -> MailBuilder<Mail, __F0, Account> {
        MailBuilder {
            setup: self.setup,
            fields: (self.fields.0, account),
            api: self.api,
        }
    }
    ::cloudapi::__private::setters!();
}
#[doc(hidden)]
mod __Mail_fields {
    pub enum key {}
    pub enum account {}
}
#[automatically_derived]
impl<__F0, __F1> MailBuilder<Mail, __F0, __F1> {
    /// Makes the client, once all fields are given.
    ///
    /// # Errors
    ///
    /// If the settings contradict each other or those of another client of the
    /// same scope, or if a field cannot be put where the declaration wants it.
    fn build(self) -> ::cloudapi::__private::Result<Mail>
    where
        __F0: ::cloudapi::__private::Given<Key, __Mail_fields::key>,
        __F1: ::cloudapi::__private::Given<Account, __Mail_fields::account>,
    {
        MailBuilder {
            setup: self.setup,
            fields: (
                ::cloudapi::__private::Given::<
                    _,
                    __Mail_fields::key,
                >::given(self.fields.0),
                ::cloudapi::__private::Given::<
                    _,
                    __Mail_fields::account,
                >::given(self.fields.1),
            ),
            api: self.api,
        }
            .__cloudapi_build()
    }
}
#[automatically_derived]
impl MailBuilder<Mail, Key, Account> {
    fn __cloudapi_build(self) -> ::cloudapi::__private::Result<Mail> {
        ::core::result::Result::Ok(Mail {
            __cloudapi: self
                .setup
                .basic(
                    ::cloudapi::__private::Text::new().value("key", &self.fields.0),
                    ::cloudapi::__private::Text::new(),
                )
                .query("format", ::cloudapi::__private::Text::new().literal("json"))
                .query(
                    "account",
                    ::cloudapi::__private::Text::new().value("account", &self.fields.1),
                )
                .into_client()?,
            key: self.fields.0,
            account: self.fields.1,
        })
    }
}
