//! The settings of a client: as they were given, and as they were found valid.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue};

use crate::auth::{Authorization, Secret, Text};
use crate::baseurl::normalised;
use crate::client::{Client, ClientCore, ClientTerms, Common};
use crate::credentials::Credentials;
use crate::details::{self, ErrorBody, ReadDetails};
use crate::engine::{Claim, Clock, JoinError, Renewal, ScopeKey, join};
use crate::error::Error;
use crate::schedule::{Backoff, Retry, Standard, Terms, VendorProfile};
use crate::transport::{AnyTransport, Reqwest, Transport};

const MULTIPLIERS: std::ops::RangeInclusive<f64> = 1.0..=1_000.0;

/// The settings as declared, and then as overridden.
#[derive(Debug)]
pub struct Setup {
    baseurl: String,
    callrateperhour: u32,
    maximum_in_flight: u32,
    backoff: Backoff,
    maximum_failed_attempts: u16,
    maximum_retry_after: Duration,
    request_timeout: Duration,
    connect_timeout: Duration,
    maximum_response_size: u64,
    retry: Retry,
    transport: Option<Arc<dyn Transport>>,
    clock: Clock,
    authorization: Option<Authorization>,
    headers: Vec<(&'static str, Text)>,
    query: Vec<(&'static str, Text)>,
    read_details: Option<ReadDetails>,
    credentials: Option<Renewal>,
    vendor: Arc<dyn VendorProfile>,
    declared_scope: Option<Text>,
    scope: Option<Secret>,
}

/// Defines a setter for each setting that is kept as it is given.
macro_rules! kept {
    ($($name:ident: $type:ty => $($field:ident).+;)*) => {$(
        #[doc = concat!("Sets `", stringify!($name), "`.")]
        #[must_use]
        pub fn $name(mut self, value: $type) -> Self {
            self.$($field).+ = value;
            self
        }
    )*};
}

impl Setup {
    /// The defaults, for the given base URL.
    #[must_use]
    pub fn new(baseurl: &str) -> Self {
        Self {
            baseurl: baseurl.to_owned(),
            callrateperhour: 360,
            maximum_in_flight: u32::MAX,
            backoff: Backoff::DEFAULT,
            maximum_failed_attempts: 1,
            maximum_retry_after: Duration::from_secs(3_600),
            request_timeout: Duration::from_secs(30),
            connect_timeout: Duration::from_secs(10),
            maximum_response_size: 64 << 20,
            retry: Retry::Standard,
            transport: None,
            clock: Clock::default(),
            authorization: None,
            headers: Vec::new(),
            query: Vec::new(),
            read_details: None,
            credentials: None,
            vendor: Arc::new(Standard),
            declared_scope: None,
            scope: None,
        }
    }

    kept! {
        callrateperhour: u32 => callrateperhour;
        maximum_in_flight: u32 => maximum_in_flight;
        geometric_delay_multiplier: f64 => backoff.multiplier;
        maximum_failed_attempts: u16 => maximum_failed_attempts;
        minimum_delay: Duration => backoff.minimum;
        maximum_delay: Duration => backoff.maximum;
        maximum_retry_after: Duration => maximum_retry_after;
        request_timeout: Duration => request_timeout;
        connect_timeout: Duration => connect_timeout;
        maximum_response_size: u64 => maximum_response_size;
        retry: Retry => retry;
    }

    /// Sets `maximum_geometric_delay_multiplications`.
    #[must_use]
    pub fn maximum_geometric_delay_multiplications(mut self, value: u16) -> Self {
        self.backoff.multiplications = u32::from(value);
        self
    }

    /// Sets `baseurl`.
    #[must_use]
    pub fn baseurl(mut self, baseurl: impl Into<String>) -> Self {
        self.baseurl = baseurl.into();
        self
    }

    /// Sends all requests through `transport`.
    #[must_use]
    pub fn transport(mut self, transport: impl Transport) -> Self {
        self.transport = Some(Arc::new(transport));
        self
    }

    /// Takes the time from a simulation.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn simulation(mut self, simulation: &crate::testing::Simulation) -> Self {
        self.clock = simulation.clock();
        self
    }

    /// Sends `Authorization: Bearer ..` with every request.
    #[must_use]
    pub fn bearer(mut self, token: Text) -> Self {
        self.authorization = Some(Authorization::Bearer(token));
        self
    }

    /// Sends user name and password with every request (RFC 7617).
    #[must_use]
    pub fn basic(mut self, user: Text, password: Text) -> Self {
        self.authorization = Some(Authorization::Basic(user, password));
        self
    }

    /// Reads the responses as this vendor means them.
    #[must_use]
    pub fn vendor(mut self, vendor: impl VendorProfile) -> Self {
        self.vendor = Arc::new(vendor);
        self
    }

    /// Sends credentials with every request that are renewed when they end.
    #[must_use]
    pub fn credentials(mut self, credentials: impl Credentials) -> Self {
        self.credentials = Some(Renewal::new(Arc::new(credentials)));
        self
    }

    /// The same, of a field of the client, which keeps it.
    #[must_use]
    pub fn credentials_of<C: Credentials + Clone>(self, credentials: &C) -> Self {
        match self.credentials {
            // One that was given to the builder stands.
            Some(_) => self,
            None => self.credentials(credentials.clone()),
        }
    }

    /// Sends a query parameter with every request.
    #[must_use]
    pub fn query(mut self, name: &'static str, value: Text) -> Self {
        self.query.push((name, value));
        self
    }

    /// Reads the bodies of error responses as an `E`.
    #[must_use]
    pub fn errors<E: ErrorBody>(mut self) -> Self {
        self.read_details = Some(details::read::<E>);
        self
    }

    /// Sends a header with every request.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Text) -> Self {
        self.headers.push((name, value));
        self
    }

