//! What the scheduler keeps of each call. A million may wait, so it is little.

use std::ops::{Index, IndexMut};

use slab::Slab;

use super::line::{Place, Seniority};
use super::{Joining, LaneId, Priority, Time};

/// Room for so many calls is kept when none is left.
const KEPT: usize = 1_024;

/// A call in the scheduler. The generation tells it from a later call that got
/// the same key; it comes round after 2^32 calls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CallId {
    pub(super) key: u32,
    generation: u32,
}

impl CallId {
    /// As one number, which is 0 for no call: the generations count from 1.
    pub(crate) const fn to_bits(self) -> u64 {
        (self.generation as u64) << 32 | self.key as u64
    }

    /// What [`to_bits`](Self::to_bits) made.
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self {
            key: bits as u32,
            generation: (bits >> 32) as u32,
        }
    }

    /// An identity for a call that was not taken in. No other has its key.
    pub(crate) const fn turned_away(number: u32) -> Self {
        Self {
            key: u32::MAX,
            generation: number,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Phase {
    /// It waits until there is a place in the queue.
    Outside,
    /// It waits in line for its first attempt.
    New,
    /// It waits in line for another attempt.
    Again,
    BackingOff,
    /// Held back until it is let in: what its request needs is not there. It returns to
    /// the line as it left it.
    Held {
        is_new: bool,
    },
    InFlight,
}

#[derive(Clone, Debug)]
pub(super) struct Entry<J> {
    pub(super) seniority: Seniority,
    /// Outside: since when. Backing off: until when. In flight: since when.
    pub(super) at: Time,
    pub(super) deadline: Time,
    pub(super) job: J,
    generation: u32,
    /// How often the delay of the present series was multiplied.
    pub(super) multiplications: u32,
    /// How often the call went to the back of the queue. The settings allow no
    /// more than fits.
    pub(super) failed_attempts: u16,
    pub(super) lane: LaneId,
    pub(super) throttles: u16,
    pub(super) priority: Priority,
    pub(super) phase: Phase,
}

impl<J> Entry<J> {
    /// A call that has not been tried yet.
    pub(super) const fn new(seniority: Seniority, joining: Joining, phase: Phase, job: J) -> Self {
        Self {
            seniority,
            at: Time::ZERO,
            deadline: joining.deadline,
            job,
            // The first seniority is a call's alone, so its low half will do.
            generation: seniority.0 as u32,
            lane: joining.lane,
            failed_attempts: 0,
            multiplications: 0,
            throttles: 0,
            priority: joining.priority,
            phase,
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Calls<J>(Slab<Entry<J>>);

impl<J> Calls<J> {
    pub(super) const fn new() -> Self {
        Self(Slab::new())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// All calls, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (CallId, &Entry<J>)> {
        self.0.iter().map(|(key, entry)| {
            let generation = entry.generation;
            let key = key as u32;
            (CallId { key, generation }, entry)
        })
    }

    pub(super) fn insert(&mut self, entry: Entry<J>) -> CallId {
        let generation = entry.generation;
        // 2^32 entries would not fit in memory.
        let key = self.0.insert(entry) as u32;
        CallId { key, generation }
    }

    pub(super) fn id(&self, key: u32) -> CallId {
        let generation = self[key].generation;
        CallId { key, generation }
    }

    /// The phase of a call, if it has not ended.
    pub(super) fn phase(&self, id: CallId) -> Option<Phase> {
        let entry = self.0.get(id.key as usize)?;
        (entry.generation == id.generation).then_some(entry.phase)
    }

    /// Whether a place in a line is still held by the call it was given to.
    pub(super) fn holds(&self, place: Place) -> bool {
        self.0.get(place.1 as usize).is_some_and(|entry| {
            let waits = matches!(entry.phase, Phase::Outside | Phase::New | Phase::Again);
            waits && entry.seniority == place.0
        })
    }

    /// The most senior call of that priority that is held back before its first attempt.
    pub(super) fn most_senior_held(&self, priority: Priority) -> Option<Place> {
        let entries = self.0.iter().map(|(key, entry)| (key as u32, entry));
        let held = entries.filter(|(_, entry)| {
            entry.phase == Phase::Held { is_new: true } && entry.priority == priority
        });
        held.map(|(key, entry)| (entry.seniority, key)).min()
    }

    /// Whether the call that holds this place has not been tried yet.
    pub(super) fn is_new(&self, place: Place) -> bool {
        self.holds(place) && self[place.1].phase == Phase::New
    }

    pub(super) fn remove(&mut self, key: u32) -> Entry<J> {
        let entry = self.0.remove(key as usize);
        if self.0.is_empty() && self.0.capacity() > KEPT {
            self.0 = Slab::new();
        }
        entry
    }
}

impl<J> Index<u32> for Calls<J> {
    type Output = Entry<J>;

    fn index(&self, key: u32) -> &Entry<J> {
        &self.0[key as usize]
    }
}

impl<J> IndexMut<u32> for Calls<J> {
    fn index_mut(&mut self, key: u32) -> &mut Entry<J> {
        &mut self.0[key as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn new(number: u64) -> Entry<u64> {
        Entry::new(Seniority(number), Time::NEVER.into(), Phase::New, number)
    }

    #[test]
    fn a_waiting_call_takes_little_memory() {
        assert_eq!(size_of::<CallId>(), 8);
        assert!(size_of::<Entry<u64>>() <= 48);
        // The slab's own mark of a free place finds room in the phase.
        assert_eq!(size_of::<Option<Entry<u64>>>(), size_of::<Entry<u64>>());
    }

    #[test]
    fn an_identity_does_not_outlive_its_call() {
        let mut calls = Calls::new();
        let first = calls.insert(new(1));
        calls.remove(first.key);
        let second = calls.insert(new(2));
        assert_eq!(second.key, first.key);
        assert_eq!(calls.phase(first), None);
        assert_eq!(calls.phase(second), Some(Phase::New));
    }

    #[test]
    fn an_identity_is_a_number_too() {
        let mut calls = Calls::new();
        for n in 1..=3 {
            let id = calls.insert(new(n));
            assert_ne!(id.to_bits(), 0);
            assert_eq!(CallId::from_bits(id.to_bits()), id);
        }
        assert_eq!(calls.phase(CallId::turned_away(1)), None);
    }

    #[test]
    fn the_memory_of_a_great_backlog_is_given_back() {
        let mut calls = Calls::new();
        let ids: Vec<_> = (0..10_000).map(|n| calls.insert(new(n))).collect();
        for id in ids {
            calls.remove(id.key);
        }
        assert!(calls.0.capacity() <= KEPT);
    }
}
