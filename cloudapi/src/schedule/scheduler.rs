//! The queue and its gate as a state machine: calls come in, time passes,
//! attempts end; it says which attempt starts and which call is over.

mod finish;
mod join;
mod look;
mod pick;
mod share;

use std::collections::BTreeSet;

use super::calls::{CallId, Calls, Entry, Phase};
use super::circuit::{self, Circuit, GivenUp};
use super::jitter::Jitter;
use super::lane::{Lane, LaneId, Lanes};
use super::line::Seniority;
use super::pace::{Pace, Start};
use super::probe::Probe;
use super::queue::{Queue, Turns};
use super::recovery::Recovery;
use super::retry_budget::RetryBudget;
use super::share::Share;
use super::throttle::Throttle;
use super::{Action, Gate, Priority, Rate, Refusal, Said, Time};

pub(crate) use look::{Look, Turn, Whereabouts};

#[derive(Clone, Debug)]
pub(crate) struct Scheduler<J> {
    gate: Gate,
    throttle: Throttle,
    recovery: Recovery,
    pace: Pace,
    probe: Probe,
    circuit: Circuit,
    retries: RetryBudget,
    jitter: Jitter,
    /// Where calls wait in line.
    lanes: Lanes,
    /// Between the lanes, in line and outside.
    turns: Turns,
    turns_outside: Turns,
    /// Calls that had to give up theirs, until they are told.
    displaced: Vec<J>,
    given_up: GivenUp,
    /// Where a store gives the slots.
    share: Option<Box<Share>>,
    calls: Calls<J>,
    /// Ends of backoffs.
    backoffs: BTreeSet<(Time, u32)>,
    in_flight: u32,
    next_number: u64,
}

impl<J: Clone> Scheduler<J> {
    pub(crate) fn new(gate: Gate) -> Self {
        let retries = RetryBudget::new(gate.retry_budget, gate.limits.pace());
        Self {
            gate,
            retries,
            jitter: Jitter::seeded(0),
            throttle: Throttle::default(),
            recovery: Recovery::default(),
            pace: Pace::default(),
            probe: Probe::default(),
            circuit: Circuit::default(),
            lanes: Lanes::new(),
            turns: Turns::default(),
            turns_outside: Turns::default(),
            displaced: Vec::new(),
            given_up: GivenUp::default(),
            share: None,
            calls: Calls::new(),
            backoffs: BTreeSet::new(),
            in_flight: 0,
            next_number: 0,
        }
    }

    /// With other chances than any other scheduler.
    pub(crate) fn seeded(self, seed: u64) -> Self {
        let jitter = Jitter::seeded(seed);
        Self { jitter, ..self }
    }

    /// One more lane, for calls that have these limits too.
    pub(crate) fn add_lane(&mut self, rates: &[Rate]) -> LaneId {
        let lane = self.lanes.add(rates);
        self.with_own_part(lane);
        lane
    }

    /// The next thing to carry out; to be called until there is none. A call for
    /// whose turn it is but that is not ready to start at a time is held back, without a
    /// slot, until it is [released](Self::release).
    #[inline]
    pub(crate) fn poll_ready(
        &mut self,
        now: Time,
        is_ready: impl FnMut(CallId, &J, Time) -> bool,
    ) -> Option<Action<J>> {
        if self.nobody_waits() {
            return None;
        }
        self.poll_waiting(now, is_ready)
    }