    /// Splits the scope by the given text, unless [`scope`](Self::scope) does.
    #[must_use]
    pub fn declared_scope(mut self, scope: Text) -> Self {
        self.declared_scope = Some(scope);
        self
    }

    /// Splits the scope by the given text.
    #[must_use]
    pub fn scope(mut self, scope: impl Into<String>) -> Self {
        // It may well be a token.
        self.scope = Some(Secret::new(scope));
        self
    }

    /// Makes the client.
    ///
    /// # Errors
    ///
    /// If a setting is out of its range, a credential cannot be sent, or another
    /// client has claimed the scope with different limits.
    pub fn into_client(self) -> Result<Client, Error> {
        let baseurl = normalised(&self.baseurl)?;
        let claim = self.claim()?;
        let terms = self.terms()?;
        let common = self.common()?;
        let split = match (&self.scope, &self.declared_scope) {
            (Some(scope), _) => Some(scope.expose()),
            (None, Some(text)) => Some(text.finish()?),
            (None, None) => None,
        };
        let transport = match self.transport {
            Some(transport) => AnyTransport::Custom(transport),
            None => AnyTransport::Reqwest(Reqwest::new(self.connect_timeout)?),
        };
        let key = ScopeKey::new(baseurl.as_str(), split, &self.clock);
        let membership = join(key, claim, &self.clock)
            .map_err(|error| not_joined(error, baseurl.as_str(), claim))?;
        Ok(Client::new(ClientCore::new(
            membership,
            transport,
            baseurl,
            common,
            terms,
            self.read_details,
            self.credentials,
            self.vendor,
        )))
    }

    fn claim(&self) -> Result<Claim, Error> {
        let positive = |name: &str, value: u32| {
            NonZeroU32::new(value)
                .ok_or_else(|| Error::settings(format!("`{name}` is 0; it has to be at least 1")))
        };
        Ok(Claim {
            callrateperhour: positive("callrateperhour", self.callrateperhour)?,
            maximum_in_flight: positive("maximum_in_flight", self.maximum_in_flight)?,
        })
    }

    fn terms(&self) -> Result<ClientTerms, Error> {
        let multiplier = self.backoff.multiplier;
        if !MULTIPLIERS.contains(&multiplier) {
            return Err(Error::settings(format!(
                "`geometric_delay_multiplier` is {multiplier}; it has to be from {} to {}",
                MULTIPLIERS.start(),
                MULTIPLIERS.end()
            )));
        }
        let (minimum, maximum) = (self.backoff.minimum, self.backoff.maximum);
        if minimum > maximum {
            return Err(Error::settings(format!(
                "`minimum_delay` is {minimum:?}, which is more than `maximum_delay`, {maximum:?}"
            )));
        }
        for (name, timeout) in [
            ("request_timeout", self.request_timeout),
            ("connect_timeout", self.connect_timeout),
        ] {
            if timeout.is_zero() {
                return Err(Error::settings(format!(
                    "`{name}` is zero, so that no request could succeed"
                )));
            }
        }
        Ok(ClientTerms {
            schedule: Terms {
                backoff: self.backoff,
                maximum_failed_attempts: u32::from(self.maximum_failed_attempts),
                maximum_throttles: MAXIMUM_THROTTLES,
                maximum_retry_after: self.maximum_retry_after,
                least_wait: self.vendor.least_wait(),
            },
            request_timeout: self.request_timeout,
            maximum_response_size: self.maximum_response_size,
            retry: self.retry,
        })
    }

