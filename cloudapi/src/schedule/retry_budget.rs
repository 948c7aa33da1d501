//! A budget for retries, so that they do not become most of the traffic.

use super::Time;

/// At most so many nanoseconds bring a retry: ten a minute are always allowed.
const LONGEST: u64 = 6_000_000_000;

/// A tenth of the slots is always allowed: fast limits are those of services that
/// bear it, and ten a minute would stop what makes a thousand calls a second.
const PERIODS: u64 = 10;

/// So many retries may be saved up, and are there from the start.
const SAVED: u64 = 100;

/// A token bucket. Every first attempt adds a part of a retry to it, and so does
/// time; every retry takes one, when its delay is over. One for which nothing is
/// left is put off until there is, not denied: nothing is lost by it.
///
/// A retry is paid for when it is due and not when it is decided upon. So nobody
/// is put off for what has been earned by then, and a call that is dropped
/// meanwhile has taken nothing.
#[derive(Clone, Debug)]
pub(super) struct RetryBudget {
    /// What each first attempt adds; no budget at all, if `None`.
    earned: Option<u64>,
    /// One retry, of which each nanosecond brings one part.
    retry: u64,
    left: u64,
    counted: Time,
}

impl RetryBudget {
    /// With so many retries for each first attempt; without a limit, if `None`. There is
    /// a slot each `period` nanoseconds.
    pub(super) fn new(ratio: Option<f64>, period: u64) -> Self {
        let retry = period.saturating_mul(PERIODS).clamp(1, LONGEST);
        Self {
            // A cast from a float saturates.
            earned: ratio.map(|ratio| (ratio * retry as f64).round() as u64),
            retry,
            left: SAVED * retry,
            counted: Time::ZERO,
        }
    }

    /// From now on it is so many. The retries that are left stay.
    pub(super) fn go_on_as(&mut self, ratio: Option<f64>, period: u64) {
        let new = Self::new(ratio, period);
        let left = u128::from(self.left) * u128::from(new.retry) / u128::from(self.retry);
        *self = Self {
            left: new.at_most_saved(u64::try_from(left).unwrap_or(u64::MAX)),
            counted: self.counted,
            ..new
        };
    }

    /// A call makes its first attempt.
    #[inline]
    pub(super) const fn earn(&mut self) {
        if let Some(earned) = self.earned {
            self.left = self.at_most_saved(self.left.saturating_add(earned));
        }
    }

    /// Takes a retry, if there is one.
    pub(super) fn take(&mut self, now: Time) -> bool {
        if self.earned.is_none() {
            return true;
        }
        self.count(now);
        let Some(left) = self.left.checked_sub(self.retry) else {
            return false;
        };
        self.left = left;
        true
    }

    /// From when on there is a retry, if nothing else happens.
    pub(super) const fn allows_from(&self) -> Time {
        if self.earned.is_none() || self.left >= self.retry {
            return Time::ZERO;
        }
        self.counted.after_nanos(self.retry - self.left)
    }

    /// Whether it is as full as a new one.
    pub(super) fn is_neutral(&self, now: Time) -> bool {
        self.earned.is_none() || self.counted.after_nanos(SAVED * self.retry - self.left) <= now
    }

    fn count(&mut self, now: Time) {
        let passed = now.since(self.counted).as_nanos();
        let passed = u64::try_from(passed).unwrap_or(u64::MAX);
        self.left = self.at_most_saved(self.left.saturating_add(passed));
        self.counted = self.counted.max(now);
    }

