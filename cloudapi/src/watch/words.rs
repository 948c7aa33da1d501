//! Times as people read them.

use std::time::Duration;

/// Exactly enough for a wait that somebody looks at: `4.2 s`, `3 min 20 s`.
/// Rounded up, so that nobody comes too early.
pub(super) fn wait(time: Duration) -> String {
    if time < Duration::from_secs(60) {
        let tenths = time.as_nanos().div_ceil(100_000_000);
        return match tenths {
            0..600 => format!("{}.{} s", tenths / 10, tenths % 10),
            _ => "1 min".to_owned(),
        };
    }
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    let (days, hours) = (seconds / 86_400, seconds / 3_600 % 24);
    let (minutes, seconds) = (seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes, seconds) {
        (0, 0, minutes, 0) => format!("{minutes} min"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

/// Roughly, for an estimate: `about 2 min`.
pub(super) fn about(time: Duration) -> String {
    let seconds = time.as_secs() + u64::from(time.subsec_nanos() > 0);
    match seconds {
        0..90 => format!("about {seconds} s"),
        90..5_400 => format!("about {} min", (seconds + 30) / 60),
        5_400..172_800 => format!("about {} h {} min", seconds / 3_600, seconds / 60 % 60),
        _ => format!("about {} days", (seconds + 43_200) / 86_400),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_read_well() {
        for (milliseconds, words) in [
            (0, "0.0 s"),
            (4_201, "4.3 s"),
            (59_950, "1 min"),
            (60_000, "1 min"),
            (60_001, "1 min 1 s"),
            (200_000, "3 min 20 s"),
            (7_320_000, "2 h 2 min"),
            (180_000_000, "2 d 2 h"),
        ] {
            assert_eq!(wait(Duration::from_millis(milliseconds)), words);
        }
    }

    #[test]
    fn estimates_read_well() {
        for (seconds, words) in [
            (0, "about 0 s"),
            (89, "about 89 s"),
            (110, "about 2 min"),
            (9_990, "about 2 h 46 min"),
            (600_000, "about 7 days"),
        ] {
            assert_eq!(about(Duration::from_secs(seconds)), words);
        }
        assert!(about(Duration::MAX - Duration::from_secs(100_000)).ends_with("days"));
        assert!(wait(Duration::from_secs(u64::MAX)).ends_with('h'));
    }
}
