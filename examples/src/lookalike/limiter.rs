//! A sliding window: at most so many requests in any stretch of time. Time is
//! given, as the span since the server started.

use std::collections::VecDeque;
use std::time::Duration;

/// The requests of one account that still count.
#[derive(Debug)]
pub(super) struct Window {
    limit: usize,
    period: Duration,
    admitted: VecDeque<Duration>,
}

/// How an account stands after a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) admitted: bool,
    pub(super) limit: usize,
    pub(super) remaining: usize,
    /// Until the oldest request no longer counts. DigitalOcean means this by
    /// its reset, and not the time when all of them are gone.
    pub(super) reset: Duration,
}

impl Window {
    pub(super) fn new(limit: usize, period: Duration) -> Self {
        Self {
            limit,
            period,
            admitted: VecDeque::new(),
        }
    }

    /// Admits a request at `now`, or refuses it, which costs nothing.
    pub(super) fn admit(&mut self, now: Duration) -> Standing {
        while let Some(&oldest) = self.admitted.front()
            && now.saturating_sub(oldest) >= self.period
        {
            self.admitted.pop_front();
        }
        let admitted = self.admitted.len() < self.limit;
        if admitted {
            self.admitted.push_back(now);
        }
        let oldest = self.admitted.front().copied().unwrap_or(now);
        Standing {
            admitted,
            limit: self.limit,
            remaining: self.limit.saturating_sub(self.admitted.len()),
            reset: (oldest + self.period).saturating_sub(now),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn the_limit_is_admitted_and_no_more() {
        let mut window = Window::new(3, ms(1_000));
        for (at, remaining) in [(0, 2), (10, 1), (20, 0)] {
            let standing = window.admit(ms(at));
            assert!(standing.admitted);
            assert_eq!(standing.remaining, remaining);
        }
        let refused = window.admit(ms(30));
        assert!(!refused.admitted);
        assert_eq!((refused.remaining, refused.reset), (0, ms(970)));
    }

    #[test]
    fn it_slides_and_does_not_start_anew() {
        let mut window = Window::new(2, ms(1_000));
        assert!(window.admit(ms(0)).admitted);
        assert!(window.admit(ms(900)).admitted);
        assert!(!window.admit(ms(999)).admitted);
        assert!(window.admit(ms(1_000)).admitted, "the first has left");
        assert!(!window.admit(ms(1_100)).admitted, "the second has not");
    }

    #[test]
    fn a_refusal_costs_nothing() {
        let mut window = Window::new(1, ms(1_000));
        assert!(window.admit(ms(0)).admitted);
        for at in (0..1_000).step_by(50) {
            assert!(!window.admit(ms(at)).admitted);
        }
        assert!(window.admit(ms(1_000)).admitted);
    }

    #[test]
    fn the_reset_is_when_the_oldest_leaves() {
        let mut window = Window::new(5, ms(1_000));
        assert_eq!(window.admit(ms(100)).reset, ms(1_000));
        assert_eq!(window.admit(ms(700)).reset, ms(400));
        assert_eq!(window.admit(ms(1_200)).reset, ms(500));
    }

    #[test]
    fn a_clock_that_runs_backwards_does_no_harm() {
        let mut window = Window::new(2, ms(1_000));
        window.admit(ms(500));
        let standing = window.admit(ms(100));
        assert!(standing.admitted);
        assert_eq!(standing.reset, ms(1_400));
    }
}
