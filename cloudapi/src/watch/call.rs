//! Watching one call.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, SystemTime};

use super::status::later;
use super::words;
use crate::engine::CallCell;
use crate::schedule::{Turn, Whereabouts};

/// Leads from a [`Watch`] to its call, once that has been submitted. The call
/// itself has one owner until then, who may change it.
#[derive(Debug, Default)]
pub(crate) struct Link(Mutex<Leads>);

#[derive(Clone, Debug, Default)]
struct Leads {
    /// The call that was submitted last; `None` before the first.
    call: Option<Weak<CallCell>>,
    /// What calls are made after, one after the other, for as long as it is there.
    model: Weak<CallCell>,
}

impl Link {
    /// The call has been submitted.
    pub(crate) fn lead_to(&self, call: &Arc<CallCell>) {
        self.lock().call = Some(Arc::downgrade(call));
    }

    /// Calls are made after this one until it is dropped.
    pub(crate) fn lead_to_calls_like(&self, model: &Arc<CallCell>) {
        self.lock().model = Arc::downgrade(model);
    }

    fn lock(&self) -> MutexGuard<'_, Leads> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn leads(&self) -> Leads {
        self.lock().clone()
    }
}

/// A view of one call, while it is awaited elsewhere: what
/// [`Call::watch`](crate::Call::watch) returns. A clone watches the same call.
///
/// It keeps nothing alive, and costs nothing until it is asked.
#[derive(Clone, Debug, Default)]
pub struct Watch(pub(crate) Arc<Link>);

/// How one call is doing: what [`Watch::status`] returns.
///
/// Its `Display` is one line, such as `waiting, 3 before it; next attempt in
/// 30.0 s`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CallStatus {
    /// When this was so; `None` if the call has not been awaited yet.
    pub at: Option<SystemTime>,
    /// Where it is.
    pub phase: CallPhase,
    /// The attempts so far, the one that is under way included.
    pub attempts: u32,
    /// The time to its next attempt, where that is known: if nobody who goes before
    /// it leaves, and nothing fails. It is also when the call will be over if that
    /// attempt succeeds, but for the time that the server takes.
    pub next_attempt: Option<Duration>,
}

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CallPhase {
    /// It has not been awaited yet.
    Draft,
    /// It waits in line.
    Waiting {
        /// How many go before it, whatever their priorities and endpoints.
        ahead: usize,
    },
    /// It waits until there is a place in the queue
    /// ([`WhenFull::Wait`](crate::WhenFull::Wait)).
    Outside {
        /// How many go before it, those in the queue included.
        ahead: usize,
    },
    /// It waits for the delay after a failure to end.
    BackingOff,
    /// It waits for credentials.
    Held,
    /// An attempt is under way.
    InFlight {
        /// For how long it has been.
        since: Duration,
    },
    /// It is made again and again ([`Call::until`](crate::Call::until)), and waits until
    /// it is time for the next one.
    Pausing,
    /// It has ended, or was dropped.
    Over,
}

impl Watch {
    /// How the call is doing. It is found out when it is asked for, with a look at
    /// every call that waits at the same gate; where they do not simply go in the order
    /// in which they came, for want of a place or with priorities, limits of endpoints
    /// or what the server says of the pace, by going through them up to this one.
    #[must_use]
    pub fn status(&self) -> CallStatus {
        let Leads { call, model } = self.0.leads();
        let Some(call) = call else {
            return CallStatus::of(CallPhase::Draft);
        };
        let status = match call.upgrade() {
            Some(cell) => Self::of(&cell),
            None => CallStatus::of(CallPhase::Over),
        };
        match model.upgrade() {
            Some(model) if status.phase == CallPhase::Over => CallStatus {
                at: Some(model.client.scope().clock().wall()),
                ..CallStatus::of(CallPhase::Pausing)
            },
            _ => status,
        }
    }

    fn of(cell: &CallCell) -> CallStatus {
        let scope = cell.client.scope();
        let (whereabouts, now) = scope.whereabouts(cell.id());
        let recorded = cell.recorded();
        let (phase, attempts, next) = match whereabouts {
            None => (CallPhase::Over, recorded, None),
            Some(Whereabouts::InLine(Turn { ahead, at })) => {
                (CallPhase::Waiting { ahead }, recorded, at)
            }
            Some(Whereabouts::Outside(Turn { ahead, at })) => {
                (CallPhase::Outside { ahead }, recorded, at)
            }
            Some(Whereabouts::BackingOff { until }) => {
                (CallPhase::BackingOff, recorded, Some(until))
            }
            Some(Whereabouts::Held) => (CallPhase::Held, recorded, None),
            Some(Whereabouts::InFlight { since }) => {
                let since = now.since(since);
                (CallPhase::InFlight { since }, recorded + 1, None)
            }
        };
        CallStatus {
            at: Some(scope.clock().wall()),
            phase,
            attempts,
            next_attempt: next.map(|next| next.since(now)),
        }
    }

    /// The number by which [`Event::call`](crate::Event::call) names the call; `None`
    /// before it is awaited and after its end. Of calls that are made again and again
    /// each has its own.
    #[must_use]
    pub fn call(&self) -> Option<u64> {
        let cell = self.0.leads().call?.upgrade()?;
        Some(cell.id().to_bits())
    }
}

impl CallStatus {
    const fn of(phase: CallPhase) -> Self {
        Self {
            at: None,
            phase,
            attempts: 0,
            next_attempt: None,
        }
    }

    /// When the next attempt is: see [`next_attempt`](Self::next_attempt).
    #[must_use]
    pub fn next_attempt_at(&self) -> Option<SystemTime> {
        Some(later(self.at?, self.next_attempt?))
    }
}

impl fmt::Display for CallStatus {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.phase {
            CallPhase::Draft => formatter.write_str("not awaited yet")?,
            CallPhase::Waiting { ahead } => write!(formatter, "waiting, {ahead} before it")?,
            CallPhase::Outside { ahead } => {
                write!(formatter, "waiting for a place, {ahead} before it")?;
            }
            CallPhase::BackingOff => formatter.write_str("backing off")?,
            CallPhase::Held => formatter.write_str("waiting for credentials")?,
            CallPhase::InFlight { since } => {
                write!(formatter, "in flight for {}", words::wait(since))?;
            }
            CallPhase::Pausing => formatter.write_str("pausing before it is made again")?,
            CallPhase::Over => formatter.write_str("over")?,
        }
        if let Some(next) = self.next_attempt {
            write!(formatter, "; next attempt in {}", words::wait(next))?;
        }
        Ok(())
    }
}
