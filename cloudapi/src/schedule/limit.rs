//! How often attempts may start: one limit and its slots.
//!
//! A limit of N attempts in a window W gives one slot every `W / N`. It is told
//! when an attempt started and answers when the next one may.
//!
//! With a burst of B it is a GCRA with the period `T = W / (N - B + 1)` and the
//! tolerance `(B - 1) * T`: the start number N + 1 is at least
//! `N * T - (B - 1) * T = W` after the first, so no window has more than N. With
//! `W / N` for a period it would have up to N + B - 1.

use std::collections::VecDeque;

use super::{Rate, Time};

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
    rate: Rate,
    period: u64,
    /// How far ahead of its period it may run.
    tolerance: i128,
    lateness: u64,
    /// When the next slot is due. While a burst is left that is past, also
    /// before the clock began; and N periods may be longer than 64 bits.
    next: i128,
    /// The latest starts, at most as many as a window of one second may hold, or
    /// a shorter one of the limit's own.
    recent: VecDeque<Time>,
    most: usize,
    remembered: u64,
}

impl Limit {
    pub(crate) fn new(rate: Rate) -> Self {
        let (calls, burst) = (rate.calls().get(), rate.together().get());
        let periods = u64::from(calls) - u64::from(burst) + 1;
        Self::of(rate, rate.window(), periods, burst.into())
    }

    /// The part of a rate that one of so many processes has, without a burst. All parts
    /// together are no more than what is left of the rate once its burst is spent.
    pub(crate) fn part(rate: Rate, processes: u32) -> Self {
        let (calls, burst) = (rate.calls().get(), rate.together().get());
        let (periods, processes) = (
            u64::from(calls) - u64::from(burst) + 1,
            u64::from(processes.max(1)),
        );
        match periods / processes {
            0 => {
                let window = u128::from(rate.window()) * u128::from(processes);
                let window = window.div_ceil(periods.into());
                Self::of(rate, u64::try_from(window).unwrap_or(u64::MAX), 1, 1)
            }
            own => Self::of(rate, rate.window(), own, 1),
        }
    }

    fn of(rate: Rate, window: u64, periods: u64, burst: u64) -> Self {
        let strict = window / periods >= STRICT_PERIOD;
        let remembered = window.min(SECOND);
        let most = |period: u64| remembered.div_ceil(period) + burst - 1;
        // A window that is remembered whole holds whatever is made up.
        let exact = window.div_ceil(periods);
        let is_whole = !strict && window <= SECOND && most(exact) <= REMEMBERED;
        let (lateness, longer) = match (strict, is_whole) {
            (true, _) => (0, 0),
            (false, true) => (LATENESS, 0),
            // Making up `lateness` could bring one more start into a window; one
            // that is longer by it cannot.
            (false, false) => (LATENESS.min(window), LATENESS.min(window)),
        };
        let period = window.saturating_add(longer).div_ceil(periods);
        let holds_seconds = !strict && most(period) <= REMEMBERED;
        let tolerance = i128::from(period) * i128::from(burst - 1);
        Self {
            rate,
            period,
            tolerance,
            lateness,
            // As after a rest.
            next: -tolerance,
            recent: VecDeque::new(),
            most: if holds_seconds {
                most(period) as usize
            } else {
                0
            },
            remembered,
        }
    }

    #[cfg(test)]
    pub(crate) fn per_hour(calls: u32) -> Self {
        Self::new(Rate::new(calls, Rate::HOUR))
    }

    /// The starts that are remembered.
    #[cfg(feature = "testing")]
    pub(crate) fn recent(&self) -> impl Iterator<Item = Time> + '_ {
        self.recent.iter().copied()
    }

    pub(crate) const fn rate(&self) -> Rate {
        self.rate
    }

    /// Nanoseconds between two slots while a queue lasts, and nothing is left of
    /// a burst.
    #[cfg(test)]
    pub(crate) const fn period(&self) -> u64 {
        self.period
    }

    /// Nanoseconds between two slots, as if there were no burst: what a delay is
    /// measured in. The period of a limit with a great burst is long, and says
    /// little of how fast its attempts may follow each other.
    pub(crate) fn pace(&self) -> u64 {
        match self.rate.together().get() {
            1 => self.period,
            _ => self.rate.window().div_ceil(self.rate.calls().get().into()),
        }
    }

    /// When the next attempt may start.
    pub(crate) fn earliest(&self) -> Time {
        let next = point(self.next);
        match self.recent.front() {
            Some(first) if self.recent.len() == self.most => {
                next.max(first.after_nanos(self.remembered))
            }
            _ => next,
        }
    }

    /// When an attempt may start at the earliest that others go before, as many
    /// as `ahead`, the first of them not before `first`.
    pub(crate) fn earliest_behind(&self, ahead: u64, first: Time) -> Time {
        let base = self.next.max(i128::from(first.as_nanos()) - self.tolerance);
        let later = i128::from(self.period) * i128::from(ahead);
        first.max(point(base + later))
    }

    /// Whether a new limit would allow no more than this one does now.
    pub(crate) fn is_neutral(&self, now: Time) -> bool {
        let remembers = |start: &Time| start.after_nanos(self.remembered) > now;
        let is_full = self.next + self.tolerance <= i128::from(now.as_nanos());
        is_full && !self.recent.back().is_some_and(remembers)
    }

    /// An attempt starts `now` that could have started at `ready`, had there
    /// been a slot.
    ///
    /// The slot was due at the later of the two; only what lies between it and
    /// `now` is lateness. A limit that was idle has no such slots, so idle time
    /// is never made up, but for the burst.
    pub(crate) fn take(&mut self, ready: Time, now: Time) {
        debug_assert!(self.earliest() <= now, "no slot is due");
        let due = point(self.next).max(ready).min(now);
        let start = due.max(now.before_nanos(self.lateness));
        let full = i128::from(start.as_nanos()) - self.tolerance;
        self.next = self.next.max(full) + i128::from(self.period);
        if self.most > 0 {
            if self.recent.len() == self.most {
                self.recent.pop_front();
            }
            self.recent.push_back(now);
        }
    }
}

