//! The queue and its gate as a state machine: calls come in, time passes,
//! attempts end; it says which attempt starts and which call is over.

mod finish;
mod look;

use std::collections::BTreeSet;

use super::calls::{CallId, Calls, Entry, Phase};
use super::line::{Line, Seniority};
use super::throttle::Throttle;
use super::{Action, Gate, Refusal, Time};

pub(crate) use look::{Look, Whereabouts};

#[derive(Debug)]
pub(crate) struct Scheduler<J> {
    gate: Gate,
    throttle: Throttle,
    line: Line,
    /// Since when there has been somebody in the line.
    line_since: Time,
    calls: Calls<J>,
    /// Ends of backoffs.
    backoffs: BTreeSet<(Time, u32)>,
    /// The deadlines of the calls that wait: in line, backing off or held back.
    deadlines: BTreeSet<(Time, u32)>,
    in_flight: u32,
    /// Calls that are held back.
    held: usize,
    next_number: u64,
}

impl<J: Clone> Scheduler<J> {
    pub(crate) fn new(gate: Gate) -> Self {
        Self {
            gate,
            throttle: Throttle::default(),
            line: Line::default(),
            line_since: Time::ZERO,
            calls: Calls::new(),
            backoffs: BTreeSet::new(),
            deadlines: BTreeSet::new(),
            in_flight: 0,
            held: 0,
            next_number: 0,
        }
    }

    /// A call joins the back of the queue. `poll_ready` then says whether it starts.
    pub(crate) fn submit(&mut self, job: J, deadline: Time, now: Time) -> Result<CallId, Refusal> {
        if let Some(until) = self.throttle.barred_until(now) {
            return Err(Refusal::Barred { until });
        }
        let would_run_at = self.would_run_at(now);
        if would_run_at > deadline {
            return Err(Refusal::Deadline { would_run_at });
        }
        let seniority = self.seniority();
        let id = self.calls.insert(Entry::new(seniority, deadline, job));
        self.enter_line(id.key, now, Line::join);
        Ok(id)
    }

    /// The next thing to carry out; to be called until there is none. A call for
    /// whose turn it is but that is not ready is held back, without a slot, until
    /// it is [let in](Self::let_in) again.
    pub(crate) fn poll_ready(
        &mut self,
        now: Time,
        mut is_ready: impl FnMut(CallId, &J) -> bool,
    ) -> Option<Action<J>> {
        if self.nobody_waits() {
            return None;
        }
        while let Some(key) = self.end_of_backoff(now) {
            let until = self.calls[key].at;
            self.enter_line(key, until, Line::come_back);
        }
        if let Some(refused) = self.refuse(now) {
            return Some(refused);
        }
        if self.in_flight >= self.gate.maximum_in_flight || self.opens_at() > now {
            return None;
        }
        let (id, key) = loop {
            let calls = &self.calls;
            let key = self.line.take_head(|place| calls.holds(place))?;
            let id = calls.id(key);
            if is_ready(id, &calls[key].job) {
                break (id, key);
            }
            self.calls[key].phase = Phase::Held;
            self.held += 1;
        };
        // A slot that is given late was due when there was somebody for it,
        // whoever that was.
        let ready = self.line_since.max(self.throttle.closed_until());
        self.gate.limit.take(ready, now);
        self.in_flight += 1;
        let entry = &mut self.calls[key];
        entry.phase = Phase::InFlight;
        entry.at = now;
        if entry.deadline < Time::NEVER {
            self.deadlines.remove(&(entry.deadline, key));
        }
        Some(Action::Start(id, entry.job.clone()))
    }

    /// The same, where every call is ready.
    #[cfg(test)]
    pub(crate) fn poll(&mut self, now: Time) -> Option<Action<J>> {
        self.poll_ready(now, |_, _| true)
    }

    /// When `poll_ready` will have something to do if nothing else happens.
    pub(crate) fn next_wake(&self) -> Option<Time> {
        if self.nobody_waits() {
            return None;
        }
        let backoff = self.backoffs.first().map(|backoff| backoff.0);
        let expiry = self.deadlines.first().map(|expiry| expiry.0.after_nanos(1));
        let has_slot = !self.line.is_empty() && self.in_flight < self.gate.maximum_in_flight;
        let slot = has_slot.then(|| self.opens_at());
        let wakes = [backoff, expiry, slot].into_iter().flatten();
        wakes.min().filter(|wake| *wake < Time::NEVER)
    }