    const fn at_most_saved(&self, left: u64) -> u64 {
        let saved = SAVED * self.retry;
        if left < saved { left } else { saved }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::properties::{cases, seconds};
    use super::*;

    /// 360 an hour.
    const SLOW: u64 = 10_000_000_000;

    /// With nothing left, at 0 s.
    fn spent(ratio: f64) -> RetryBudget {
        let mut budget = RetryBudget::new(Some(ratio), SLOW);
        for _ in 0..100 {
            assert_eq!(budget.allows_from(), Time::ZERO);
            assert!(budget.take(Time::ZERO), "it starts full");
        }
        budget
    }

    #[test]
    fn beyond_what_was_saved_ten_a_minute_go() {
        let mut budget = spent(0.0);
        for retry in 1..=20 {
            let at = seconds(6 * retry);
            assert_eq!(budget.allows_from(), at);
            assert!(!budget.take(at.before_nanos(1)));
            assert_eq!(budget.allows_from(), at, "asking changes nothing");
            assert!(budget.take(at));
        }
    }

    #[test]
    fn of_a_fast_limit_a_tenth_of_the_slots_goes() {
        let millisecond = 1_000_000;
        let mut budget = RetryBudget::new(Some(0.0), millisecond);
        assert_eq!((0..200).filter(|_| budget.take(Time::ZERO)).count(), 100);
        assert_eq!(budget.allows_from(), Time::from_nanos(10 * millisecond));
        // Without any limit there is always one.
        let mut budget = RetryBudget::new(Some(0.0), 0);
        assert!((1..1_000).all(|now| budget.take(Time::from_nanos(now))));
    }

    #[test]
    fn the_retries_that_are_left_stay_when_the_limit_changes() {
        let mut budget = RetryBudget::new(Some(0.2), SLOW);
        for _ in 0..60 {
            assert!(budget.take(Time::ZERO));
        }
        let millisecond = 1_000_000;
        budget.go_on_as(Some(0.5), millisecond);
        assert_eq!((0..200).filter(|_| budget.take(Time::ZERO)).count(), 40);
        // The next ones come as the new limit brings them.
        assert_eq!(budget.allows_from(), Time::from_nanos(10 * millisecond));
        budget.earn();
        assert_eq!(budget.allows_from(), Time::from_nanos(5 * millisecond));
    }

    #[test]
    fn time_is_not_earned_again_when_the_limit_changes() {
        let mut budget = spent(0.2);
        let at = seconds(60);
        assert_eq!((0..20).filter(|_| budget.take(at)).count(), 10);
        budget.go_on_as(Some(0.2), SLOW / 2);
        assert!(!budget.take(at));
    }

    #[test]
    fn and_one_for_each_five_first_attempts() {
        let mut budget = spent(0.2);
        for _ in 0..3 {
            for _ in 0..5 {
                assert!(!budget.take(Time::ZERO));
                budget.earn();
            }
            assert!(budget.take(Time::ZERO));
        }
        budget.earn();
        // Four fifths of six seconds.
        assert_eq!(budget.allows_from(), Time::from_nanos(4_800_000_000));
    }

    #[test]
    fn time_is_earned_once_and_not_saved_for_ever() {
        let mut budget = spent(0.2);
        let day = seconds(86_400);
        assert!(!budget.is_neutral(seconds(600).before_nanos(1)));
        assert!(budget.is_neutral(seconds(600)));
        let mut half = RetryBudget::new(Some(0.2), SLOW);
        assert!((0..50).all(|_| half.take(Time::ZERO)));
        assert!(!half.is_neutral(seconds(300).before_nanos(1)));
        assert!(half.is_neutral(seconds(300)));
        for _ in 0..100 {
            assert!(budget.take(day));
        }
        assert!(!budget.take(day));
        for _ in 0..10_000 {
            budget.earn();
        }
        assert!((0..101).filter(|_| budget.take(day)).count() == 100);
    }

    #[test]
    fn without_a_budget_nothing_is_put_off() {
        let mut budget = RetryBudget::new(None, SLOW);
        for _ in 0..10_000 {
            assert!(budget.take(seconds(1)));
        }
        assert_eq!(budget.allows_from(), Time::ZERO);
        assert!(budget.is_neutral(Time::ZERO));
    }

    proptest! {
        #![proptest_config(cases(200))]

        /// In no time there are more retries than were saved, were earned and come
        /// with the time; and there is one when it was said to be there.
        #[test]
        fn it_is_never_overdrawn_and_keeps_its_word(
            ratio in 0.0..3.0_f64,
            steps in prop::collection::vec((0..20_000_000_000_u64, any::<bool>()), 1..600),
        ) {
            let mut budget = RetryBudget::new(Some(ratio), SLOW);
            let (mut now, mut firsts, mut retries) = (Time::ZERO, 0.0, 0_u32);
            for (later, is_first) in steps {
                now = now.after_nanos(later / 40);
                if is_first {
                    budget.earn();
                    firsts += 1.0;
                }
                let allowed = budget.allows_from() <= now;
                let taken = budget.take(now);
                prop_assert_eq!(taken, allowed);
                retries += u32::from(taken);
                let most = 100.0 + firsts * ratio + now.since(Time::ZERO).as_secs_f64() / 6.0;
                prop_assert!(f64::from(retries) <= most + 0.001);
            }
        }
    }
}
