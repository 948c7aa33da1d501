//! How a gate and its queue are doing.

use std::fmt;
use std::time::{Duration, SystemTime};

use super::{EventKind, words};
use crate::schedule::{Look, StoreDown, Time};

/// How many of what there were since the gate was made.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Counts {
    calls: u64,
    done: u64,
    failed: u64,
    cancelled: u64,
    attempts: u64,
    retries: u64,
    requeues: u64,
    throttles: u64,
}

impl Counts {
    #[inline]
    pub(super) const fn count(&mut self, kind: EventKind) {
        let counter = match kind {
            EventKind::Submitted => &mut self.calls,
            EventKind::Started => &mut self.attempts,
            EventKind::Retries { .. } => &mut self.retries,
            EventKind::Requeued => &mut self.requeues,
            EventKind::Throttled { .. } => &mut self.throttles,
            EventKind::Done => &mut self.done,
            EventKind::Ended { .. } => &mut self.failed,
            EventKind::Cancelled { .. } => &mut self.cancelled,
            EventKind::Answered { .. }
            | EventKind::Failed { .. }
            | EventKind::Redirected
            | EventKind::Renews
            | EventKind::Held
            | EventKind::Released
            | EventKind::Unreadable { .. }
            | EventKind::CircuitOpened { .. }
            | EventKind::CircuitClosed { .. }
            | EventKind::Unreachable { .. }
            | EventKind::StoreAway
            | EventKind::StoreBack { .. } => return,
        };
        *counter += 1;
    }
}

/// A gate and its queue at one moment: what
/// [`RestApi::status`](crate::RestApi::status) returns.
///
/// Its `Display` is one line, such as `12 waiting, 3 backing off, 2 in flight; next
/// slot in 4.2 s; done in about 2 min`.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Status {
    /// When this was so.
    pub at: SystemTime,
    /// Calls that wait in line.
    pub waiting: usize,
    /// Calls that wait until there is a place in the queue
    /// ([`WhenFull::Wait`](crate::WhenFull::Wait)).
    pub outside: usize,
    /// Calls that wait for a delay after a failure to end.
    pub backing_off: usize,
    /// Of those, calls whose delay has ended: the retry budget puts them off.
    pub put_off: usize,
    /// Calls that wait for credentials.
    pub held: usize,
    /// Attempts that are under way.
    pub in_flight: usize,
    /// Calls that were made since the gate was; all below counts from then on too.
    pub calls: u64,
    /// Calls that have their answer.
    pub done: u64,
    /// Calls that ended with an error.
    pub failed: u64,
    /// Calls that were dropped before they ended.
    pub cancelled: u64,
    /// Attempts that were started.
    pub attempts: u64,
    /// How often a call backed off after a failure.
    pub retries: u64,
    /// How often a call went to the back of the queue.
    pub requeues: u64,
    /// How often a call was refused because there were too many.
    pub throttles: u64,
    /// The time to the next slot: how long a call would wait now that were first in
    /// line; where all that wait have limits of their own, until one of those opens.
    pub next_slot: Duration,
    /// The time until nobody would wait any more, if no further call came and each
    /// took one more attempt: until the last of them has its slot. What a full
    /// `maximum_in_flight` costs is not known beforehand, and not in it; nor is a pace
    /// that the server will ask for later, or what the retry budget puts off. With a
    /// store, others may take slots in between: then it is the least that it can be.
    pub eta: Duration,
    /// The pace, as a part of that of the limits: less than 1 after a server has refused
    /// calls in quick succession, and coming back with its answers.
    pub pace: f64,
    /// What the first in line waits for.
    pub waits: Waits,
    /// The service cannot be reached, and the circuit is open: one attempt after the
    /// other probes whether it is there again.
    pub outage: Option<Outage>,
    pub(crate) store_outage: Option<StoreOutage>,
}

/// A service that cannot be reached: see [`Status::outage`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Outage {
    /// When the first of the calls that opened the circuit failed.
    pub since: SystemTime,
    /// When the next probe goes, if anybody waits then; earlier than now while one is
    /// under way.
    pub next_probe: SystemTime,
}

/// A store that keeps the limits and cannot be asked: see [`Status::store_outage`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct StoreOutage {
    /// When it first failed, or was asked what it has not answered.
    pub since: SystemTime,
    /// What its last failure was.
    pub error: String,
    /// What is done until it is there again.
    pub meanwhile: StoreDown,
}

/// What the calls of a gate wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Waits {
    /// Nobody waits.
    Idle,
    /// The next slot.
    ForSlot,
    /// An attempt to end: `maximum_in_flight` are under way.
    ForPlace,
    /// Credentials.
    ForCredentials,
    /// The delay after a failure; nobody else waits.
    ForRetry,
    /// The server wanted no requests until then.
    Throttled {
        /// When the gate opens.
        until: SystemTime,
    },
    /// The service cannot be reached: [`Status::outage`] tells since when.
    Unreachable,
    /// The store that keeps the limits: [`Status::store_outage`] tells since when.
    ForStore,
    /// The server asked for a longer wait than `maximum_retry_after` allows: until
    /// then calls are turned away.
    Barred {
        /// When calls are taken again.
        until: SystemTime,
    },
}