    /// A call that was held back returns to its place.
    pub(crate) fn let_in(&mut self, id: CallId, now: Time) {
        if self.calls.phase(id) == Some(Phase::Held) {
            self.held -= 1;
            self.enter_line(id.key, now, Line::come_back);
        }
    }

    /// The caller no longer wants the call.
    pub(crate) fn cancel(&mut self, id: CallId) -> Option<J> {
        self.calls.phase(id)?;
        Some(self.withdraw(id.key))
    }

    /// Whether a client that comes now would find the gate as new.
    pub(crate) fn is_neutral(&self, now: Time) -> bool {
        self.calls.is_empty() && self.gate.limit.is_neutral(now) && self.throttle.is_neutral(now)
    }

    /// Whether no call is known any more, of whatever kind.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    #[cfg(feature = "testing")]
    pub(crate) const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Replaces the limits. The next slot stays where it was, or comes one
    /// period of the new limit from now, whichever is earlier.
    pub(crate) fn set_gate(&mut self, gate: Gate, now: Time) {
        let longest = now.after_nanos(gate.limit.period());
        self.throttle.close(self.gate.limit.earliest().min(longest));
        self.gate = gate;
    }

    /// What is remembered of calls; nothing, once there are none.
    #[cfg(test)]
    pub(super) fn leftovers(&self) -> usize {
        let waiting = self.line.places() + self.backoffs.len() + self.deadlines.len();
        waiting + self.line.len() + self.held + self.in_flight as usize
    }

    /// Ends the next call that waits in vain, if there is one.
    fn refuse(&mut self, now: Time) -> Option<Action<J>> {
        if let Some(until) = self.throttle.barred_until(now) {
            let calls = &self.calls;
            let in_line = self.line.take_head(|place| calls.holds(place));
            if let Some(key) = in_line.or_else(|| self.end_of_backoff(until.before_nanos(1))) {
                return Some(Action::Refuse(self.forget(key), Refusal::Barred { until }));
            }
        }
        let would_run_at = self.opens_at().max(now);
        let &(deadline, key) = self.deadlines.first()?;
        (deadline < would_run_at)
            .then(|| Action::Refuse(self.withdraw(key), Refusal::Deadline { would_run_at }))
    }

    /// Takes out a call whose backoff has ended by then.
    fn end_of_backoff(&mut self, by: Time) -> Option<u32> {
        let &(until, key) = self.backoffs.first()?;
        (until <= by).then(|| {
            self.backoffs.pop_first();
            key
        })
    }

    fn enter_line(&mut self, key: u32, since: Time, enter: fn(&mut Line, Seniority, u32)) {
        if self.line.is_empty() {
            self.line_since = since;
        }
        let entry = &mut self.calls[key];
        entry.phase = Phase::InLine;
        enter(&mut self.line, entry.seniority, key);
        self.watch_deadline(key);
    }

    fn watch_deadline(&mut self, key: u32) {
        let deadline = self.calls[key].deadline;
        if deadline < Time::NEVER {
            self.deadlines.insert((deadline, key));
        }
    }

    /// Takes a call out of wherever it is.
    fn withdraw(&mut self, key: u32) -> J {
        let Entry { phase, at, .. } = self.calls[key];
        let job = self.forget(key);
        let calls = &self.calls;
        match phase {
            Phase::InLine => self.line.leave(|place| calls.holds(place)),
            Phase::BackingOff => {
                self.backoffs.remove(&(at, key));
            }
            Phase::Held => self.held -= 1,
            Phase::InFlight => self.in_flight -= 1,
        }
        job
    }

    fn forget(&mut self, key: u32) -> J {
        let entry = self.calls.remove(key);
        if entry.deadline < Time::NEVER {
            self.deadlines.remove(&(entry.deadline, key));
        }
        entry.job
    }

    /// Most often so: with a free slot for each call as it comes.
    fn nobody_waits(&self) -> bool {
        self.line.is_empty() && self.backoffs.is_empty() && self.held == 0
    }

    /// Before then nothing starts.
    fn opens_at(&self) -> Time {
        self.gate.limit.earliest().max(self.throttle.closed_until())
    }

    /// When a call that joins the queue now has its slot, if nobody leaves.
    fn would_run_at(&self, now: Time) -> Time {
        let ahead = self.line.len() as u64;
        let period = self.gate.limit.period();
        let first = self.opens_at().max(now);
        first.after_nanos(period.saturating_mul(ahead))
    }

    fn seniority(&mut self) -> Seniority {
        self.next_number += 1;
        Seniority(self.next_number)
    }
}
