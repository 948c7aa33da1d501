//! What can be seen of the queue from outside. Nothing here changes anything.

#[cfg(test)]
mod tests;

use super::Scheduler;
use crate::schedule::calls::{CallId, Phase};
use crate::schedule::lane::Lane;
use crate::schedule::{Action, StoreDown, Time};

/// The queue and its gate at one moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Look {
    pub(crate) in_line: usize,
    pub(crate) outside: usize,
    pub(crate) backing_off: usize,
    /// Of those that back off, how many would be in line if the retry budget allowed.
    pub(crate) put_off: usize,
    pub(crate) held: usize,
    pub(crate) in_flight: usize,
    /// As many attempts are under way as may be.
    pub(crate) is_full: bool,
    /// The next slot.
    pub(crate) opens_at: Time,
    /// When the last of the calls that wait has its slot, if each takes one attempt
    /// and none of them waits for a place in flight.
    pub(crate) empty_at: Time,
    /// The part of the usual pace that refusals have left.
    pub(crate) pace: f64,
    /// The slot waits for the server, and not for the limit.
    pub(crate) is_throttled: bool,
    /// Until then every call is turned away.
    pub(crate) barred_until: Option<Time>,
    /// Since when the service cannot be reached, and when the next probe goes at the
    /// earliest.
    pub(crate) outage: Option<(Time, Time)>,
    /// Since when the store that keeps the limits is away, and what is done about it.
    pub(crate) store_outage: Option<(Time, StoreDown)>,
}

/// Where a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Whereabouts {
    InLine(Turn),
    Outside(Turn),
    BackingOff { until: Time },
    Held,
    InFlight { since: Time },
}

/// When it is the turn of a call, if nobody leaves and none of the others comes back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Turn {
    /// So many go before it.
    pub(crate) ahead: usize,
    /// `None` if its deadline comes first.
    pub(crate) at: Option<Time>,
}

impl<J: Clone> Scheduler<J> {
    pub(crate) fn look(&self, now: Time) -> Look {
        let barred_until = self.throttle.barred_until(now);
        let closed_until = self.throttle.closed_until();
        let in_line = self.lanes.iter().map(|lane| lane.queue.len()).sum();
        let backing_off = self.backoffs.len();
        let (outside, in_flight) = (self.outside(), self.in_flight as usize);
        let held = self.held_back();
        // Where all wait for limits of their own, the slots of the gate pass by.
        let first = self.lanes.iter().filter_map(Lane::opens_at).min();
        let limit = self.gate.limits.earliest().max(first.unwrap_or(now));
        let opens_at = self.opens_at().max(self.probe.holds_until()).max(limit);
        let opens_at = opens_at.max(barred_until.unwrap_or(now)).max(now);
        Look {
            in_line,
            outside,
            backing_off,
            put_off: self.put_off(now),
            held,
            in_flight,
            is_full: self.in_flight >= self.gate.maximum_in_flight,
            opens_at,
            empty_at: self.empty_at(in_line + outside + held, now),
            pace: self.recovery.part(),
            is_throttled: closed_until > now && closed_until > limit,
            barred_until,
            outage: self.circuit.outage(),
            store_outage: self.store_outage(),
        }
    }

    /// How many calls are held back.
    pub(super) fn held_back(&self) -> usize {
        let in_line: usize = self.lanes.iter().map(|lane| lane.queue.len()).sum();
        let elsewhere = self.outside() + self.backoffs.len() + self.in_flight as usize;
        self.calls.len() - in_line - elsewhere
    }

    fn put_off(&self, now: Time) -> usize {
        if self.retries.allows_from() <= now {
            return 0;
        }
        self.backoffs.range(..=(now, u32::MAX)).count()
    }

    /// Where a call is, if it has not ended. It takes a look at each waiting call. Of
    /// one that waits it is right only where the calls go
    /// [in plain order](Self::to_rehearse).
    pub(crate) fn whereabouts(&self, id: CallId, now: Time) -> Option<Whereabouts> {
        let phase = self.calls.phase(id)?;
        let entry = &self.calls[id.key];
        let turn = || {
            let calls = self.calls.iter().map(|(_, other)| other);
            let in_line = calls.filter(|other| matches!(other.phase, Phase::New | Phase::Again));
            let ahead = in_line.filter(|other| other.seniority < entry.seniority);
            let ahead = ahead.count();
            let first = self.opens_at().max(now);
            let slot = self.gate.limits.earliest_behind(ahead as u64, first);
            let at = (slot <= entry.deadline).then_some(slot);
            Turn { ahead, at }
        };
        Some(match phase {
            Phase::New | Phase::Again => Whereabouts::InLine(turn()),
            Phase::Outside => Whereabouts::Outside(turn()),
            Phase::BackingOff => Whereabouts::BackingOff {
                until: entry.at.max(self.retries.allows_from()),
            },
            Phase::Held { .. } => Whereabouts::Held,
            Phase::InFlight => Whereabouts::InFlight { since: entry.at },
        })
    }

    /// A copy in which to [`rehearse`](Self::rehearse) the turn of a call that waits,
    /// unless they go in plain order: by seniority, all for the same limits.
    pub(crate) fn to_rehearse(&self, id: CallId, now: Time) -> Option<Self> {
        let waits = matches!(
            self.calls.phase(id)?,
            Phase::New | Phase::Again | Phase::Outside
        );
        let is_plain = self.outside() == 0
            && self.pace.is_neutral(now)
            && self
                .lanes
                .only()
                .is_some_and(|lane| lane.queue.is_of_one_priority());
        (waits && !is_plain).then(|| self.clone())
    }

