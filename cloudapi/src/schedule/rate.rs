//! How many attempts may start in what time.

use std::fmt;
use std::num::NonZeroU32;
use std::time::Duration;

/// A limit of so many attempts in a time, for `limit` of a client's builder.
///
/// Without a burst they are evenly spaced: 250 per minute is one every 240 ms.
/// With a burst of b, up to b may start together after a rest, and then one every
/// `per / (calls - b + 1)`; so in no window of the length `per` do more than
/// `calls` start, the burst included. The greater the burst, the lower is the
/// lasting rate: with a burst of all calls it is one for each `per`.
///
/// ```
/// use std::time::Duration;
///
/// use cloudapi::Rate;
///
/// const MINUTE: Duration = Duration::from_secs(60);
/// const STEADY: Rate = Rate::new(250, MINUTE);
/// const IN_BURSTS: Rate = Rate::new(250, MINUTE).burst(20);
/// # let _ = (STEADY, IN_BURSTS);
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate {
    per: Duration,
    calls: u32,
    burst: u32,
}

/// Nobody counts longer than a year, and so nothing overflows.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

impl Rate {
    /// A second, a minute and an hour have settings of their own.
    pub(crate) const SECOND: Duration = Duration::from_secs(1);
    pub(crate) const MINUTE: Duration = Duration::from_secs(60);
    pub(crate) const HOUR: Duration = Duration::from_secs(3_600);

    /// So many attempts in that time, evenly spaced.
    ///
    /// A client whose limit allows none, or whose time is zero or longer than
    /// 366 days, is not made: its error is of the kind
    /// [`Settings`](crate::ErrorKind::Settings).
    #[must_use]
    pub const fn new(calls: u32, per: Duration) -> Self {
        Self {
            per,
            calls,
            burst: 1,
        }
    }

    /// Lets so many attempts start together after a rest. At least 1, at most as
    /// many as the limit allows; 1 is even spacing.
    #[must_use]
    pub const fn burst(mut self, burst: u32) -> Self {
        self.burst = burst;
        self
    }

    pub(crate) const fn per(&self) -> Duration {
        self.per
    }

    /// Why nothing can be limited so, if that is the case.
    pub(crate) fn problem(&self) -> Option<&'static str> {
        if self.calls == 0 {
            Some("it allows no attempt at all")
        } else if self.burst == 0 {
            Some("its burst is 0; a burst of 1 is even spacing")
        } else if self.burst > self.calls {
            Some("its burst is more than it allows")
        } else if self.per.is_zero() {
            Some("its time is zero")
        } else if self.per > LONGEST {
            Some("its time is longer than 366 days")
        } else {
            None
        }
    }

    /// The length of the window in nanoseconds, at least one.
    pub(super) fn window(&self) -> u64 {
        let window = self.per.clamp(Duration::from_nanos(1), LONGEST);
        u64::try_from(window.as_nanos()).unwrap_or(u64::MAX)
    }

    pub(crate) fn calls(&self) -> NonZeroU32 {
        NonZeroU32::new(self.calls).unwrap_or(NonZeroU32::MIN)
    }

    /// How many may start together: at least one.
    pub(crate) fn together(&self) -> NonZeroU32 {
        let burst = self.burst.clamp(1, self.calls().get());
        NonZeroU32::new(burst).unwrap_or(NonZeroU32::MIN)
    }
}

/// As it is declared.
impl fmt::Display for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { per, calls, burst } = *self;
        let name = match per {
            Self::HOUR => Some("callrateperhour"),
            Self::MINUTE => Some("callrateperminute"),
            Self::SECOND => Some("callratepersecond"),
            _ => None,
        };
        match (name, burst) {
            (Some(name), 1) => write!(formatter, "{name} = {calls}"),
            (_, 1) => write!(formatter, "rate({calls}, per = {per:?})"),
            _ => write!(formatter, "rate({calls}, per = {per:?}, burst = {burst})"),
        }
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_a_limit_says_why() {
        let per = Rate::MINUTE;
        for (rate, why) in [
            (Rate::new(0, per), "no attempt"),
            (Rate::new(5, per).burst(0), "is 0"),
            (Rate::new(5, per).burst(6), "more than"),
            (Rate::new(5, Duration::ZERO), "is zero"),
            (Rate::new(5, Duration::MAX), "366 days"),
        ] {
            assert!(rate.problem().unwrap().contains(why), "{rate}");
            // What is told to nobody does no harm.
            assert!(rate.window() > 0 && rate.together() <= rate.calls());
        }
        for rate in [Rate::new(1, LONGEST), Rate::new(5, per).burst(5)] {
            assert_eq!(rate.problem(), None);
        }
    }

    #[test]
    fn it_is_shown_as_it_is_declared() {
        for (per, name) in [
            (Rate::HOUR, "callrateperhour"),
            (Rate::MINUTE, "callrateperminute"),
            (Rate::SECOND, "callratepersecond"),
        ] {
            let rate = Rate::new(5, per);
            assert_eq!(rate.to_string(), format!("{name} = 5"));
            assert_eq!(format!("{rate:?}"), rate.to_string());
        }
        let odd = Rate::new(7, Duration::from_secs(10));
        assert_eq!(odd.to_string(), "rate(7, per = 10s)");
        let burst = Rate::new(250, Rate::MINUTE).burst(20);
        assert_eq!(burst.to_string(), "rate(250, per = 60s, burst = 20)");
    }
}
