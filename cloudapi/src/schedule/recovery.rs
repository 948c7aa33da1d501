//! A pace that is too high for the server, found by its refusals.

use super::Time;

/// The usual pace, in parts.
const WHOLE: u64 = 1_024;

/// It is not slowed down further than to a sixteenth.
const LEAST: u64 = WHOLE / 16;

/// A refusal after fewer answers than this since the last one means that the pace is too
/// high. After more, it is a bad moment.
const SOON: u32 = 40;

/// An answer brings back this part of the pace that is left: a quarter of it takes 19
/// answers.
const BACK: u64 = 64;

/// So long after the last refusal it is forgotten, in nanoseconds: most vendors count by
/// the hour at the longest.
const FORGOTTEN: u64 = 3_600_000_000_000;

/// Refusals in quick succession take a quarter of the pace each, and each answer brings
/// back a part of it. So a client whose limit is set too high, or that shares the server's
/// with others, comes close to what is left for it and stays there, with a refusal now and
/// then and not with every second attempt.
///
/// One refusal alone changes nothing; nor does a row of them without an answer between:
/// then the server is closed, and not outpaced.
#[derive(Clone, Debug)]
pub(super) struct Recovery {
    /// Of [`WHOLE`].
    pace: u64,
    refused_at: Option<Time>,
    /// Since the last refusal.
    answers: u32,
    latest_start: Time,
}

impl Default for Recovery {
    fn default() -> Self {
        Self {
            pace: WHOLE,
            refused_at: None,
            answers: 0,
            latest_start: Time::ZERO,
        }
    }
}

impl Recovery {
    /// No attempt starts earlier, where there is a slot each `period` nanoseconds.
    #[inline]
    pub(super) fn earliest(&self, period: u64) -> Time {
        if self.pace == WHOLE {
            return Time::ZERO;
        }
        let gap = u128::from(period) * u128::from(WHOLE) / u128::from(self.pace);
        self.latest_start
            .after_nanos(u64::try_from(gap).unwrap_or(u64::MAX))
    }

    /// The part of the usual pace that it is slowed down to; 1 if it is not.
    pub(super) fn part(&self) -> f64 {
        self.pace as f64 / WHOLE as f64
    }

    #[inline]
    pub(super) fn took(&mut self, now: Time) {
        if self.refused_at.is_some() {
            self.latest_start = now;
        }
    }

    /// An attempt was answered, and not by a refusal.
    #[inline]
    pub(super) fn answered(&mut self, started: Time, now: Time) {
        // One that is older than the refusal says nothing of the pace after it.
        let Some(refused_at) = self.refused_at.filter(|refused_at| started > *refused_at) else {
            return;
        };
        if refused_at.after_nanos(FORGOTTEN) <= now {
            *self = Self::default();
            return;
        }
        self.answers = self.answers.saturating_add(1);
        self.pace = (self.pace + self.pace.div_ceil(BACK)).min(WHOLE);
    }

    /// An attempt that started then was refused. Those that were under way together are
    /// one sign.
    pub(super) fn refused(&mut self, started: Time, now: Time) {
        if self
            .refused_at
            .is_some_and(|refused_at| started <= refused_at)
        {
            return;
        }
        if (1..SOON).contains(&self.answers) {
            self.pace = (self.pace * 3 / 4).max(LEAST);
        }
        self.refused_at = Some(now);
        self.latest_start = self.latest_start.max(started);
        self.answers = 0;
    }

    /// Whether to forget it changes nothing that matters.
    pub(super) fn is_neutral(&self, now: Time) -> bool {
        let since = self.refused_at.filter(|_| self.pace < WHOLE);
        since.is_none_or(|since| since.after_nanos(FORGOTTEN) <= now)
    }
}

#[cfg(test)]
mod tests {
    use super::super::properties::seconds;
    use super::*;

    const PERIOD: u64 = 10_000_000_000;

    /// Refused after so many answers each, every ten seconds.
    fn refused_after(answers: &[u32]) -> (Recovery, Time) {
        let (mut recovery, mut now) = (Recovery::default(), Time::ZERO);
        for answers in answers {
            for _ in 0..*answers {
                now = now.after_nanos(PERIOD);
                recovery.took(now);
                recovery.answered(now, now.after_nanos(1));
            }
            now = now.after_nanos(PERIOD);
            recovery.took(now);
            recovery.refused(now, now.after_nanos(2));
        }
        (recovery, now)
    }

    fn gap(answers: &[u32]) -> u128 {
        let (recovery, latest) = refused_after(answers);
        recovery.earliest(PERIOD).since(latest).as_millis()
    }

    #[test]
    fn refusals_in_quick_succession_take_a_quarter_of_the_pace_each() {
        assert_eq!(gap(&[9, 5]), 13_333);
        assert_eq!(gap(&[9, 39]), 13_333);
        // A sixteenth has come back after the first of them.
        assert_eq!(gap(&[9, 5, 4]), 16_677);
        assert_eq!(gap(&[1; 40]), 160_000, "and to a sixteenth at most");
    }

    #[test]
    fn the_part_of_the_pace_that_is_left_is_told() {
        let parts = [&[][..], &[9, 5], &[1; 40]].map(|answers| refused_after(answers).0.part());
        assert_eq!(parts, [1.0, 0.75, 1.0 / 16.0]);
    }

    #[test]
    fn one_alone_and_a_server_that_is_closed_change_nothing() {
        for answers in [&[9][..], &[9, 40], &[0, 0, 0, 0], &[3, 0, 0]] {
            let (recovery, _) = refused_after(answers);
            assert_eq!(recovery.earliest(PERIOD), Time::ZERO);
            assert!(recovery.is_neutral(seconds(0)));
        }
    }

    #[test]
    fn those_under_way_together_are_one_sign() {
        let (mut recovery, latest) = refused_after(&[9, 5]);
        let before = recovery.earliest(PERIOD);
        let refused_at = latest.after_nanos(2);
        for started in [latest, refused_at].repeat(5) {
            recovery.answered(started, latest.after_nanos(5));
            recovery.refused(started, latest.after_nanos(6));
        }
        assert_eq!(recovery.earliest(PERIOD), before);
    }

    #[test]
    fn each_answer_brings_a_part_of_the_pace_back() {
        let (mut recovery, mut now) = refused_after(&[9, 5]);
        let mut gaps = Vec::new();
        for _ in 0..19 {
            let next = recovery.earliest(PERIOD);
            gaps.push(next.since(now));
            now = next;
            recovery.took(now);
            recovery.answered(now, now.after_nanos(1));
        }
        assert!(gaps.windows(2).all(|pair| pair[1] < pair[0]), "{gaps:?}");
        assert_eq!(recovery.earliest(PERIOD), Time::ZERO);
    }

    #[test]
    fn after_an_hour_it_is_forgotten() {
        let (mut recovery, latest) = refused_after(&[9, 5]);
        let hour = latest.after_nanos(FORGOTTEN + 2);
        assert!(!recovery.is_neutral(hour.before_nanos(1)));
        assert!(recovery.is_neutral(hour));
        recovery.answered(hour, hour.after_nanos(1));
        assert_eq!(recovery.earliest(PERIOD), Time::ZERO);
    }

    #[test]
    fn the_slowest_pace_does_not_overflow() {
        let (recovery, _) = refused_after(&[1; 40]);
        assert_eq!(recovery.earliest(u64::MAX), Time::NEVER);
    }
}
