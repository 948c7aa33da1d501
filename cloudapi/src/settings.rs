//! The settings of a client: as they were given, and as they were found valid.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use http::header::{AUTHORIZATION, HeaderName, USER_AGENT};
use http::{HeaderMap, HeaderValue};

use crate::auth::{Authorization, Secret, Text};
use crate::baseurl::normalised;
use crate::client::{Client, ClientCore, ClientTerms, Common, Reading};
use crate::credentials::Credentials;
use crate::details::{self, ErrorBody, ReadDetails};
use crate::engine::{Claim, Clock, JoinError, Renewal, ScopeKey, join};
use crate::error::Error;
use crate::schedule::{
    Backoff, Priority, Rate, Retry, Room, Standard, Terms, VendorProfile, WhenFull,
};
use crate::transport::{AnyTransport, Reqwest, Transport};

const MULTIPLIERS: std::ops::RangeInclusive<f64> = 1.0..=1_000.0;

/// The settings as declared, and then as overridden.
#[derive(Debug)]
pub struct Setup {
    baseurl: String,
    /// In place of the default, unless there is none.
    rates: Vec<Declared>,
    /// Of the rates that are settings.
    burst: Option<u32>,
    maximum_in_flight: u32,
    maximum_queue_length: Option<u32>,
    when_full: WhenFull,
    priority: Priority,
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

/// A limit, and whether it is one of the rates that are settings.
#[derive(Clone, Copy, Debug)]
struct Declared {
    rate: Rate,
    is_setting: bool,
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
            rates: Vec::new(),
            burst: None,
            maximum_in_flight: u32::MAX,
            maximum_queue_length: None,
            when_full: WhenFull::Refuse,
            priority: Priority::Normal,
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
        when_full: WhenFull => when_full;
        priority: Priority => priority;
    }

    /// Sets `callrateperhour`.
    #[must_use]
    pub fn callrateperhour(self, calls: u32) -> Self {
        self.with_rate(Rate::new(calls, Rate::HOUR), true)
    }

    /// Sets `callrateperminute`.
    #[must_use]
    pub fn callrateperminute(self, calls: u32) -> Self {
        self.with_rate(Rate::new(calls, Rate::MINUTE), true)
    }

    /// Sets `callratepersecond`.
    #[must_use]
    pub fn callratepersecond(self, calls: u32) -> Self {
        self.with_rate(Rate::new(calls, Rate::SECOND), true)
    }

    /// Adds a limit, in place of one for the same time.
    #[must_use]
    pub fn limit(self, rate: Rate) -> Self {
        self.with_rate(rate, false)
    }

    fn with_rate(mut self, rate: Rate, is_setting: bool) -> Self {
        self.rates.retain(|other| other.rate.per() != rate.per());
        self.rates.push(Declared { rate, is_setting });
        self
    }

    /// Sets `burst`.
    #[must_use]
    pub fn burst(mut self, burst: u32) -> Self {
        self.burst = Some(burst);
        self
    }

    /// Sets `maximum_queue_length`.
    #[must_use]
    pub fn maximum_queue_length(mut self, calls: u32) -> Self {
        self.maximum_queue_length = Some(calls);
        self
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
        let membership = join(key, claim.clone(), &self.clock)
            .map_err(|error| not_joined(error, baseurl.as_str(), &claim))?;
        Ok(Client::new(ClientCore::new(
            membership,
            transport,
            baseurl,
            common,
            terms,
            Reading {
                details: self.read_details,
                vendor: self.vendor,
            },
            self.credentials,
        )))
    }

    fn claim(&self) -> Result<Claim, Error> {
        let positive = |name: &str, value: u32| {
            NonZeroU32::new(value)
                .ok_or_else(|| Error::settings(format!("`{name}` is 0; it has to be at least 1")))
        };
        let room = match self.maximum_queue_length {
            // Where nothing is full it does not matter what happens then.
            None => Room::UNBOUNDED,
            Some(maximum) => Room {
                maximum: positive("maximum_queue_length", maximum)?.get(),
                when_full: self.when_full,
            },
        };
        Ok(Claim {
            rates: self.rates()?,
            maximum_in_flight: positive("maximum_in_flight", self.maximum_in_flight)?,
            room,
        })
    }