    fn poll_waiting(
        &mut self,
        now: Time,
        mut is_ready: impl FnMut(CallId, &J, Time) -> bool,
    ) -> Option<Action<J>> {
        if !self.displaced.is_empty()
            && let Some(job) = self.displaced.pop()
        {
            let until = self.next_place(now);
            return Some(Action::Refuse(job, Refusal::Displaced { until }));
        }
        while let Some((id, refusal)) = self.given_up.next() {
            if self.calls.phase(id).is_some() {
                return Some(Action::Refuse(self.withdraw(id.key), refusal));
            }
        }
        while self.ends_backoff(now)
            && let Some(key) = self.end_of_backoff(now)
        {
            let until = self.calls[key].at;
            self.enter_line(key, Phase::Again, until, Queue::come_back);
        }
        if self.share.is_some() {
            self.mind_share(now);
        }
        let mut opens_at = self.opens_at();
        if let Some(refused) = self.refuse(opens_at, now) {
            return Some(refused);
        }
        if self.outside() > 0 {
            self.let_in(now);
        }
        if self.share.is_some() {
            match self.look_at_share(now, &mut is_ready) {
                share::Step::Ask(asked) => return Some(Action::Ask(asked)),
                share::Step::Nothing => return None,
                share::Step::Go => opens_at = self.opens_at(),
            }
        }
        let opens_at = opens_at.max(self.probe.holds_until());
        if self.in_flight >= self.gate.maximum_in_flight || opens_at > now {
            return None;
        }
        let (id, key) = self.take_slot(now, is_ready)?;
        self.in_flight += 1;
        self.pace.took(now);
        self.recovery.took(now);
        if self.circuit.is_open() {
            self.probe.demand(circuit::PATIENCE);
        }
        self.probe.started(id, now);
        let entry = &mut self.calls[key];
        if entry.phase == Phase::New {
            self.retries.earn();
        }
        entry.phase = Phase::InFlight;
        entry.at = now;
        let job = entry.job.clone();
        if entry.deadline < Time::NEVER {
            self.forget_deadline(key);
        }
        Some(Action::Start(id, job))
    }

    /// The same, where every call is ready.
    #[cfg(test)]
    pub(crate) fn poll(&mut self, now: Time) -> Option<Action<J>> {
        self.poll_ready(now, |_, _, _| true)
    }

    /// Which start the latest one was.
    pub(crate) const fn latest_start(&self) -> Start {
        self.pace.latest()
    }

    /// A server says what remains of its limits, in answer to the attempt of that
    /// start.
    pub(crate) fn heard(&mut self, said: &Said, start: Start, now: Time) {
        self.pace.heard(said, start, now);
    }

    /// When `poll_ready` will have something to do if nothing else happens.
    #[inline]
    pub(crate) fn next_wake(&self) -> Option<Time> {
        if self.nobody_waits() {
            return None;
        }
        self.wake_of_the_waiting()
    }

    fn wake_of_the_waiting(&self) -> Option<Time> {
        if !self.displaced.is_empty() || !self.given_up.is_empty() {
            return Some(Time::ZERO);
        }
        let backoff = self.next_end_of_backoff();
        let expiries = self.lanes.iter().filter_map(|lane| lane.deadlines.first());
        let expiry = expiries.map(|expiry| expiry.0.after_nanos(1)).min();
        let slot = match &self.share {
            None => self.next_opening(),
            Some(share) => share.wake(self.next_opening(), self.somebody_is_in_line()),
        };
        let wakes = [backoff, expiry, slot].into_iter().flatten();
        wakes.min().filter(|wake| *wake < Time::NEVER)
    }

    /// When a call that waits could start at the earliest, if there is one, and room
    /// for it.
    fn next_opening(&self) -> Option<Time> {
        let has_room = self.in_flight < self.gate.maximum_in_flight;
        let lanes = self.lanes.with_ids().filter(|(id, _)| self.serves(*id));
        let slot = lanes.filter_map(|(_, lane)| lane.opens_at()).min();
        let slot = slot.filter(|_| has_room);
        slot.map(|slot| slot.max(self.opens_at()).max(self.probe.holds_until()))
    }

    /// The caller no longer wants the call.
    pub(crate) fn cancel(&mut self, id: CallId) -> Option<J> {
        self.calls.phase(id)?;
        Some(self.withdraw(id.key))
    }

