//! Everything a look-alike knows: its accounts, their limits, and what it has
//! seen. What it learns comes in with a time.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use http::header::AUTHORIZATION;
use http::request::Parts;
use http::{HeaderMap, Method, StatusCode};

use super::answer::Answer;
use super::droplets::Droplets;
use super::limiter::{Standing, Window};
use super::routes::{self, Account};
use super::{Fault, Settings};

/// What a look-alike has seen. Once every request has been answered,
/// `requests` is the sum of the others.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Seen {
    /// All requests.
    pub requests: u64,
    /// Those that got a 2xx.
    pub succeeded: u64,
    /// Those over the limit, which got a 429.
    pub throttled: u64,
    /// Those that failed on purpose.
    pub failed: u64,
    /// Those that were wrong: 400, 401, 404, 422 and so on.
    pub rejected: u64,
}

/// The counts in one line.
impl fmt::Display for Seen {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "{} requests: {} answered, {} over the limit, {} broken on purpose",
            self.requests, self.succeeded, self.throttled, self.failed
        )?;
        match self.rejected {
            0 => Ok(()),
            rejected => write!(formatter, ", {rejected} wrong"),
        }
    }
}

/// One request and what became of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Exchange {
    /// Requests are numbered from 1 as they arrive.
    pub number: u64,
    /// When it arrived, counted from the server's start.
    pub at: Duration,
    /// The method of the request.
    pub method: Method,
    /// The path of the request, with the query.
    pub path: String,
    /// The status of the answer; none if the connection is closed without.
    pub status: Option<StatusCode>,
    /// For how long the client is asked to stay away.
    pub retry_after: Option<Duration>,
    /// The fault that was planned for it.
    pub fault: Option<Fault>,
}

/// The answer, as `request 9: 429 Too Many Requests, retry after 2 s`.
impl fmt::Display for Exchange {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "request {}: ", self.number)?;
        match self.status {
            Some(status) => write!(formatter, "{status}")?,
            None => formatter.write_str("the connection closed without an answer")?,
        }
        if let Some(wait) = self.retry_after {
            write!(formatter, ", retry after {} s", wait.as_secs())?;
        }
        Ok(())
    }
}

impl Exchange {
    /// Whether the client got what it asked for.
    #[must_use]
    pub fn succeeded(&self) -> bool {
        self.status.is_some_and(|status| status.is_success())
            && !matches!(self.fault, Some(Fault::Garbled))
    }
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) settings: Settings,
    baseurl: String,
    started: Instant,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    accounts: HashMap<String, (Window, Account)>,
    seen: Seen,
}

/// What is known of a request as it arrives.
#[derive(Debug)]
pub(super) struct Arrival {
    number: u64,
    at: Duration,
    token: Option<String>,
    standing: Option<Standing>,
    pub(super) fault: Option<Fault>,
}

impl World {
    pub(super) fn new(settings: Settings, baseurl: &str) -> Self {
        let accounts = settings.tokens.iter().enumerate().map(|(index, token)| {
            let droplets = Droplets::new(settings.droplets, settings.booting);
            let account = Account::new(index + 1, droplets);
            let window = Window::new(settings.limit, settings.period);
            (token.clone(), (window, account))
        });
        let state = Mutex::new(State {
            accounts: accounts.collect(),
            seen: Seen::default(),
        });
        Self {
            settings,
            baseurl: baseurl.to_owned(),
            started: Instant::now(),
            state,
        }
    }

    pub(super) fn token(&self) -> &str {
        self.settings.tokens.first().map_or("", String::as_str)
    }

    pub(super) fn seen(&self) -> Seen {
        self.state().seen
    }

    /// Takes a request in: numbers it, and holds it against the limit.
    pub(super) fn arrive(&self, headers: &HeaderMap) -> Arrival {
        let mut state = self.state();
        // Read under the lock, so that numbers and times have one order.
        let at = self.started.elapsed();
        state.seen.requests += 1;
        let number = state.seen.requests;
        let token = bearer(headers);
        let account = token.and_then(|token| state.accounts.get_mut(token));
        let standing = account.map(|(window, _)| window.admit(at));
        Arrival {
            number,
            at,
            token: token.map(str::to_owned),
            standing,
            fault: self.settings.faults.of(number),
        }
    }

    /// What the request gets: nothing if its connection is to be closed.
    pub(super) fn answer(&self, arrival: &Arrival, head: &Parts, body: &[u8]) -> Option<Answer> {
        let mut answer = match arrival.fault {
            Some(Fault::Closed) => return None,
            Some(Fault::Status(status)) => Answer::failure(status),
            Some(Fault::Unavailable(seconds)) => Answer::unavailable(seconds),
            Some(Fault::Lost | Fault::Garbled | Fault::Late(_)) | None => {
                self.carry_out(arrival, head, body)
            }
        };
        match arrival.fault {
            Some(Fault::Lost) => return None,
            Some(Fault::Garbled) => answer.body.truncate(answer.body.len() / 2),
            _ => {}
        }
        if let Some(standing) = arrival.standing {
            answer.rate_limit(standing, SystemTime::now());
        }
        Some(answer)
    }

    fn carry_out(&self, arrival: &Arrival, head: &Parts, body: &[u8]) -> Answer {
        let mut state = self.state();
        let account = arrival
            .token
            .as_ref()
            .and_then(|token| state.accounts.get_mut(token));
        match (account, arrival.standing) {
            (Some((_, account)), Some(standing)) if standing.admitted => {
                routes::answer(account, &self.baseurl, head, body)
            }
            (Some(_), Some(standing)) => Answer::too_many_requests(standing),
            _ => Answer::unauthorized(),
        }
    }

    /// Counts a request that is about to get its answer, and tells the watcher.
    pub(super) fn record(&self, arrival: &Arrival, head: &Parts, answer: Option<&Answer>) {
        let status = answer.map(|answer| answer.status);
        let on_purpose = !matches!(arrival.fault, None | Some(Fault::Late(_)));
        {
            let seen = &mut self.state().seen;
            let count = match status {
                _ if on_purpose => &mut seen.failed,
                Some(status) if status.is_success() => &mut seen.succeeded,
                Some(StatusCode::TOO_MANY_REQUESTS) => &mut seen.throttled,
                _ => &mut seen.rejected,
            };
            *count += 1;
        }
        if let Some(watcher) = &self.settings.watcher {
            let path = head.uri.path_and_query();
            watcher(&Exchange {
                number: arrival.number,
                at: arrival.at,
                method: head.method.clone(),
                path: path.map_or_else(String::new, ToString::to_string),
                status,
                retry_after: answer.and_then(Answer::asked_wait),
                fault: arrival.fault,
            });
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}