    /// All limits, in order.
    fn rates(&self) -> Result<Vec<Rate>, Error> {
        const DEFAULT: Declared = Declared {
            rate: Rate::new(360, Rate::HOUR),
            is_setting: true,
        };
        let declared = match &self.rates[..] {
            [] => &[DEFAULT],
            rates => rates,
        };
        if self.burst.is_some() && !declared.iter().any(|declared| declared.is_setting) {
            return Err(Error::settings(
                "`burst` belongs to `callrateperhour`, `callrateperminute` and \
                 `callratepersecond`, and none of them is set: give a `Rate` its own burst"
                    .to_owned(),
            ));
        }
        let mut rates = Vec::with_capacity(declared.len());
        for &Declared { rate, is_setting } in declared {
            let rate = match self.burst {
                Some(burst) if is_setting => rate.burst(burst),
                _ => rate,
            };
            if let Some(problem) = rate.problem() {
                return Err(Error::settings(format!(
                    "the limit `{rate}` is none: {problem}"
                )));
            }
            rates.push(rate);
        }
        rates.sort();
        Ok(rates)
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
            priority: self.priority,
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

fn not_joined(error: JoinError, baseurl: &str, wanted: &Claim) -> Error {
    match error {
        JoinError::Conflict(claimed) => Error::conflict(format!(
            "another client of {baseurl} in this process has {}, and this one wants {}: all \
             clients of one base URL share one gate, so give both the same limits, drop the \
             other one first, or split the gate by account with `scope`",
            limits(&claimed),
            limits(wanted),
        )),
        JoinError::Thread(error) => {
            Error::settings("the thread that watches the slots cannot be started".to_owned())
                .caused_by(error)
        }
    }
}

/// All that clients have to agree on, as they declare it.
fn limits(claim: &Claim) -> String {
    let mut limits: Vec<_> = claim.rates.iter().map(|rate| format!("`{rate}`")).collect();
    if claim.maximum_in_flight != NonZeroU32::MAX {
        limits.push(format!("`maximum_in_flight = {}`", claim.maximum_in_flight));
    }
    let Room { maximum, when_full } = claim.room;
    if maximum != u32::MAX {
        limits.push(format!("`maximum_queue_length = {maximum}`"));
        limits.push(format!("`when_full = \"{}\"`", when_full.word()));
    }
    let last = limits.pop().unwrap_or_default();
    match limits.is_empty() {
        true => last,
        false => format!("{} and {last}", limits.join(", ")),
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
    fn limits_that_are_none_say_why() {
        let setup = || Setup::new("https://limits.test/");
        let minute = |calls| Rate::new(calls, Rate::MINUTE);
        for (setup, why) in [
            (setup().callrateperminute(0), "callrateperminute = 0"),
            (setup().callratepersecond(0), "callratepersecond = 0"),
            (setup().limit(minute(0)), "no attempt at all"),
            (setup().limit(minute(5).burst(6)), "burst is more than"),
            (setup().callratepersecond(5).burst(6), "burst is more than"),
            (setup().burst(0), "burst of 1 is even spacing"),
            (setup().limit(minute(5)).burst(2), "none of them is set"),
            (setup().limit(Rate::new(1, Duration::ZERO)), "time is zero"),
            (setup().limit(Rate::new(1, Duration::MAX)), "366 days"),
            (setup().maximum_queue_length(0), "maximum_queue_length"),
        ] {
            let error = setup.into_client().unwrap_err();
            assert_eq!(error.kind(), crate::ErrorKind::Settings);
            assert!(error.to_string().contains(why), "{error}");
        }
    }

    #[test]
    fn the_default_limit_stands_where_no_other_does() {
        let rates = |setup: Setup| setup.rates().unwrap();
        let setup = || Setup::new("https://limits.test/");
        let hour = |calls| Rate::new(calls, Rate::HOUR);
        let minute = |calls| Rate::new(calls, Rate::MINUTE);
        assert_eq!(rates(setup()), [hour(360)]);
        assert_eq!(rates(setup().burst(6)), [hour(360).burst(6)]);
        assert_eq!(rates(setup().limit(minute(5))), [minute(5)]);
        // The later of two for one time stands, whichever way it was given.
        let both = setup().callrateperhour(7).callrateperminute(5).burst(2);
        assert_eq!(rates(both), [minute(5).burst(2), hour(7).burst(2)]);
        let both = setup().callrateperhour(7).limit(hour(8)).callrateperhour(9);
        assert_eq!(rates(both.limit(minute(5))), [minute(5), hour(9)]);
    }

    #[test]
    fn all_limits_of_two_clients_are_compared_and_named() {
        let setup = || {
            Setup::new("https://several.test/")
                .callrateperhour(5_000)
                .callrateperminute(250)
        };
        let first = setup().into_client().unwrap();
        let again = Setup::new("https://several.test/")
            .limit(Rate::new(250, Rate::MINUTE))
            .callrateperhour(5_000);
        assert!(first.shares_scope_with(&again.into_client().unwrap()));
        for (other, named) in [
            (setup().callratepersecond(25), "`callratepersecond = 25`"),
            (setup().callrateperminute(251), "`callrateperminute = 251`"),
            (setup().burst(20), "`rate(250, per = 60s, burst = 20)`"),
            (setup().maximum_in_flight(8), "`maximum_in_flight = 8`"),
            (
                setup().maximum_queue_length(9),
                "`maximum_queue_length = 9` and `when_full = \"refuse\"`",
            ),
        ] {
            let message = other.into_client().unwrap_err().to_string();
            let ours = "has `callrateperminute = 250` and `callrateperhour = 5000`,";
            assert!(message.contains(ours), "{message}");
            assert!(message.contains(named), "{message}");
        }
        // Without a maximum nothing is full.
        setup().when_full(WhenFull::Wait).into_client().unwrap();
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