    /// What [`whereabouts`](Self::whereabouts) tells, by letting the calls go as they
    /// will: which overtakes which, and what limits of their own and the server's pace
    /// do to them, is all found out so.
    pub(crate) fn rehearse(mut self, id: CallId, now: Time) -> Option<Whereabouts> {
        let phase = self.calls.phase(id)?;
        if self.share.is_some() {
            // What others get of a limit that is shared is not known.
            self.throttle.close(self.opens_at());
            self.share = None;
        }
        self.gate.maximum_in_flight = u32::MAX;
        self.backoffs.clear();
        let (mut ahead, mut time) = (0, now);
        let at = loop {
            match self.poll_ready(time, |_, _, _| true) {
                Some(Action::Start(started, _)) if started == id => break Some(time),
                Some(Action::Start(started, _)) => {
                    ahead += 1;
                    // Nothing fails.
                    self.probe.ended(started);
                }
                Some(Action::Refuse(..)) if self.calls.phase(id).is_none() => break None,
                Some(Action::Refuse(..) | Action::Ask(_)) => {}
                None => match self.next_wake() {
                    Some(wake) if wake > time => time = wake,
                    _ => break None,
                },
            }
        };
        let turn = Turn { ahead, at };
        Some(match phase {
            Phase::Outside => Whereabouts::Outside(turn),
            _ => Whereabouts::InLine(turn),
        })
    }

    /// Since when the attempt of a call is under way, if one is.
    pub(crate) fn in_flight_since(&self, id: CallId) -> Option<Time> {
        (self.calls.phase(id)? == Phase::InFlight).then(|| self.calls[id.key].at)
    }

    /// Until when a call backs off, if it does. One that goes to the back of the queue
    /// does not, even if the retry budget puts it off.
    pub(crate) fn backs_off_until(&self, id: CallId) -> Option<Time> {
        let backs_off = self.calls.phase(id)? == Phase::BackingOff;
        let entry = &self.calls[id.key];
        (backs_off && entry.multiplications > 0).then_some(entry.at)
    }

    /// A call that is held back.
    pub(crate) fn held(&self, id: CallId) -> Option<&J> {
        let is_held = matches!(self.calls.phase(id)?, Phase::Held { .. });
        is_held.then(|| &self.calls[id.key].job)
    }

    /// Since when the service cannot be reached, and when the next probe goes at the
    /// earliest, if the circuit is open.
    pub(crate) fn outage(&self) -> Option<(Time, Time)> {
        self.circuit.outage()
    }

    /// Until when the server wants no attempts.
    pub(crate) const fn closed_until(&self) -> Time {
        self.throttle.closed_until()
    }

    /// The same, or until when it turns every call away.
    pub(crate) fn closed_to_all_until(&self, now: Time) -> Time {
        let barred = self.throttle.barred_until(now);
        self.throttle.closed_until().max(barred.unwrap_or(now))
    }

    /// All calls, in no order.
    pub(crate) fn jobs(&self) -> impl Iterator<Item = (CallId, &J)> {
        self.calls.iter().map(|(id, entry)| (id, &entry.job))
    }

    /// The attempts that are under way, each with its start.
    pub(crate) fn under_way(&self) -> impl Iterator<Item = (CallId, &J, Time)> {
        let all = self.calls.iter();
        let under_way = all.filter(|(_, entry)| entry.phase == Phase::InFlight);
        under_way.map(|(id, entry)| (id, &entry.job, entry.at))
    }

    /// Whether there are calls that wait, and cannot start before an attempt ends.
    pub(crate) fn lacks_places(&self) -> bool {
        self.in_flight >= self.gate.maximum_in_flight && !self.nobody_waits()
    }

    /// Calls that gave up their places and have not been told.
    pub(crate) fn displaced(&self) -> impl Iterator<Item = &J> {
        self.displaced.iter()
    }

    /// When the last of the calls that wait has its slot, so many of which are ready.
    /// It is the latest of what each of them, beginning with the first in time, makes
    /// those after it wait for.
    fn empty_at(&self, ready: usize, now: Time) -> Time {
        let waiting = (ready + self.backoffs.len()) as u64;
        let Some(others) = waiting.checked_sub(1) else {
            return now;
        };
        let limits = &self.gate.limits;
        let first = self.opens_at().max(now);
        let all = match ready {
            0 => Time::ZERO,
            _ => limits.earliest_behind(others, first),
        };
        let by_lane = self.lanes.iter().filter_map(|lane| {
            let others = (lane.queue.len() as u64).checked_sub(1)?;
            Some(lane.limits.earliest_behind(others, first))
        });
        let after = (0..=others).rev();
        let backoffs = self.backoffs.iter().zip(after.skip(ready));
        let ends = backoffs.map(|(&(until, key), after)| {
            let slot = self.call_opens_at(key).max(until).max(now);
            limits.earliest_behind(after, slot)
        });
        let empty_at = ends.chain(by_lane).fold(all, Time::max);
        // At the pace of now, be it slower than usual.
        first.after(empty_at.since(first).div_f64(self.recovery.part()))
    }
}
