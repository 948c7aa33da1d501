//! The order of the waiting calls: by seniority, and nothing else.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

/// When a call joined the back of the queue, as a running number. Smaller is
/// more senior.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Seniority(pub(crate) u64);

/// A place in the line: the seniority, and the key of the call that holds it.
pub(super) type Place = (Seniority, u32);

/// So many places that were given up do no harm.
const GIVEN_UP: usize = 64;

/// Room for so many places is kept when the line is empty.
const KEPT: usize = 1_024;

/// New calls come in order, so they need no sorting; calls that return from a
/// backoff with their old seniority are few, and do. A place that was given up
/// stays until it comes up and is skipped, or until most places are such.
#[derive(Debug, Default)]
pub(crate) struct Line {
    joined: VecDeque<Place>,
    returned: BinaryHeap<Reverse<Place>>,
    waiting: usize,
}

impl Line {
    /// How many calls wait in the line.
    pub(crate) const fn len(&self) -> usize {
        self.waiting
    }

    pub(crate) const fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Joins at the back. `seniority` must be the greatest so far.
    pub(crate) fn join(&mut self, seniority: Seniority, key: u32) {
        debug_assert!(self.joined.back().is_none_or(|back| back.0 < seniority));
        self.joined.push_back((seniority, key));
        self.waiting += 1;
    }

    /// Returns to the place that `seniority` gives.
    pub(crate) fn come_back(&mut self, seniority: Seniority, key: u32) {
        self.returned.push(Reverse((seniority, key)));
        self.waiting += 1;
    }

    /// Takes out the most senior call whose place `holds` says is still held.
    pub(crate) fn take_head(&mut self, holds: impl Fn(Place) -> bool) -> Option<u32> {
        while let Some(place) = self.pop() {
            if holds(place) {
                self.one_less();
                return Some(place.1);
            }
        }
        None
    }

    /// A call gave up its place; `holds` no longer says so.
    pub(crate) fn leave(&mut self, holds: impl Fn(Place) -> bool) {
        self.one_less();
        let kept = self.joined.len() + self.returned.len();
        if kept > GIVEN_UP && kept > 2 * self.waiting {
            self.joined.retain(|place| holds(*place));
            self.joined.shrink_to(2 * self.waiting);
            self.returned.retain(|place| holds(place.0));
            self.returned.shrink_to(2 * self.waiting);
        }
    }

    fn pop(&mut self) -> Option<Place> {
        let returned = self.returned.peek().map(|place| place.0);
        match self.joined.front() {
            Some(joined) if returned.is_none_or(|returned| *joined < returned) => {
                self.joined.pop_front()
            }
            _ => self.returned.pop().map(|place| place.0),
        }
    }

    fn one_less(&mut self) {
        self.waiting -= 1;
        if self.waiting == 0 {
            self.joined.clear();
            self.joined.shrink_to(KEPT);
            self.returned.clear();
            self.returned.shrink_to(KEPT);
        }
    }

    /// How many places are remembered, also of calls that have left.
    #[cfg(test)]
    pub(crate) fn places(&self) -> usize {
        self.joined.len() + self.returned.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(line: &mut Line, holds: impl Fn(Place) -> bool) -> Vec<u32> {
        std::iter::from_fn(|| line.take_head(&holds)).collect()
    }

    #[test]
    fn a_call_that_comes_back_goes_before_those_that_joined_after_it() {
        let mut line = Line::default();
        line.join(Seniority(1), 10);
        line.join(Seniority(3), 30);
        line.come_back(Seniority(2), 20);
        line.come_back(Seniority(0), 0);
        assert_eq!(order(&mut line, |_| true), [0, 10, 20, 30]);
    }

    #[test]
    fn places_that_were_given_up_are_skipped_and_do_not_pile_up() {
        let mut line = Line::default();
        for n in 0..500 {
            line.join(Seniority(2 * n), 0);
            line.come_back(Seniority(2 * n + 1), 1);
        }
        for gone in 0..999 {
            line.leave(|place| place.0.0 > gone);
            // Not swept for each that leaves, which would take for ever.
            let swept = gone >= 500;
            assert_eq!(line.places() < 1_000, swept);
            assert!(line.places() <= GIVEN_UP.max(2 * line.len()));
        }
        assert_eq!(line.len(), 1);
        assert!(line.joined.capacity() <= 2 * GIVEN_UP);
        assert!(line.returned.capacity() <= 2 * GIVEN_UP);
        assert_eq!(order(&mut line, |place| place.0.0 > 998), [1]);
    }

    #[test]
    fn an_empty_line_remembers_nothing() {
        let mut line = Line::default();
        for n in 0..10_000 {
            line.join(Seniority(n), 0);
        }
        line.leave(|place| place.0.0 != 9_999);
        assert_eq!(order(&mut line, |place| place.0.0 != 9_999).len(), 9_999);
        assert_eq!(line.places(), 0);
        assert!(line.joined.capacity() <= KEPT);
    }
}
