//! From settings to a client, if they are valid.

use std::num::NonZeroU32;

use http::header::{AUTHORIZATION, USER_AGENT};
use http::{HeaderMap, HeaderValue};

use super::{DEFAULT_CIRCUIT_THRESHOLD, DEFAULT_RETRY_BUDGET, Declared, Setup};
use crate::baseurl::normalised;
#[cfg(feature = "store")]
use crate::client::Queue;
use crate::client::{Client, ClientCore, ClientTerms, Common, Reading};
use crate::engine::{Claim, JoinError, ScopeKey, join};
use crate::error::Error;
use crate::header;
#[cfg(feature = "store")]
use crate::schedule::StoreDown;
use crate::schedule::{Rate, Room, Terms};
use crate::transport::{AnyTransport, Reqwest};

/// The last so many calls that could not connect are remembered.
const MAXIMUM_CIRCUIT_THRESHOLD: u16 = 1_000;

/// A call makes eleven retries by default, so this is as good as no limit.
const RETRY_BUDGETS: std::ops::RangeInclusive<f64> = 0.0..=100.0;

const MULTIPLIERS: std::ops::RangeInclusive<f64> = 1.0..=1_000.0;

impl Setup {
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
        #[cfg(feature = "store")]
        let claim = Claim {
            store_scope: crate::store::scope_name(baseurl.as_str(), split),
            ..claim
        };
        let key = ScopeKey::new(baseurl.as_str(), split, &self.clock);
        #[cfg(feature = "testing")]
        let key = key.of_process(self.process);
        let membership = join(key, claim.clone(), &self.clock)
            .map_err(|error| not_joined(error, baseurl.as_str(), &claim))?;
        #[cfg(feature = "store")]
        let queue = self.store.clone().map(|store| Queue {
            store,
            name: crate::store::scope_name(baseurl.as_str(), split),
        });
        let core = ClientCore::new(
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
        );
        #[cfg(feature = "store")]
        let core = core.with_queue(queue);
        Ok(Client::new(core))
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
        if self.circuit_threshold > MAXIMUM_CIRCUIT_THRESHOLD {
            return Err(Error::settings(format!(
                "`circuit_threshold` is {}; it has to be from 0 to {MAXIMUM_CIRCUIT_THRESHOLD}",
                self.circuit_threshold
            )));
        }
        if let Some(ratio) = self.retry_budget
            && !RETRY_BUDGETS.contains(&ratio)
        {
            return Err(Error::settings(format!(
                "`retry_budget` is {ratio}; it has to be from {} to {}, or `None` for no limit",
                RETRY_BUDGETS.start(),
                RETRY_BUDGETS.end()
            )));
        }
        Ok(Claim {
            rates: self.rates()?,
            maximum_in_flight: positive("maximum_in_flight", self.maximum_in_flight)?,
            room,
            circuit_threshold: self.circuit_threshold,
            retry_budget: self.retry_budget,
            #[cfg(feature = "store")]
            store: self.store.clone(),
            #[cfg(feature = "store")]
            store_down: self.checked_store_down()?,
            // Known once the base URL is.
            #[cfg(feature = "store")]
            store_scope: String::new(),
        })
    }

    #[cfg(feature = "store")]
    fn checked_store_down(&self) -> Result<StoreDown, Error> {
        match self.store_down {
            StoreDown::Share(0) => Err(Error::settings(
                "`store_down` is `Share(0)`; it has to be the number of processes that share \
                 the limit, at least 1"
                    .to_owned(),
            )),
            // Without a store it does not matter what happens when it is away.
            _ if self.store.is_none() => Ok(StoreDown::Stop),
            down => Ok(down),
        }
    }

    /// All limits, in order.
    pub(super) fn rates(&self) -> Result<Vec<Rate>, Error> {
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
        if !(0.0..=1.0).contains(&self.jitter) {
            return Err(Error::settings(format!(
                "`jitter` is {}; it has to be from 0 to 1, as a part of the delay",
                self.jitter
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
                jitter: self.jitter,
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
            let header = header::name(name).map_err(Error::settings)?;
            headers.insert(header, text.header_value(name)?);
        }
        for (_, text) in &self.query {
            text.finish()?;
        }
        let query = self.query.clone();
        Ok(Common { headers, query })
    }
}

/// A call that is throttled more often ends: the server means it. As the waits grow to a
/// minute, that takes more than an hour.
const MAXIMUM_THROTTLES: u16 = 100;

fn not_joined(error: JoinError, baseurl: &str, wanted: &Claim) -> Error {
    match error {
        JoinError::Conflict(claimed) => Error::conflict(format!(
            "another client of {baseurl} in this process has {}, and this one wants {}: all \
             clients of one base URL share one gate, so give both the same, drop the \
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
    let threshold = claim.circuit_threshold;
    if threshold != DEFAULT_CIRCUIT_THRESHOLD {
        limits.push(format!("`circuit_threshold = {threshold}`"));
    }
    if claim.retry_budget != DEFAULT_RETRY_BUDGET {
        limits.push(match claim.retry_budget {
            Some(ratio) => format!("`retry_budget = {ratio}`"),
            None => "`retry_budget = none`".to_owned(),
        });
    }
    #[cfg(feature = "store")]
    if let Some(store) = &claim.store {
        limits.push(format!("the store `{}`", store.name()));
        if let StoreDown::Share(processes) = claim.store_down {
            limits.push(format!("`store_down = Share({processes})`"));
        }
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
