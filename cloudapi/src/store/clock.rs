//! The time by which a store goes: microseconds that do not run backwards.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Nobody waits longer than a hundred years, and so nothing overflows.
pub(super) const FOR_GOOD: Duration = Duration::from_secs(100 * 366 * 86_400);

/// Goes on when the machine's clock is set back, as if it had not been. So limits hold
/// and neither a lease, nor a closed gate, nor a wait lasts longer than it was meant to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Clock {
    /// The last time that was told.
    pub(crate) latest: u64,
    /// How far it is ahead of the machine's clock.
    pub(crate) ahead: u64,
}

impl Clock {
    pub(crate) fn read(&mut self, wall: SystemTime) -> Moment {
        let read = micros(wall);
        if read >= self.latest {
            self.ahead = 0;
        } else {
            self.ahead = self.ahead.max(self.latest - read);
        }
        self.latest = read.saturating_add(self.ahead);
        Moment {
            now: self.latest,
            wall,
        }
    }
}

/// A reading.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Moment {
    pub(crate) now: u64,
    /// By the machine's clock: what people read.
    pub(crate) wall: SystemTime,
}

impl Moment {
    pub(crate) fn after(&self, wait: Duration) -> u64 {
        self.now.saturating_add(whole_micros(wait.min(FOR_GOOD)))
    }

    /// How long it is until then; zero if that has passed.
    pub(crate) fn until(&self, at: u64) -> Duration {
        Duration::from_micros(at.saturating_sub(self.now))
    }

    /// When that is by the machine's clock.
    pub(crate) fn shown(&self, at: u64) -> SystemTime {
        let shown = match at.checked_sub(self.now) {
            Some(ahead) => self.wall.checked_add(Duration::from_micros(ahead)),
            None => self.wall.checked_sub(Duration::from_micros(self.now - at)),
        };
        shown.unwrap_or(self.wall)
    }
}

/// A wait is rounded up: what is to be kept apart stays so.
fn whole_micros(wait: Duration) -> u64 {
    u64::try_from(wait.as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX)
}

/// Microseconds since 1970; 0 before.
pub(crate) fn micros(time: SystemTime) -> u64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_micros()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(micros: u64) -> SystemTime {
        UNIX_EPOCH + Duration::from_micros(micros)
    }

    #[test]
    fn a_clock_that_is_set_back_goes_on() {
        let mut clock = Clock::default();
        assert_eq!(clock.read(at(1_000)).now, 1_000);
        // By 400, once more by 100, and then nine tenths of it are put right.
        assert_eq!(clock.read(at(600)).now, 1_000);
        assert_eq!(clock.read(at(650)).now, 1_050);
        assert_eq!(clock.read(at(550)).now, 1_050);
        assert_eq!(clock.read(at(560)).now, 1_060);
        assert_eq!(clock.read(at(1_010)).now, 1_510);
        // Once the machine's clock is right again it is the clock.
        assert_eq!(clock.read(at(1_600)).now, 1_600);
        assert_eq!(clock.ahead, 0);
    }

    #[test]
    fn what_people_read_is_the_machines_time() {
        let mut clock = Clock::default();
        clock.read(at(1_000_000));
        let moment = clock.read(at(5_000));
        assert_eq!(
            moment.shown(moment.after(Duration::from_micros(7))),
            at(5_007)
        );
        assert_eq!(moment.shown(moment.now - 3), at(4_997));
        assert_eq!(moment.until(moment.now - 3), Duration::ZERO);
    }

    #[test]
    fn a_wait_without_an_end_is_a_long_one() {
        let moment = Clock::default().read(SystemTime::now());
        assert!(moment.until(moment.after(Duration::MAX)) > Duration::from_secs(86_400 * 36_500));
    }
}
