//! What can be seen of the queue from outside. Nothing here changes anything.

use super::Scheduler;
use crate::schedule::Time;
use crate::schedule::calls::{CallId, Phase};

/// The queue and its gate at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Look {
    pub(crate) in_line: usize,
    pub(crate) backing_off: usize,
    pub(crate) held: usize,
    pub(crate) in_flight: usize,
    /// As many attempts are under way as may be.
    pub(crate) is_full: bool,
    /// The next slot.
    pub(crate) opens_at: Time,
    /// When the last of the calls that wait has its slot, if each takes one attempt
    /// and none of them waits for a place in flight.
    pub(crate) empty_at: Time,
    /// The slot waits for the server, and not for the limit.
    pub(crate) is_throttled: bool,
    /// Until then every call is turned away.
    pub(crate) barred_until: Option<Time>,
}

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    /// So many go before it, and its turn is then.
    InLine {
        ahead: usize,
        turn: Time,
    },
    BackingOff {
        until: Time,
    },
    Held,
    InFlight {
        since: Time,
    },
}

impl<J: Clone> Scheduler<J> {
    pub(crate) fn look(&self, now: Time) -> Look {
        let barred_until = self.throttle.barred_until(now);
        let opens_at = self.opens_at().max(now);
        let closed_until = self.throttle.closed_until();
        Look {
            in_line: self.line.len(),
            backing_off: self.backoffs.len(),
            held: self.held,
            in_flight: self.in_flight as usize,
            is_full: self.in_flight >= self.gate.maximum_in_flight,
            opens_at: barred_until.map_or(opens_at, |until| until.max(opens_at)),
            empty_at: self.empty_at(now),
            is_throttled: closed_until > now && closed_until > self.gate.limit.earliest(),
            barred_until,
        }
    }

    /// Where a call is, if it has not ended. It takes a look at each waiting call.
    pub(crate) fn whereabouts(&self, id: CallId, now: Time) -> Option<Whereabouts> {
        let phase = self.calls.phase(id)?;
        let entry = &self.calls[id.key];
        Some(match phase {
            Phase::BackingOff => Whereabouts::BackingOff { until: entry.at },
            Phase::Held => Whereabouts::Held,
            Phase::InFlight => Whereabouts::InFlight { since: entry.at },
            Phase::InLine => {
                let goes_before =
                    |other: Phase, seniority| other == Phase::InLine && seniority < entry.seniority;
                let calls = self.calls.iter();
                let ahead = calls
                    .filter(|(_, other)| goes_before(other.phase, other.seniority))
                    .count();
                let turn = self.nth_slot(ahead as u64, now);
                Whereabouts::InLine { ahead, turn }
            }
        })
    }

    /// Since when the attempt of a call is under way, if one is.
    pub(crate) fn in_flight_since(&self, id: CallId) -> Option<Time> {
        (self.calls.phase(id)? == Phase::InFlight).then(|| self.calls[id.key].at)
    }

    /// Until when a call backs off, if it does.
    pub(crate) fn backs_off_until(&self, id: CallId) -> Option<Time> {
        (self.calls.phase(id)? == Phase::BackingOff).then(|| self.calls[id.key].at)
    }

    /// A call that is held back.
    pub(crate) fn held(&self, id: CallId) -> Option<&J> {
        (self.calls.phase(id)? == Phase::Held).then(|| &self.calls[id.key].job)
    }

    /// Until when the server wants no attempts.
    pub(crate) const fn closed_until(&self) -> Time {
        self.throttle.closed_until()
    }

