//! What goes into the scheduler besides calls, and what comes out of it.

use std::time::Duration;

use super::{Backoff, CallId, Limit, Time};

/// What all calls of a scope share.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    pub(crate) limit: Limit,
    pub(crate) maximum_in_flight: u32,
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
}

/// Something to carry out, for the call with the job `J`.
#[derive(Debug, PartialEq, Eq)]
#[must_use]
pub(crate) enum Action<J> {
    /// The call has its slot: its attempt starts now.
    Start(CallId, J),
    /// The call ends without another attempt.
    Refuse(J, Refusal),
}

/// Why a call ends that has not just finished an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// It cannot run, or has not run, before its deadline.
    Deadline { would_run_at: Time },
    /// The server wants to be left alone for longer than the caller would wait.
    Barred { until: Time },
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