impl Status {
    pub(crate) fn new(counts: Counts, look: &Look, now: Time, at: SystemTime) -> Self {
        let Counts {
            calls,
            done,
            failed,
            cancelled,
            attempts,
            retries,
            requeues,
            throttles,
        } = counts;
        Self {
            at,
            waiting: look.in_line,
            outside: look.outside,
            backing_off: look.backing_off,
            put_off: look.put_off,
            held: look.held,
            in_flight: look.in_flight,
            calls,
            done,
            failed,
            cancelled,
            attempts,
            retries,
            requeues,
            throttles,
            next_slot: look.opens_at.since(now),
            eta: look.empty_at.since(now),
            pace: look.pace,
            waits: waits(look, now, at),
            outage: look.outage.map(|(since, until)| Outage {
                since: earlier(at, now.since(since)),
                next_probe: match until.since(now) {
                    Duration::ZERO => earlier(at, now.since(until)),
                    wait => later(at, wait),
                },
            }),
            store_outage: None,
        }
    }

    pub(crate) fn with_store(self, store_outage: Option<StoreOutage>) -> Self {
        Self {
            store_outage,
            ..self
        }
    }

    /// The store that keeps the limits cannot be asked, and what is done about it: see
    /// [`StoreDown`]. `None` without a store, and while it answers.
    ///
    /// Whether it is there again is found out when a call waits.
    #[must_use]
    pub const fn store_outage(&self) -> Option<&StoreOutage> {
        self.store_outage.as_ref()
    }

    /// When the next slot is.
    #[must_use]
    pub fn next_slot_at(&self) -> SystemTime {
        later(self.at, self.next_slot)
    }

    /// When nobody would wait any more: see [`eta`](Self::eta).
    #[must_use]
    pub fn eta_at(&self) -> SystemTime {
        later(self.at, self.eta)
    }

    /// All calls that have not ended.
    #[must_use]
    pub const fn open(&self) -> usize {
        self.waiting + self.outside + self.backing_off + self.held + self.in_flight
    }
}

fn waits(look: &Look, now: Time, at: SystemTime) -> Waits {
    if let Some(until) = look.barred_until {
        let until = later(at, until.since(now));
        return Waits::Barred { until };
    }
    if look.in_line + look.outside == 0 {
        return match (look.held, look.backing_off) {
            (0, 0) => Waits::Idle,
            (0, _) => Waits::ForRetry,
            _ => Waits::ForCredentials,
        };
    }
    if look.is_full {
        Waits::ForPlace
    } else if look.outage.is_some() {
        Waits::Unreachable
    } else if matches!(look.store_outage, Some((_, StoreDown::Stop))) {
        Waits::ForStore
    } else if look.is_throttled {
        let until = later(at, look.opens_at.since(now));
        Waits::Throttled { until }
    } else {
        Waits::ForSlot
    }
}

fn earlier(at: SystemTime, before: Duration) -> SystemTime {
    at.checked_sub(before).unwrap_or(SystemTime::UNIX_EPOCH)
}

/// A century is as good as what a clock of the machine cannot say.
pub(super) fn later(at: SystemTime, wait: Duration) -> SystemTime {
    at.checked_add(wait)
        .unwrap_or_else(|| at + Duration::from_secs(100 * 366 * 86_400))
}

impl fmt::Display for Status {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        for (count, what) in [
            (self.waiting, "waiting"),
            (self.outside, "waiting for a place"),
            (self.backing_off - self.put_off, "backing off"),
            (self.put_off, "put off by the retry budget"),
            (self.held, "waiting for credentials"),
            (self.in_flight, "in flight"),
        ] {
            if count > 0 {
                parts.push(format!("{count} {what}"));
            }
        }
        match parts.is_empty() {
            true => formatter.write_str("nobody waits")?,
            false => formatter.write_str(&parts.join(", "))?,
        }
        match self.waits {
            Waits::Idle | Waits::ForCredentials => {}
            Waits::ForSlot | Waits::ForRetry => {
                write!(formatter, "; next slot in {}", words::wait(self.next_slot))?;
            }
            Waits::ForPlace => formatter.write_str("; as many in flight as may be")?,
            Waits::Throttled { .. } => {
                write!(formatter, "; throttled for {}", words::wait(self.next_slot))?;
            }
            Waits::Unreachable | Waits::ForStore => {}
            Waits::Barred { .. } => write!(
                formatter,
                "; turned away by the server for {}",
                words::wait(self.next_slot)
            )?,
        }
        if let Some(outage) = self.outage {
            let since = self.at.duration_since(outage.since).unwrap_or_default();
            write!(formatter, "; unreachable for {}", words::wait(since))?;
            match outage.next_probe.duration_since(self.at) {
                Ok(wait) if !wait.is_zero() => {
                    write!(formatter, ", next probe in {}", words::wait(wait))?;
                }
                _ if self.in_flight > 0 => formatter.write_str(", a probe is under way")?,
                _ => {}
            }
        }
        if self.pace < 1.0 {
            write!(
                formatter,
                "; slowed to {:.0} % by refusals",
                100.0 * self.pace
            )?;
        }
        if let Some(outage) = &self.store_outage {
            let since = self.at.duration_since(outage.since).unwrap_or_default();
            let meanwhile = match outage.meanwhile {
                StoreDown::Stop => "nothing starts".to_owned(),
                StoreDown::Share(processes) => format!("1/{processes} of the limit is used"),
            };
            let (since, error) = (words::wait(since), &outage.error);
            write!(formatter, "; store away for {since}, {meanwhile} ({error})")?;
        }
        if self.open() > self.in_flight {
            write!(formatter, "; done in {}", words::about(self.eta))?;
        }
        Ok(())
    }
}