    /// All calls, in no order.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = (CallId, &J)> {
        self.calls.iter().map(|(id, entry)| (id, &entry.job))
    }

    /// When the last of the calls that wait has its slot. It is the latest of what
    /// each of them, beginning with the first in time, makes those after it wait
    /// for.
    fn empty_at(&self, now: Time) -> Time {
        let ready = self.line.len() + self.held;
        let waiting = (ready + self.backoffs.len()) as u64;
        let Some(others) = waiting.checked_sub(1) else {
            return now;
        };
        let all = match ready {
            0 => Time::ZERO,
            _ => self.nth_slot(others, now),
        };
        let period = self.gate.limit.period();
        let after = (0..=others).rev();
        let backoffs = self.backoffs.iter().zip(after.skip(ready));
        let ends = backoffs.map(|(backoff, after)| {
            let slot = backoff.0.max(self.opens_at());
            slot.after_nanos(period.saturating_mul(after))
        });
        ends.fold(all, Time::max)
    }

    fn nth_slot(&self, n: u64, now: Time) -> Time {
        let first = self.opens_at().max(now);
        first.after_nanos(self.gate.limit.period().saturating_mul(n))
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::schedule::{Action, Backoff, Gate, Limit, Terms, Verdict};

    const PERIOD: u64 = 10_000_000_000;

    fn scheduler() -> Scheduler<usize> {
        Scheduler::new(Gate {
            limit: Limit::per_hour(NonZeroU32::new(360).unwrap()),
            maximum_in_flight: u32::MAX,
        })
    }

    fn terms(delay: u64) -> Terms {
        Terms {
            backoff: Backoff {
                minimum: Duration::from_nanos(delay),
                maximum: Duration::from_nanos(delay),
                ..Backoff::DEFAULT
            },
            maximum_failed_attempts: 1,
            maximum_throttles: 20,
            maximum_retry_after: Duration::from_secs(3_600),
        }
    }

    proptest! {
        /// What is told of the end, and of each call's turn, is what happens then.
        #[test]
        fn the_end_comes_when_it_was_told(
            delays in proptest::collection::vec(0..40 * PERIOD, 0..12),
            held in 0..4_usize,
            waiting in 0..12_usize,
            later in 0..2 * PERIOD,
        ) {
            let mut scheduler = scheduler();
            let mut now = Time::ZERO;
            for delay in &delays {
                scheduler.submit(0, Time::NEVER, now).unwrap();
                let Some(Action::Start(id, _)) = scheduler.poll(now) else {
                    panic!("its slot is due");
                };
                let next = scheduler.finish(id, Verdict::Failed, &terms(*delay + 100 * PERIOD), now);
                prop_assert!(next.is_some());
                now = now.after_nanos(PERIOD);
            }
            for _ in 0..held {
                scheduler.submit(0, Time::NEVER, now).unwrap();
            }
            let mut ids = Vec::new();
            prop_assert_eq!(scheduler.poll_ready(now, |_, _| false), None);
            for _ in 0..waiting {
                ids.push(scheduler.submit(0, Time::NEVER, now).unwrap());
            }
            now = now.after_nanos(later);
            let look = scheduler.look(now);
            prop_assert_eq!(look.in_line, waiting);
            prop_assert_eq!((look.held, look.backing_off), (held, delays.len()));
            let mut turns = ids.iter().map(|id| scheduler.whereabouts(*id, now)).collect::<Vec<_>>();
            turns.reverse();

            let held: Vec<_> = scheduler
                .jobs()
                .map(|(id, _)| id)
                .filter(|id| scheduler.held(*id).is_some())
                .collect();
            let goes_before = held.len();
            for id in held {
                scheduler.let_in(id, now);
            }
            let mut last = now;
            let mut started = 0;
            loop {
                while let Some(action) = scheduler.poll(now) {
                    let Action::Start(id, _) = action else { panic!("nobody is refused") };
                    last = now;
                    started += 1;
                    if goes_before == 0 && ids.contains(&id) {
                        match turns.pop().unwrap() {
                            Some(Whereabouts::InLine { turn, .. }) => prop_assert_eq!(turn, now),
                            other => panic!("{other:?}"),
                        }
                    }
                }
                match scheduler.next_wake() {
                    Some(wake) => now = wake,
                    None => break,
                }
            }
            prop_assert_eq!(started, waiting + goes_before + delays.len());
            prop_assert_eq!(last, look.empty_at);
        }
    }
}