    fn common(&self) -> Result<Common, Error> {
        let mut headers = HeaderMap::with_capacity(self.headers.len() + 2);
        // Some vendors refuse requests without one.
        let agent = concat!("cloudapi/", env!("CARGO_PKG_VERSION"));
        headers.insert(USER_AGENT, HeaderValue::from_static(agent));
        if let Some(authorization) = &self.authorization {
            if self.credentials.is_some() {
                return Err(Error::settings(
                    "there are `credentials` besides `bearer` or `basic`: keep the one that the \
                     API asks for"
                        .to_owned(),
                ));
            }
            headers.insert(AUTHORIZATION, authorization.header_value()?);
        }
        for (name, text) in &self.headers {
            let header = HeaderName::from_bytes(name.as_bytes())
                .map_err(|_| Error::settings(format!("`{name}` is not the name of a header")))?;
            headers.insert(header, text.header_value(name)?);
        }
        for (_, text) in &self.query {
            text.finish()?;
        }
        let query = self.query.clone();
        Ok(Common { headers, query })
    }
}

/// A call that is throttled this often ends: the server means it.
const MAXIMUM_THROTTLES: u16 = 100;

fn not_joined(error: JoinError, baseurl: &str, wanted: Claim) -> Error {
    match error {
        JoinError::Conflict(claimed) => Error::conflict(format!(
            "another client of {baseurl} in this process has {}, and this one wants {}: all \
             clients of one base URL share one gate, so give both the same limits, drop the \
             other one first, or split the gate by account with `scope`",
            limits(claimed),
            limits(wanted),
        )),
        JoinError::Thread(error) => {
            Error::settings("the thread that watches the slots cannot be started".to_owned())
                .caused_by(error)
        }
    }
}

fn limits(claim: Claim) -> String {
    let rate = format!("`callrateperhour = {}`", claim.callrateperhour);
    match claim.maximum_in_flight.get() {
        u32::MAX => rate,
        in_flight => format!("{rate} and `maximum_in_flight = {in_flight}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_out_of_range_are_named() {
        let setup = || Setup::new("https://settings.test/");
        for (setup, name) in [
            (setup().callrateperhour(0), "callrateperhour"),
            (setup().maximum_in_flight(0), "maximum_in_flight"),
            (
                setup().geometric_delay_multiplier(0.5),
                "geometric_delay_multiplier",
            ),
            (
                setup().geometric_delay_multiplier(f64::NAN),
                "geometric_delay_multiplier",
            ),
            (setup().request_timeout(Duration::ZERO), "request_timeout"),
            (setup().connect_timeout(Duration::ZERO), "connect_timeout"),
            (setup().minimum_delay(Duration::MAX), "minimum_delay"),
            (setup().bearer(Text::new()), "is empty"),
        ] {
            let error = setup.into_client().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Settings);
            assert!(error.to_string().contains(name), "{error}");
        }
    }

    #[test]
    fn two_clients_of_one_scope_have_the_same_limits() {
        let first = Setup::new("https://conflict.test/v2")
            .into_client()
            .unwrap();
        let same = Setup::new("https://CONFLICT.test/v2/")
            .into_client()
            .unwrap();
        assert!(first.shares_scope_with(&same));
        let other = || Setup::new("https://conflict.test/v2").callrateperhour(7);
        let error = other().into_client().unwrap_err();
        assert_eq!(error.kind(), crate::ErrorKind::Conflict);
        let message = error.to_string();
        assert!(
            message.contains("360") && message.contains('7'),
            "{message}"
        );
        let split = other().scope("account").into_client().unwrap();
        assert!(!first.shares_scope_with(&split));
        drop((first, same));
        other().into_client().expect("nobody else is left");
    }
}