/// The nearest point in time that there is.
fn point(nanos: i128) -> Time {
    Time::from_nanos(u64::try_from(nanos.max(0)).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    const HOUR: u64 = 3_600 * SECOND;

    fn limit(calls: u32) -> Limit {
        Limit::per_hour(calls)
    }

    fn burst(calls: u32, per: u64, burst: u32) -> Limit {
        Limit::new(Rate::new(calls, Duration::from_nanos(per)).burst(burst))
    }

    /// When a queue starts that is there from the time zero on.
    fn starts(mut limit: Limit, count: usize) -> Vec<u64> {
        let mut starts = Vec::new();
        for _ in 0..count {
            let now = limit.earliest();
            limit.take(Time::ZERO, now);
            starts.push(now.as_nanos() / 1_000_000);
        }
        starts
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
    fn a_part_is_of_what_is_left_without_the_burst() {
        // Ten periods in the minute, once the burst is spent.
        let rate = Rate::new(12, Duration::from_secs(60)).burst(3);
        for (processes, seconds) in [(0, 6), (1, 6), (4, 30), (10, 60), (20, 120), (25, 150)] {
            let mut part = Limit::part(rate, processes);
            part.take(Time::ZERO, Time::ZERO);
            let next = Time::from_nanos(seconds * SECOND);
            assert_eq!(part.earliest(), next, "{processes}");
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

    #[test]
    fn a_burst_goes_at_once_and_the_rest_at_the_slower_period() {
        let minute = 60 * SECOND;
        let started = starts(burst(12, minute, 3), 6);
        assert_eq!(started, [0, 0, 0, 6_000, 12_000, 18_000]);
        // All of them at once: then one a minute, which is what is left.
        let started = starts(burst(3, minute, 3), 5);
        assert_eq!(started, [0, 0, 0, 60_000, 120_000]);
        assert_eq!(starts(burst(1, minute, 1), 3), [0, 60_000, 120_000]);
    }

    #[test]
    fn a_burst_grows_back_in_a_rest_and_never_beyond_itself() {
        let mut limit = burst(12, 60 * SECOND, 3);
        let mut at = |second: u64, most: usize| {
            let now = Time::from_nanos(second * SECOND);
            let mut taken = 0;
            while limit.earliest() <= now {
                limit.take(Time::ZERO, now);
                taken += 1;
            }
            assert_eq!(taken, most, "at {second} s");
        };
        at(0, 3);
        at(5, 0);
        at(11, 1);
        at(23, 2);
        at(10_000, 3);
    }

    #[test]
    fn a_second_without_a_burst_is_full_to_the_last_start() {
        let started = starts(burst(1_000, SECOND, 1), 3_001);
        assert_eq!(started[3_000], 3_000);
    }

    #[test]
    fn a_limit_with_a_burst_is_as_new_once_the_burst_is_whole() {
        let mut limit = burst(12, 60 * SECOND, 3);
        assert!(limit.is_neutral(Time::ZERO));
        limit.take(Time::ZERO, Time::ZERO);
        limit.take(Time::ZERO, Time::ZERO);
        let whole = Time::from_nanos(12 * SECOND);
        assert!(!limit.is_neutral(whole.before_nanos(1)));
        assert!(limit.is_neutral(whole));
    }

    #[test]
    fn a_delay_is_measured_without_the_burst() {
        assert_eq!(burst(60, 60 * SECOND, 60).pace(), SECOND);
        assert_eq!(burst(60, 60 * SECOND, 1).pace(), SECOND);
        assert_eq!(limit(36_001).pace(), limit(36_001).period());
    }

    #[test]
    fn the_greatest_burst_does_not_overflow() {
        let per = 366 * 86_400 * SECOND;
        let mut limit = burst(u32::MAX, per, u32::MAX);
        for _ in 0..1_000 {
            assert_eq!(limit.earliest(), Time::ZERO);
            limit.take(Time::ZERO, Time::ZERO);
        }
        let ahead = u64::from(u32::MAX) - 1_001;
        let behind = |ahead| limit.earliest_behind(ahead, Time::ZERO);
        assert_eq!(behind(ahead), Time::ZERO);
        assert_eq!(behind(ahead + 1), Time::from_nanos(per));
        assert_eq!(behind(u64::MAX), Time::NEVER);
    }
}
