//! Where calls wait: one lane for all whose endpoints have no limit of their
//! own, and one for each such limit.

use std::collections::BTreeSet;

use super::priority::Priority;
use super::queue::Queue;
use super::{Limits, Rate, Time};

/// Names a lane of a scheduler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneId(pub(in crate::schedule) u16);

impl LaneId {
    /// The lane of the calls whose endpoints have no limit of their own.
    pub(crate) const MAIN: Self = Self(0);

    pub(super) const fn index(self) -> usize {
        self.0 as usize
    }
}

/// Calls that wait for the same limits. A lane whose own limit gives no slot is
/// passed over, so it holds up nobody in the others; and since its calls keep
/// their seniority, they go first once it does.
#[derive(Debug)]
pub(super) struct Lane {
    pub(super) limits: Limits,
    pub(super) queue: Queue,
    /// Since when there has been somebody in the queue.
    pub(super) since: Time,
    /// The deadlines of the calls that wait, be it in line, outside or backing
    /// off.
    pub(super) deadlines: BTreeSet<(Time, u32)>,
}

impl Lane {
    pub(super) fn new(rates: &[Rate]) -> Self {
        Self {
            limits: Limits::new(rates),
            queue: Queue::default(),
            since: Time::ZERO,
            deadlines: BTreeSet::new(),
        }
    }

    /// Whether a call waits in it that could start, if the gate were open.
    pub(super) fn has_open_call(&self, now: Time) -> bool {
        !self.queue.is_empty() && self.limits.earliest() <= now
    }

    /// When the first of its calls could start, if there is one and the gate is
    /// open then.
    pub(super) fn opens_at(&self) -> Option<Time> {
        (!self.queue.is_empty()).then(|| self.limits.earliest())
    }

    /// How many calls of the same endpoint go before one that joins.
    pub(super) fn ahead_of(&self, priority: Priority) -> u64 {
        self.queue.ahead_of(priority) as u64
    }
}