    /// Whether a client that comes now would find the gate as new.
    pub(crate) fn is_neutral(&self, now: Time) -> bool {
        self.is_empty()
            && self.gate.limits.is_neutral(now)
            && self.lanes.iter().all(|lane| lane.is_neutral(now))
            && self
                .share
                .as_ref()
                .is_none_or(|share| share.is_neutral(now))
            && self.throttle.is_neutral(now)
            && self.recovery.is_neutral(now)
            && self.circuit.is_neutral(now)
            && self.retries.is_neutral(now)
            && self.pace.is_neutral(now)
    }

    /// Whether no call is known any more, of whatever kind.
    pub(crate) fn is_empty(&self) -> bool {
        self.calls.is_empty() && self.displaced.is_empty()
    }

    #[cfg(feature = "testing")]
    pub(crate) const fn gate(&self) -> &Gate {
        &self.gate
    }

    /// Replaces the limits; one that stays the same goes on as it was. The next
    /// slot stays where it was, or comes one period of the new limits from now,
    /// whichever is earlier.
    pub(crate) fn set_gate(&mut self, mut gate: Gate, now: Time) {
        let longest = now.after_nanos(gate.limits.pace());
        self.throttle
            .close(self.gate.limits.earliest().min(longest));
        gate.limits.go_on_from(&self.gate.limits);
        if gate.circuit_threshold == 0 {
            self.circuit = Circuit::default();
        }
        self.retries.go_on_as(gate.retry_budget, gate.limits.pace());
        self.gate = gate;
    }

    /// What is remembered of calls; nothing, once there are none.
    #[cfg(test)]
    pub(super) fn leftovers(&self) -> usize {
        let of_queue = |queue: &Queue| queue.places() + queue.len();
        let of_lane =
            |lane: &Lane| of_queue(&lane.queue) + of_queue(&lane.outside) + lane.deadlines.len();
        let waiting: usize = self.lanes.iter().map(of_lane).sum();
        let untold = self.displaced.len() + self.given_up.len();
        waiting + untold + self.backoffs.len() + self.calls.len()
    }

    /// Ends the next call that waits in vain, if there is one.
    fn refuse(&mut self, opens_at: Time, now: Time) -> Option<Action<J>> {
        if let Some(until) = self.throttle.barred_until(now) {
            let calls = &self.calls;
            let lanes = self.lanes.iter_mut();
            let waiting = lanes
                .flat_map(|lane| [&mut lane.queue, &mut lane.outside])
                .find_map(|queue| queue.take_any(|place| calls.holds(place)));
            if let Some(key) = waiting.or_else(|| self.end_of_backoff(until.before_nanos(1))) {
                return Some(Action::Refuse(self.forget(key), Refusal::Barred { until }));
            }
        }
        let opens_at = opens_at.max(now);
        let (would_run_at, key) = self.lanes.find(|lane| {
            let &(deadline, key) = lane.deadlines.first()?;
            let would_run_at = opens_at.max(lane.earliest());
            (deadline < would_run_at).then_some((would_run_at, key))
        })?;
        let refusal = Refusal::Deadline { would_run_at };
        Some(Action::Refuse(self.withdraw(key), refusal))
    }

    /// When the next call comes back from its delay, or from having been put off for
    /// want of a budget.
    fn next_end_of_backoff(&self) -> Option<Time> {
        let backoff = self.backoffs.first()?;
        Some(backoff.0.max(self.retries.allows_from()))
    }

    /// Whether the delay of a call has ended, and there is a retry for it, which
    /// then is taken.
    fn ends_backoff(&mut self, now: Time) -> bool {
        let first = self.backoffs.first();
        first.is_some_and(|first| first.0 <= now) && self.retries.take(now)
    }

    /// Takes out a call whose backoff has ended by then.
    fn end_of_backoff(&mut self, by: Time) -> Option<u32> {
        let &(until, key) = self.backoffs.first()?;
        (until <= by).then(|| {
            self.backoffs.pop_first();
            key
        })
    }

