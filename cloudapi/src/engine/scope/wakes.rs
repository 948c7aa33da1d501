//! Which turns of a scope have been asked of the clock.

use crate::schedule::Time;

/// The turns that are still to come, the earliest last. Each is asked for once: a far one
/// is still there when the near ones before it have come, however many those are.
#[derive(Debug, Default)]
pub(in crate::engine) struct Wakes(Vec<Time>);

impl Wakes {
    /// A turn is wanted by then. Tells whether the clock has to be asked for it: not if
    /// one comes before, which will ask for it if it is still wanted.
    #[must_use]
    pub(in crate::engine) fn ask(&mut self, at: Time) -> bool {
        let is_earlier = self.next().is_none_or(|next| at < next);
        if is_earlier {
            self.0.push(at);
        }
        is_earlier
    }

    /// When the next turn comes.
    #[inline]
    pub(super) fn next(&self) -> Option<Time> {
        self.0.last().copied()
    }

    /// Whether a turn is due, and has not come yet.
    #[inline]
    pub(super) fn is_due(&self, now: Time) -> bool {
        self.next().is_some_and(|next| next <= now)
    }

    /// The turns until then have come.
    pub(super) fn came(&mut self, now: Time) {
        while self.is_due(now) {
            self.0.pop();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_far_turn_is_asked_for_once_whatever_comes_before_it() {
        let mut wakes = Wakes::default();
        let far = Time::ZERO.after_nanos(1_000);
        assert!(wakes.ask(far));
        for near in (1..1_000).map(|nanos| Time::ZERO.after_nanos(nanos)) {
            assert!(wakes.ask(near));
            assert!(!wakes.ask(far), "one comes before");
            wakes.came(near);
            assert!(!wakes.ask(far), "it is still to come");
        }
        wakes.came(far);
        assert!(wakes.ask(far), "it has come");
    }
}
