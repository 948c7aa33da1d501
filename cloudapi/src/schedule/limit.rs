//! How often attempts may start: one limit and its slots.
//!
//! A limit of N attempts an hour gives one slot every `3600 / N` seconds (a
//! GCRA with a burst of one). It is told when an attempt started and answers
//! when the next one may.

use std::collections::VecDeque;
use std::num::NonZeroU32;

use super::Time;

const HOUR: u64 = 3_600_000_000_000;
const SECOND: u64 = 1_000_000_000;

/// From this period on, spacing is strict: a timer that fires 50 µs late
/// costs less than a thousandth of the rate, so nothing needs making up.
const STRICT_PERIOD: u64 = SECOND / 10;

/// Below [`STRICT_PERIOD`] a slot that was given late, because the machine was
/// busy, does not push back the following ones by more than it must: this much
/// lateness is made up.
const LATENESS: u64 = SECOND / 100;

/// The starts of at most this many attempts are remembered to hold the limit in
/// every single second too.
const REMEMBERED: u64 = 100_000;

#[derive(Clone, Debug)]
pub(crate) struct Limit {
    period: u64,
    lateness: u64,
    next: Time,
    /// The latest starts, at most as many as a window of one second may hold.
    recent: VecDeque<Time>,
    window: usize,
}

impl Limit {
    /// No limit at all.
    #[cfg(feature = "testing")]
    pub(crate) const NONE: Self = Self {
        period: 0,
        lateness: 0,
        next: Time::ZERO,
        recent: VecDeque::new(),
        window: 0,
    };

    pub(crate) fn per_hour(calls: NonZeroU32) -> Self {
        let calls = u64::from(calls.get());
        let strict = HOUR / calls >= STRICT_PERIOD;
        let lateness = if strict { 0 } else { LATENESS };
        // Making up `lateness` could bring one more start into an hour; an hour
        // that is longer by it cannot.
        let period = (HOUR + lateness).div_ceil(calls);
        let window = SECOND.div_ceil(period);
        let holds_seconds = !strict && window <= REMEMBERED;
        Self {
            period,
            lateness,
            next: Time::ZERO,
            recent: VecDeque::new(),
            window: if holds_seconds { window as usize } else { 0 },
        }
    }

    /// The starts that are remembered.
    #[cfg(feature = "testing")]
    pub(crate) fn recent(&self) -> impl Iterator<Item = Time> + '_ {
        self.recent.iter().copied()
    }

    /// Nanoseconds between two slots.
    pub(crate) const fn period(&self) -> u64 {
        self.period
    }

    /// When the next attempt may start.
    pub(crate) fn earliest(&self) -> Time {
        match self.recent.front() {
            Some(first) if self.recent.len() == self.window => {
                self.next.max(first.after_nanos(SECOND))
            }
            _ => self.next,
        }
    }

    /// Whether a new limit would allow no more than this one does now.
    pub(crate) fn is_neutral(&self, now: Time) -> bool {
        let remembers = |start: &Time| start.after_nanos(SECOND) > now;
        self.earliest() <= now && !self.recent.back().is_some_and(remembers)
    }

    /// An attempt starts `now` that could have started at `ready`, had there
    /// been a slot.
    ///
    /// The slot was due at the later of the two; only what lies between it and
    /// `now` is lateness. A limit that was idle has no such slots, so idle time
    /// is never made up.
    pub(crate) fn take(&mut self, ready: Time, now: Time) {
        debug_assert!(self.earliest() <= now, "no slot is due");
        let due = self.next.max(ready).min(now);
        self.next = due
            .max(now.before_nanos(self.lateness))
            .after_nanos(self.period);
        if self.window > 0 {
            if self.recent.len() == self.window {
                self.recent.pop_front();
            }
            self.recent.push_back(now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limit(calls: u32) -> Limit {
        Limit::per_hour(NonZeroU32::new(calls).unwrap())
    }

    #[test]
    fn three_hundred_and_sixty_an_hour_is_one_every_ten_seconds_exactly() {
        let mut limit = limit(360);
        let mut now = Time::ZERO;
        for _ in 0..1_000 {
            limit.take(now, now);
            assert_eq!(limit.earliest(), now.after_nanos(10 * SECOND));
            now = limit.earliest();
        }
    }

    #[test]
    fn idle_time_is_not_made_up() {
        for calls in [360, 3_600_000] {
            let mut limit = limit(calls);
            limit.take(Time::ZERO, Time::ZERO);
            let later = Time::from_nanos(HOUR);
            limit.take(later, later);
            assert!(limit.earliest() >= later.after_nanos(HOUR / u64::from(calls)));
        }
    }

    #[test]
    fn a_late_timer_costs_a_fast_limit_no_slot() {
        let mut limit = limit(3_600_000);
        limit.take(Time::ZERO, Time::ZERO);
        let late = Time::from_nanos(3 * SECOND / 1_000);
        limit.take(Time::ZERO, late);
        assert!(limit.earliest() < late);
    }

    #[test]
    fn a_stopped_process_does_not_burst_when_it_goes_on() {
        let mut slow = limit(360);
        slow.take(Time::ZERO, Time::ZERO);
        let resumed = Time::from_nanos(HOUR);
        slow.take(Time::ZERO, resumed);
        assert_eq!(slow.earliest(), resumed.after_nanos(10 * SECOND));
    }

    #[test]
    fn a_limit_is_as_new_when_its_last_slot_and_its_last_second_are_over() {
        let last = Time::from_nanos(SECOND);
        for (calls, over) in [(360, 10 * SECOND), (3_600_000, SECOND)] {
            let mut limit = limit(calls);
            assert!(limit.is_neutral(Time::ZERO));
            limit.take(last, last);
            let over = last.after_nanos(over);
            assert!(!limit.is_neutral(over.before_nanos(1)));
            assert!(limit.is_neutral(over));
        }
    }

    #[test]
    fn the_highest_rate_neither_overflows_nor_remembers_every_start() {
        let mut limit = limit(u32::MAX);
        let end = Time::NEVER;
        limit.take(end, end);
        assert_eq!(limit.earliest(), Time::NEVER);
        assert_eq!(limit.recent.len(), 0);
    }
}
