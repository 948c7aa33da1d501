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
/// stays until it would be the first, or until most places are such; so the first
/// of either kind is always held.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    joined: VecDeque<Place>,
    returned: BinaryHeap<Reverse<Place>>,
    waiting: usize,
}

impl Line {
    /// How many calls wait in the line.
    #[inline]
    pub(crate) const fn len(&self) -> usize {
        self.waiting
    }

    /// Joins at the back. `seniority` must be the greatest so far.
    #[inline]
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

    /// The most senior call.
    #[inline]
    pub(crate) fn head(&self) -> Option<Place> {
        let returned = self.returned.peek().map(|place| place.0);
        match self.joined.front() {
            Some(joined) if returned.is_none_or(|returned| *joined < returned) => Some(*joined),
            _ => returned,
        }
    }

    /// Takes out the most senior call. `holds` tells whether a place is still
    /// held.
    #[inline]
    pub(crate) fn take_head(&mut self, holds: impl Fn(Place) -> bool) -> Option<u32> {
        let returned = self.returned.peek().map(|place| place.0);
        let head = match self.joined.front() {
            Some(joined) if returned.is_none_or(|returned| *joined < returned) => {
                self.joined.pop_front()
            }
            _ => self.returned.pop().map(|place| place.0),
        };
        let head = head?;
        self.one_less();
        if self.waiting > 0 {
            self.skip(holds);
        }
        Some(head.1)
    }

    /// The most senior call of which `is_eligible` holds. It is asked of places too that
    /// were given up.
    pub(crate) fn most_senior(&self, is_eligible: impl Fn(Place) -> bool) -> Option<Place> {
        let mut joined = self.joined.iter().copied();
        let joined = joined.find(|place| is_eligible(*place));
        let returned = self.returned.iter().map(|place| place.0);
        let returned = returned.filter(|place| is_eligible(*place));
        returned.chain(joined).min()
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
        } else {
            self.skip(holds);
        }
    }

    /// Takes out places at the front that were given up.
    fn skip(&mut self, holds: impl Fn(Place) -> bool) {
        while self.joined.front().is_some_and(|place| !holds(*place)) {
            self.joined.pop_front();
        }
        while self.returned.peek().is_some_and(|place| !holds(place.0)) {
            self.returned.pop();
        }
    }

    fn one_less(&mut self) {
        self.waiting -= 1;
        if self.waiting == 0 && self.joined.len() + self.returned.len() > 0 {
            self.joined.clear();
            self.returned.clear();
        }
        if self.waiting == 0 && self.joined.capacity() + self.returned.capacity() > KEPT {
            self.joined.shrink_to(KEPT);
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
        for left in (1..1_000).rev() {
            line.leave(|place| place.0.0 < left);
            // Not swept for each that leaves, which would take for ever.
            let swept = left < 500;
            assert_eq!(line.places() < 1_000, swept);
            assert!(line.places() <= GIVEN_UP.max(2 * line.len()));
        }
        assert_eq!(line.len(), 1);
        assert!(line.joined.capacity() <= 2 * GIVEN_UP);
        assert!(line.returned.capacity() <= 2 * GIVEN_UP);
        assert_eq!(order(&mut line, |place| place.0.0 < 1), [0]);
    }

    #[test]
    fn the_first_place_is_always_held() {
        let mut line = Line::default();
        for n in 0..20 {
            line.join(Seniority(2 * n), 0);
            line.come_back(Seniority(2 * n + 1), 1);
        }
        // Those in the middle leave, and then the first of all.
        for gone in 1..30 {
            line.leave(|place| place.0.0 == 0 || place.0.0 > gone);
            assert_eq!(line.head(), Some((Seniority(0), 0)));
        }
        line.leave(|place| place.0.0 >= 30);
        assert_eq!(line.head(), Some((Seniority(30), 0)));
        assert_eq!((line.len(), line.places()), (10, 10));
    }

    /// To make it smaller with each call that leaves would take for ever.
    #[test]
    fn the_room_of_a_long_line_is_kept_until_it_is_empty() {
        let mut line = Line::default();
        for n in 0..10_000 {
            line.join(Seniority(n), 0);
        }
        for left in (0..10_000).rev() {
            line.take_head(|_| true).unwrap();
            let is_kept = line.joined.capacity() >= 10_000;
            assert_eq!(is_kept, left > 0, "{left} left");
        }
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
