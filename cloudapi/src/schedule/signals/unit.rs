//! How long it is until a reset.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::response::digits;

/// Where neither the server nor the profile says how long a window is, no
/// window is taken to be longer than this.
const LONGEST_WINDOW: Duration = Duration::from_secs(86_400);

/// A reset may lie beyond its window by this much: clocks differ, and
/// responses take their time.
const GRACE: Duration = Duration::from_secs(60);

/// What a number in a reset field counts.
///
/// Vendors use the same names for different things: `RateLimit-Reset` is the
/// time until the reset in the older drafts of the IETF and the time of day at
/// DigitalOcean.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ResetUnit {
    /// Told by its size: above 10^12 milliseconds of the Unix epoch, above 10^9
    /// its seconds, and else seconds from now.
    #[default]
    Guessed,
    /// Seconds from now.
    Seconds,
    /// Milliseconds from now.
    Milliseconds,
    /// Seconds of the Unix epoch.
    EpochSeconds,
    /// Milliseconds of the Unix epoch.
    EpochMilliseconds,
}

impl ResetUnit {
    /// The time from `now` to the reset, by the server's clock. A date of HTTP
    /// is a date, whatever the unit. `None` if the text is neither.
    pub(super) fn until_reset(self, text: &str, now: SystemTime) -> Option<Duration> {
        let Some(number) = digits(text) else {
            let reset = httpdate::parse_http_date(text).ok()?;
            return Some(reset.duration_since(now).unwrap_or(Duration::ZERO));
        };
        Some(match self.settled(number) {
            Self::Milliseconds => Duration::from_millis(number),
            Self::EpochSeconds => since_epoch(Duration::from_secs(number), now),
            Self::EpochMilliseconds => since_epoch(Duration::from_millis(number), now),
            Self::Seconds | Self::Guessed => Duration::from_secs(number),
        })
    }

    fn settled(self, number: u64) -> Self {
        match number {
            _ if self != Self::Guessed => self,
            1_000_000_000_001.. => Self::EpochMilliseconds,
            1_000_000_001.. => Self::EpochSeconds,
            _ => Self::Seconds,
        }
    }
}

/// The time from `now` to a point in the Unix epoch; zero if it has passed.
fn since_epoch(reset: Duration, now: SystemTime) -> Duration {
    let now = now.duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    reset.saturating_sub(now)
}

/// No reset is further away than its window and a minute, whatever a server or
/// a clock says.
pub(super) fn clamp(reset: Duration, window: Option<Duration>) -> Duration {
    reset.min(window.unwrap_or(LONGEST_WINDOW).saturating_add(GRACE))
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: u64 = 1_764_000_000;

    fn until(unit: ResetUnit, text: &str) -> Option<Duration> {
        unit.until_reset(text, UNIX_EPOCH + Duration::from_secs(NOW))
    }

    #[test]
    fn a_number_is_told_by_its_size() {
        let seconds = |seconds| Some(Duration::from_secs(seconds));
        for (text, expected) in [
            ("0", seconds(0)),
            ("30", seconds(30)),
            ("1000000000", seconds(1_000_000_000)),
            ("1000000001", seconds(0)),
            // The reset of every example of DigitalOcean: a day in 2015.
            ("1444931833", seconds(0)),
            ("1764000030", seconds(30)),
            ("1000000000000", seconds(1_000_000_000_000 - NOW)),
            ("1764000030500", Some(Duration::from_millis(30_500))),
            ("99999999999999999999999", {
                Some(Duration::from_millis(u64::MAX) - Duration::from_secs(NOW))
            }),
        ] {
            assert_eq!(until(ResetUnit::Guessed, text), expected, "{text}");
        }
    }

    #[test]
    fn a_profile_that_knows_is_not_second_guessed() {
        let small = "30";
        let big = "1764000030";
        for (unit, text, millis) in [
            (ResetUnit::Seconds, big, 1_764_000_030_000),
            (ResetUnit::Milliseconds, big, 1_764_000_030),
            (ResetUnit::Milliseconds, small, 30),
            (ResetUnit::EpochSeconds, big, 30_000),
            (ResetUnit::EpochSeconds, small, 0),
            (ResetUnit::EpochMilliseconds, "1764000030001", 30_001),
        ] {
            let expected = Duration::from_millis(millis);
            assert_eq!(until(unit, text), Some(expected), "{unit:?} {text}");
        }
    }

    #[test]
    fn a_date_is_a_date() {
        // NOW is 2025-11-24T16:00:00Z.
        let date = "Mon, 24 Nov 2025 16:00:07 GMT";
        let expected = Some(Duration::from_secs(7));
        assert_eq!(until(ResetUnit::Guessed, date), expected);
        assert_eq!(until(ResetUnit::EpochSeconds, date), expected);
        let past = "Mon, 24 Nov 2025 15:00:00 GMT";
        assert_eq!(until(ResetUnit::Guessed, past), Some(Duration::ZERO));
    }

    #[test]
    fn nonsense_is_none() {
        for text in ["", "-1", "1.5", "soon", "0x10", "+5", "30s", "1 2"] {
            assert_eq!(until(ResetUnit::Guessed, text), None, "{text:?}");
        }
    }

    #[test]
    fn a_reset_is_bounded_by_its_window() {
        let hour = Duration::from_secs(3_600);
        assert_eq!(clamp(Duration::MAX, Some(hour)).as_secs(), 3_660);
        assert_eq!(clamp(Duration::MAX, None).as_secs(), 86_460);
        assert_eq!(clamp(Duration::MAX, Some(Duration::MAX)), Duration::MAX);
        assert_eq!(clamp(Duration::ZERO, Some(hour)), Duration::ZERO);
    }
}
