//! What can happen to a call.

use std::borrow::Cow;
use std::fmt;
use std::time::{Duration, SystemTime};

use http::StatusCode;

use super::words;
use crate::endpoint::Template;
use crate::engine::CallCell;
use crate::error::ErrorKind;
use crate::outcome::Failure;
use crate::schedule::CallId;

/// One thing that has happened to a call: what [`Events`](crate::Events) yields.
///
/// It names the call by a number and by its endpoint, and holds no value of a
/// parameter, so it can be logged as it is.
#[derive(Clone, Debug)]
pub struct Event {
    call: u64,
    template: Template,
    attempt: u32,
    at: SystemTime,
    pub(super) missed: u64,
    kind: EventKind,
}

/// What has happened.
///
/// A call begins with [`Submitted`](Self::Submitted) and ends once, with
/// [`Done`](Self::Done), [`Ended`](Self::Ended) or [`Cancelled`](Self::Cancelled).
/// Each attempt [starts](Self::Started), brings an [answer](Self::Answered) or
/// [none](Self::Failed), and then comes what the call does about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum EventKind {
    /// The call joined the queue.
    Submitted,
    /// An attempt has its slot.
    Started,
    /// The server answered.
    Answered {
        /// The status of the response.
        status: StatusCode,
        /// How long the attempt took.
        took: Duration,
    },
    /// The attempt brought no complete answer.
    Failed {
        /// Why not.
        failure: Failure,
        /// How long the attempt took.
        took: Duration,
    },
    /// The call backs off, and is tried again.
    Retries {
        /// The delay; then it needs a slot.
        after: Duration,
    },
    /// The call has spent a series of retries, and is at the back of the queue.
    Requeued,
    /// The server refused because of too many calls: the gate is closed, and the
    /// call goes first when it opens.
    Throttled {
        /// For how long the gate is closed.
        wait: Duration,
    },
    /// This attempt has opened the circuit: too many different calls in a row could
    /// not connect. It is about the gate, and comes before what the call does.
    CircuitOpened {
        /// The time to the next attempt, which is to find out whether the service is
        /// there again.
        next_probe: Duration,
    },
    /// This attempt has closed the circuit: something has come back.
    CircuitClosed {
        /// How long the service could not be reached.
        after: Duration,
    },
    /// The call could not connect while the circuit is open. It has spent nothing,
    /// and goes first with the next probe.
    Unreachable {
        /// The time to the next probe.
        wait: Duration,
    },
    /// The store that keeps the limits cannot be asked:
    /// [`Status::store_outage`](crate::Status::store_outage) tells why. It is about the
    /// gate, and told of the first call that waits.
    StoreAway,
    /// The store that keeps the limits answers again. It is told of the first call that
    /// waits then.
    StoreBack {
        /// How long it was away.
        after: Duration,
    },
    /// The call goes on where a redirect leads, in the next slot.
    Redirected,
    /// The server refused the credentials: the call is sent again with new ones.
    Renews,
    /// The call is first in line, and waits for credentials.
    Held,
    /// The wait for credentials is over; the call is back in its place.
    Released,
    /// The answer has a field that makes no sense where it should say something about
    /// the pace, and that was ignored. It is told once for each field, not for each
    /// answer, and with the first attempt that brought it.
    Unreadable {
        /// The name of the field. What stood in it is not told.
        field: &'static str,
    },
    /// The call has its answer. Whether that can be read as the declared type is
    /// found out by the caller.
    Done,
    /// The call ended with an error.
    Ended {
        /// The kind of the error.
        kind: ErrorKind,
    },
    /// The caller dropped the call.
    Cancelled {
        /// An attempt was under way, which is stopped.
        in_flight: bool,
    },
}

impl Event {
    pub(super) fn new(
        id: CallId,
        cell: &CallCell,
        attempt: u32,
        kind: EventKind,
        at: SystemTime,
    ) -> Self {
        Self {
            call: id.to_bits(),
            template: cell.request.template.clone(),
            attempt,
            at,
            missed: 0,
            kind,
        }
    }

    /// What has happened.
    #[must_use]
    pub const fn kind(&self) -> EventKind {
        self.kind
    }

    /// A number that no other call of the gate has;
    /// [`Watch::call`](crate::Watch::call) tells it of one call.
    #[must_use]
    pub const fn call(&self) -> u64 {
        self.call
    }

    /// The method as declared, such as `GET`.
    #[must_use]
    pub const fn method(&self) -> &'static str {
        self.template.method()
    }

    /// The path as declared, without values: `droplets/{id}`.
    #[must_use]
    pub fn path(&self) -> Cow<'static, str> {
        self.template.path()
    }

    /// The number of the attempt that this is about, or of the last one before
    /// it, counted from 1; 0 before the first.
    #[must_use]
    pub const fn attempt(&self) -> u32 {
        self.attempt
    }

    /// When it happened.
    #[must_use]
    pub const fn at(&self) -> SystemTime {
        self.at
    }

    /// How many events right before this one are lost to this listener, because it
    /// was too slow.
    #[must_use]
    pub const fn missed(&self) -> u64 {
        self.missed
    }
}

impl EventKind {
    pub(crate) const fn is_an_end(self) -> bool {
        matches!(
            self,
            Self::Done | Self::Ended { .. } | Self::Cancelled { .. }
        )
    }
}

/// One line, such as `GET droplets/{id}, attempt 2: 500 Internal Server Error`.
impl fmt::Display for Event {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {}", self.method(), self.path())?;
        if self.attempt > 0 {
            write!(formatter, ", attempt {}", self.attempt)?;
        }
        write!(formatter, ": {}", self.kind)
    }
}

impl fmt::Display for EventKind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Submitted => formatter.write_str("in the queue"),
            Self::Started => formatter.write_str("started"),
            Self::Answered { status, .. } => status.fmt(formatter),
            Self::Failed { failure, .. } => failure.fmt(formatter),
            Self::Retries { after } => write!(formatter, "tried again in {}", words::wait(*after)),
            Self::Requeued => formatter.write_str("at the back of the queue"),
            Self::Throttled { wait } => {
                write!(formatter, "throttled for {}", words::wait(*wait))
            }
            Self::CircuitOpened { next_probe } => write!(
                formatter,
                "circuit opened, next probe in {}",
                words::wait(*next_probe)
            ),
            Self::CircuitClosed { after } => {
                write!(formatter, "circuit closed after {}", words::wait(*after))
            }
            Self::Unreachable { wait } => {
                write!(
                    formatter,
                    "unreachable, next probe in {}",
                    words::wait(*wait)
                )
            }
            Self::StoreAway => formatter.write_str("the store is away"),
            Self::StoreBack { after } => {
                write!(formatter, "the store is back after {}", words::wait(*after))
            }
            Self::Redirected => formatter.write_str("redirected"),
            Self::Renews => formatter.write_str("sent again with new credentials"),
            Self::Held => formatter.write_str("waits for credentials"),
            Self::Released => formatter.write_str("waits no longer for credentials"),
            Self::Unreadable { field } => write!(formatter, "the field `{field}` is ignored"),
            Self::Done => formatter.write_str("done"),
            Self::Ended { kind } => write!(formatter, "ended: {kind:?}"),
            Self::Cancelled { .. } => formatter.write_str("cancelled"),
        }
    }
}
