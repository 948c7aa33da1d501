//! The geometric series of delays after failures.

use std::time::Duration;

/// No delay is longer than this, whatever the settings multiply up to.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// The delays of one series: with period P and multiplier m, `P*m`, `P*m^2`, ..
/// up to `P*m^M`, each within the bounds.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Backoff {
    pub(crate) multiplier: f64,
    pub(crate) multiplications: u32,
    pub(crate) minimum: Duration,
    pub(crate) maximum: Duration,
}

impl Backoff {
    pub(crate) const DEFAULT: Self = Self {
        multiplier: 2.0,
        multiplications: 5,
        minimum: Duration::ZERO,
        maximum: LONGEST,
    };

    /// The delay before the retry number `step` of a series, counted from 1.
    pub(crate) fn delay(&self, period: u64, step: u32) -> Duration {
        let step = i32::try_from(step).unwrap_or(i32::MAX);
        let nanos = period as f64 * self.multiplier.powi(step);
        // A cast from a float saturates, and takes an infinity to the maximum.
        Duration::from_nanos(nanos.round() as u64)
            .max(self.minimum)
            .min(self.maximum)
            .min(LONGEST)
    }

    /// All delays of one series together.
    pub(crate) fn total(&self, period: u64) -> Duration {
        // The settings allow no more.
        let last = self.multiplications.min(u16::MAX.into());
        let longest = self.maximum.max(self.minimum).min(LONGEST);
        let mut total = Duration::ZERO;
        for step in 1..=last {
            let delay = self.delay(period, step);
            if delay == longest || self.multiplier == 1.0 {
                // So are all that follow.
                return total.saturating_add(delay.saturating_mul(last - step + 1));
            }
            total = total.saturating_add(delay);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: u64 = 10_000_000_000;

    #[test]
    fn the_default_series_at_360_an_hour() {
        let delays: Vec<u64> = (1..=5)
            .map(|step| Backoff::DEFAULT.delay(PERIOD, step).as_secs())
            .collect();
        assert_eq!(delays, [20, 40, 80, 160, 320]);
    }

    #[test]
    fn a_fraction_multiplies_too() {
        let backoff = Backoff {
            multiplier: 1.5,
            ..Backoff::DEFAULT
        };
        assert_eq!(backoff.delay(PERIOD, 2), Duration::from_millis(22_500));
    }

    #[test]
    fn nothing_overflows() {
        let steep = Backoff {
            multiplier: 1_000.0,
            ..Backoff::DEFAULT
        };
        for step in [1, 100, 1_024, u32::MAX] {
            assert_eq!(steep.delay(u64::MAX, step).as_secs(), 31_622_400);
        }
    }

    #[test]
    fn the_total_is_that_of_the_delays() {
        let by_hand = |backoff: Backoff| -> Duration {
            let steps = 1..=backoff.multiplications;
            steps.map(|step| backoff.delay(PERIOD, step)).sum()
        };
        assert_eq!(Backoff::DEFAULT.total(PERIOD).as_secs(), 620);
        for multiplier in [1.0, 1.5, 3.0] {
            for (minimum, maximum) in [(0, 1_000_000), (100, 1_000_000), (0, 70), (30, 30)] {
                let backoff = Backoff {
                    multiplier,
                    multiplications: 9,
                    minimum: Duration::from_secs(minimum),
                    maximum: Duration::from_secs(maximum),
                };
                assert_eq!(backoff.total(PERIOD), by_hand(backoff), "{backoff:?}");
            }
        }
        let endless = Backoff {
            multiplications: u32::MAX,
            ..Backoff::DEFAULT
        };
        assert!(endless.total(u64::MAX) > LONGEST);
        assert_eq!(endless.total(0), Duration::ZERO);
    }

    #[test]
    fn bounds_hold_on_both_sides() {
        let bounded = Backoff {
            minimum: Duration::from_secs(30),
            maximum: Duration::from_secs(60),
            ..Backoff::DEFAULT
        };
        assert_eq!(bounded.delay(PERIOD, 1), Duration::from_secs(30));
        assert_eq!(bounded.delay(PERIOD, 5), Duration::from_secs(60));
    }
}