    fn enter_line(
        &mut self,
        key: u32,
        phase: Phase,
        since: Time,
        enter: fn(&mut Queue, Priority, Seniority, u32),
    ) {
        let entry = &mut self.calls[key];
        entry.phase = phase;
        let &mut Entry {
            seniority,
            deadline,
            lane,
            priority,
            ..
        } = entry;
        let lane = &mut self.lanes[lane];
        lane.somebody_comes(since);
        enter(&mut lane.queue, priority, seniority, key);
        lane.watch(deadline, key);
    }

    fn forget_deadline(&mut self, key: u32) {
        let Entry { deadline, lane, .. } = self.calls[key];
        if deadline < Time::NEVER {
            self.lanes[lane].deadlines.remove(&(deadline, key));
        }
    }

    /// Takes a call out of wherever it is.
    fn withdraw(&mut self, key: u32) -> J {
        let Entry {
            phase,
            at,
            lane,
            priority,
            ..
        } = self.calls[key];
        let id = self.calls.id(key);
        let job = self.forget(key);
        let calls = &self.calls;
        let holds = |place| calls.holds(place);
        match phase {
            Phase::New | Phase::Again => self.lanes[lane].queue.leave(priority, holds),
            Phase::Outside => self.lanes[lane].outside.leave(priority, holds),
            Phase::BackingOff => {
                self.backoffs.remove(&(at, key));
            }
            Phase::Held { .. } => {}
            Phase::InFlight => {
                self.in_flight -= 1;
                self.probe.given_up(id);
            }
        }
        job
    }

    fn forget(&mut self, key: u32) -> J {
        self.forget_deadline(key);
        self.calls.remove(key).job
    }

    /// Most often so: with a free slot for each call as it comes.
    fn nobody_waits(&self) -> bool {
        self.calls.len() == self.in_flight as usize && self.displaced.is_empty()
    }

    /// How many calls wait for a place in the queue.
    fn outside(&self) -> usize {
        self.lanes.iter().map(|lane| lane.outside.len()).sum()
    }

    fn lane_of(&self, key: u32) -> &Lane {
        &self.lanes[self.calls[key].lane]
    }

    /// Before then nothing starts.
    fn opens_at(&self) -> Time {
        let closed_until = self.closed_until_now();
        match &self.share {
            Some(share) if !share.is_local() => share.opens_at(closed_until),
            _ => self.gate.limits.earliest().max(closed_until),
        }
    }

    /// The same, were it not for the limits.
    fn closed_until_now(&self) -> Time {
        self.throttle
            .closed_until()
            .max(self.pace.earliest())
            .max(self.recovery.earliest(self.gate.limits.pace()))
            .max(self.circuit.closed_until())
    }

    /// Before then this call does not start.
    fn call_opens_at(&self, key: u32) -> Time {
        self.opens_at().max(self.lane_of(key).earliest())
    }

    /// How many calls go before one that joins the queue now.
    fn ahead_of(&self, lane: LaneId, priority: Priority) -> Ahead {
        Ahead {
            mates: self.lanes[lane].ahead_of(priority),
            // Those in other lanes may be held up.
            others: match lane {
                LaneId::MAIN => 0,
                _ => self.lanes[LaneId::MAIN].ahead_of(priority),
            },
        }
    }

    /// When a call that joins the queue now has its slot at the earliest, if
    /// nobody leaves.
    fn would_run_at(&self, lane: LaneId, ahead: Ahead, now: Time) -> Time {
        let Ahead { mates, others } = ahead;
        let first = self.opens_at().max(now);
        let own = &self.lanes[lane];
        let by_gate = self.gate.limits.earliest_behind(mates + others, first);
        let by_lane = own
            .limits
            .earliest_behind(mates, first.max(own.closed_until));
        by_gate.max(by_lane)
    }

    fn seniority(&mut self) -> Seniority {
        self.next_number += 1;
        Seniority(self.next_number)
    }
}

/// The calls before one, in its own lane and elsewhere.
#[derive(Clone, Copy, Debug)]
struct Ahead {
    mates: u64,
    others: u64,
}
