//! Where calls wait: one lane for all whose endpoints have no limit of their
//! own, and one for each such limit.

use std::collections::BTreeSet;
use std::ops::{Index, IndexMut};
use std::slice;

use super::priority::Priority;
use super::queue::Queue;
use super::{Limits, Rate, Time};

/// Names a lane of a scheduler.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct LaneId(pub(in crate::schedule) u16);

impl LaneId {
    /// The lane of the calls whose endpoints have no limit of their own.
    pub(crate) const MAIN: Self = Self(0);

    const fn of(index: usize) -> Self {
        // Nobody declares 65,536 endpoints with a limit each; if so, the last ones
        // share a lane.
        if index < u16::MAX as usize {
            Self(index as u16)
        } else {
            Self(u16::MAX)
        }
    }
}

/// Calls that wait for the same limits. A lane whose own limit gives no slot is
/// passed over, so it holds up nobody in the others; and since its calls keep
/// their seniority, they go first once it does.
#[derive(Clone, Debug)]
pub(super) struct Lane {
    pub(super) limits: Limits,
    /// Until then the store gives it no slot.
    pub(super) closed_until: Time,
    pub(super) queue: Queue,
    /// Calls that wait for a place in the queue.
    pub(super) outside: Queue,
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
            closed_until: Time::ZERO,
            queue: Queue::default(),
            outside: Queue::default(),
            since: Time::ZERO,
            deadlines: BTreeSet::new(),
        }
    }

    /// Before a call enters the queue.
    pub(super) const fn somebody_comes(&mut self, since: Time) {
        if self.queue.is_empty() {
            self.since = since;
        }
    }

    /// Minds a deadline, if it is one.
    #[inline]
    pub(super) fn watch(&mut self, deadline: Time, key: u32) {
        if deadline < Time::NEVER {
            self.deadlines.insert((deadline, key));
        }
    }

    /// When its limits give a slot.
    #[inline]
    pub(super) fn earliest(&self) -> Time {
        self.limits.earliest().max(self.closed_until)
    }

    /// Whether a new lane would give no slot that this one does not.
    pub(super) fn is_neutral(&self, now: Time) -> bool {
        self.limits.is_neutral(now) && self.closed_until <= now
    }

    /// Whether a call waits in it that could start, if the gate were open.
    #[inline]
    pub(super) fn has_open_call(&self, now: Time) -> bool {
        !self.queue.is_empty() && self.earliest() <= now
    }

    /// When the first of its calls could start, if there is one and the gate is
    /// open then. Who waits outside comes in for that.
    #[inline]
    pub(super) fn opens_at(&self) -> Option<Time> {
        let somebody_waits = !self.queue.is_empty() || !self.outside.is_empty();
        somebody_waits.then(|| self.earliest())
    }

    /// How many calls of the same endpoint go before one that joins.
    pub(super) fn ahead_of(&self, priority: Priority) -> u64 {
        self.queue.ahead_of(priority) as u64
    }
}

/// All lanes. The main one is always there, and nearly always the only one.
#[derive(Clone, Debug)]
pub(super) struct Lanes {
    main: Lane,
    others: Vec<Lane>,
}

impl Lanes {
    pub(super) fn new() -> Self {
        Self {
            main: Lane::new(&[]),
            others: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, rates: &[Rate]) -> LaneId {
        let id = LaneId::of(self.others.len() + 1);
        if id.0 as usize > self.others.len() {
            self.others.push(Lane::new(rates));
        }
        id
    }

    /// The main lane, if there is no other.
    #[inline]
    pub(super) const fn only(&self) -> Option<&Lane> {
        if self.others.is_empty() {
            Some(&self.main)
        } else {
            None
        }
    }

    #[inline]
    pub(super) fn iter(&self) -> impl Iterator<Item = &Lane> + Clone {
        slice::from_ref(&self.main).iter().chain(&self.others)
    }

    /// What there is of the first lane that has it.
    #[inline]
    pub(super) fn find<R>(&self, mut of: impl FnMut(&Lane) -> Option<R>) -> Option<R> {
        of(&self.main).or_else(|| self.others.iter().find_map(of))
    }

    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = &mut Lane> {
        slice::from_mut(&mut self.main)
            .iter_mut()
            .chain(&mut self.others)
    }

    pub(super) fn with_ids(&self) -> impl Iterator<Item = (LaneId, &Lane)> + Clone {
        let ids = (0..).map(LaneId::of);
        ids.zip(self.iter())
    }
}

impl Index<LaneId> for Lanes {
    type Output = Lane;

    #[inline]
    fn index(&self, id: LaneId) -> &Lane {
        match id {
            LaneId::MAIN => &self.main,
            LaneId(other) => &self.others[other as usize - 1],
        }
    }
}

impl IndexMut<LaneId> for Lanes {
    #[inline]
    fn index_mut(&mut self, id: LaneId) -> &mut Lane {
        match id {
            LaneId::MAIN => &mut self.main,
            LaneId(other) => &mut self.others[other as usize - 1],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_lane_has_a_name_as_long_as_there_are_names() {
        let mut lanes = Lanes::new();
        for number in 1..=u16::MAX {
            assert_eq!(lanes.add(&[]), LaneId(number));
        }
        let last = LaneId(u16::MAX);
        assert_eq!((lanes.add(&[]), lanes.add(&[])), (last, last));
        let ids: Vec<_> = lanes.with_ids().map(|(id, _)| id).collect();
        assert_eq!((ids.len(), ids.last()), (65_536, Some(&last)));
        assert!(std::ptr::eq(&lanes[last], lanes.iter().last().unwrap()));
    }
}
