//! What goes into the scheduler besides calls, and what comes out of it.

use std::time::Duration;

use super::{Asked, Backoff, CallId, LaneId, Limits, Priority, Time};

/// What all calls of a scope share.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) limits: Limits,
    pub(crate) maximum_in_flight: u32,
    pub(crate) room: Room,
    /// So many different calls in a row that cannot connect open the circuit; none
    /// do, if 0.
    pub(crate) circuit_threshold: u16,
    /// So many retries for each first attempt; without a limit, if `None`.
    pub(crate) retry_budget: Option<f64>,
}

impl Gate {
    /// Nothing waits.
    #[cfg(feature = "testing")]
    pub(crate) const WIDE: Self = Self {
        limits: Limits::NONE,
        maximum_in_flight: u32::MAX,
        room: Room::UNBOUNDED,
        circuit_threshold: 0,
        retry_budget: None,
    };
}

/// How many calls may wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Room {
    /// `u32::MAX` is no maximum.
    pub(crate) maximum: u32,
    pub(crate) when_full: WhenFull,
}

impl Room {
    pub(crate) const UNBOUNDED: Self = Self {
        maximum: u32::MAX,
        when_full: WhenFull::Refuse,
    };
}

/// What becomes of a call when as many wait as `maximum_queue_length` allows.
///
/// Retries, and calls that go to the back of the queue, are in it already and are
/// never turned away for want of a place.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum WhenFull {
    /// It ends with an error of the kind
    /// [`QueueFull`](crate::ErrorKind::QueueFull), which says when a place is
    /// expected.
    #[default]
    Refuse,
    /// It waits outside, by priority and then first come, first served, until
    /// there is a place, or a slot that none of those in the queue can use since they
    /// wait for limits of their endpoints. Its deadline counts meanwhile.
    Wait,
    /// Of the calls of the lowest priority that wait for their first attempt, the
    /// one that has waited longest ends with such an error, and the new one takes
    /// its place. One of a lower priority than all of them is refused itself.
    DropOldest,
}

impl WhenFull {
    /// As it is declared.
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Refuse => "refuse",
            Self::Wait => "wait",
            Self::DropOldest => "drop_oldest",
        }
    }
}

/// How a call joins the queue.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Joining {
    pub(crate) deadline: Time,
    pub(crate) lane: LaneId,
    pub(crate) priority: Priority,
}

#[cfg(test)]
impl From<Time> for Joining {
    fn from(deadline: Time) -> Self {
        Self {
            deadline,
            lane: LaneId::MAIN,
            priority: Priority::Normal,
        }
    }
}

/// How far one call may go.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    pub(crate) backoff: Backoff,
    pub(crate) maximum_failed_attempts: u32,
    /// How often one call may be throttled before it ends.
    pub(crate) maximum_throttles: u16,
    /// The longest wait that a server may ask for.
    pub(crate) maximum_retry_after: Duration,
    /// Delays are made longer by up to this part of them.
    pub(crate) jitter: f64,
    /// How long to wait at least after a refusal that does not say how long.
    pub(crate) least_wait: Duration,
}

/// Something to carry out, for the call with the job `J`.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Action<J> {
    /// The call has its slot: its attempt starts now.
    Start(CallId, J),
    /// The call ends without another attempt.
    Refuse(J, Refusal),
    /// The store that keeps the limits is to be asked.
    Ask(Asked),
}

/// Why a call ends that has not just finished an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It cannot run, or has not run, before its deadline.
    Deadline { would_run_at: Time },
    /// The server wants to be left alone for longer than the caller would wait.
    Barred { until: Time },
    /// As many calls wait as may; there may be a place then.
    Full { until: Time },
    /// It gave its place to a newer call.
    Displaced { until: Time },
    /// The service could not be reached for as long as a call is tried.
    Unreachable { since: Time, until: Time },
    /// The client has been shut down.
    Shutdown,
}

/// What becomes of a call after an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Next {
    /// It waits for another attempt.
    Waits,
    Ends(Ending),
}

impl Next {
    pub(super) const fn too_late(would_run_at: Time) -> Self {
        Self::Ends(Ending::Refused(Refusal::Deadline { would_run_at }))
    }

    /// For a call that alone is to wait, if it is for longer than it would.
    pub(super) fn too_long(asked: Duration, terms: &Terms, now: Time) -> Option<Self> {
        let until = now.after(asked);
        let refused = Self::Ends(Ending::Refused(Refusal::Barred { until }));
        (asked > terms.maximum_retry_after).then_some(refused)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ending {
    Done,
    /// Trying again would not help, or is not allowed.
    Failed,
    Unknown,
    /// Every retry and every requeue is spent.
    Exhausted,
    /// It was throttled too often.
    Throttled,
    Refused(Refusal),
}
