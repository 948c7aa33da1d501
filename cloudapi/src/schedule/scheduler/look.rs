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
