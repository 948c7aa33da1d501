//! The settings of a client, as they are given.

mod client;

use std::sync::Arc;
use std::time::Duration;

use crate::auth::{Authorization, Secret, Text};
use crate::credentials::Credentials;
use crate::details::{self, ErrorBody, ReadDetails};
use crate::engine::{Clock, Renewal};
use crate::schedule::{Backoff, Priority, Rate, Retry, Standard, VendorProfile, WhenFull};
use crate::transport::Transport;

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
    circuit_threshold: u16,
    retry_budget: Option<f64>,
    jitter: f64,
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
    #[cfg(feature = "store")]
    store: Option<crate::store::StoreHandle>,
    #[cfg(feature = "store")]
    store_down: crate::schedule::StoreDown,
    /// As which process of a simulation it shares limits with others.
    #[cfg(feature = "testing")]
    process: u32,
}

/// A limit, and whether it is one of the rates that are settings.
#[derive(Clone, Copy, Debug)]
struct Declared {
    rate: Rate,
    is_setting: bool,
}

/// So many calls in a row that cannot connect open the circuit.
const DEFAULT_CIRCUIT_THRESHOLD: u16 = 5;

/// So many retries for each first attempt.
const DEFAULT_RETRY_BUDGET: Option<f64> = Some(0.2);

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
            circuit_threshold: DEFAULT_CIRCUIT_THRESHOLD,
            retry_budget: DEFAULT_RETRY_BUDGET,
            jitter: 0.0,
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
            #[cfg(feature = "store")]
            store: None,
            #[cfg(feature = "store")]
            store_down: crate::schedule::StoreDown::Stop,
            #[cfg(feature = "testing")]
            process: 0,
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
        circuit_threshold: u16 => circuit_threshold;
        jitter: f64 => jitter;
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

    /// Sets `retry_budget`; `None` is no limit.
    #[must_use]
    pub fn retry_budget(mut self, ratio: impl Into<Option<f64>>) -> Self {
        self.retry_budget = ratio.into();
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

    /// Sets `store`.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn store(mut self, store: impl Into<crate::store::StoreHandle>) -> Self {
        self.store = Some(store.into());
        self
    }

    /// Sets `store_down`.
    #[cfg(feature = "store")]
    #[must_use]
    pub fn store_down(mut self, down: crate::schedule::StoreDown) -> Self {
        self.store_down = down;
        self
    }

    /// Shares no scope with clients of other numbers, as if it were in another process.
    #[cfg(feature = "testing")]
    #[must_use]
    pub fn process(mut self, number: u32) -> Self {
        self.process = number;
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
}

#[cfg(test)]
mod tests;
