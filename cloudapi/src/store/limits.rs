//! What processes that share a limit tell each other.

use std::sync::Weak;
use std::time::Duration;

use crate::schedule::Rate;

/// A limit that several processes share.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SharedLimit {
    /// What it is known by within its scope. It has the window and not the number of
    /// calls: where a new version of a program allows more or fewer, the slots that were
    /// given still count.
    pub name: String,
    /// How many attempts in what time.
    pub rate: Rate,
}

impl SharedLimit {
    /// Microseconds between two slots, once nothing is left of a burst:
    /// `(window + GRACE) / (calls - burst + 1)`. In no window then do more than so many
    /// attempts start, however they lie within their grace.
    #[must_use]
    pub fn period_micros(&self) -> u64 {
        super::slots::period(&self.rate)
    }

    /// How many periods the slots may run ahead after a rest: `burst - 1`.
    #[must_use]
    pub fn burst_periods(&self) -> u64 {
        u64::from(self.rate.together().get()) - 1
    }
}

/// What a slot is asked of.
#[derive(Clone, Copy, Debug)]
pub struct Reservation<'a> {
    /// The limits of the gate.
    pub gate: &'a [SharedLimit],
    /// Those of the endpoint besides.
    pub endpoint: &'a [SharedLimit],
}

/// What became of a reservation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// The slot is ours, once so much time has passed.
    Slot {
        /// From now; zero if it is due.
        wait: Duration,
    },
    /// Nothing is reserved. It makes no sense to ask again before so much time has
    /// passed.
    Later {
        /// From now; more than zero.
        wait: Duration,
        /// The scope is closed, for all its calls. Otherwise only the endpoint's limit
        /// gives no slot.
        closed: bool,
    },
}

/// How a scope is doing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GateState {
    /// It is closed for so long; not, if zero.
    pub closed_for: Duration,
}

/// Called with the time for which a scope is closed from now. It must not block, nor call
/// the store.
///
/// Who wants to hear of it keeps the `Arc`. Once that is dropped, the store forgets the
/// listener; it must not keep one alive.
pub type CloseListener = Weak<dyn Fn(Duration) + Send + Sync>;

/// What a [`CloseListener`] leads to.
pub(crate) type Listening = dyn Fn(Duration) + Send + Sync;
