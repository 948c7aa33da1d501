//! Slots that a store gives, in place of those of limits of our own.
#![cfg_attr(not(feature = "store"), allow(dead_code))]

use std::time::Duration;

use super::Scheduler;
use crate::schedule::calls::CallId;
use crate::schedule::grant::{Asked, Grant, StoreDown};
use crate::schedule::lane::Lane;
use crate::schedule::share::Share;
use crate::schedule::{LaneId, Time};

/// What it makes no sense to ask again before. A store that says less would be asked
/// without end.
const LEAST_WAIT: Duration = Duration::from_millis(1);

/// What comes of looking at the share.
pub(super) enum Step {
    /// The store is to be asked.
    Ask(Asked),
    /// Nothing starts now.
    Nothing,
    /// A call may start, if the gate is open.
    Go,
}

impl<J: Clone> Scheduler<J> {
    /// Has a store give the slots, or no longer. What the limits were used for before
    /// counts for one slot.
    pub(crate) fn set_share(&mut self, down: Option<StoreDown>, now: Time) {
        if self.share.is_some() || down.is_some() {
            self.gate.limits = self.gate.limits.afresh();
            for lane in self.lanes.iter_mut() {
                lane.limits = lane.limits.afresh();
                lane.closed_until = Time::ZERO;
            }
        }
        if self.share.is_some() && down.is_none() {
            self.gate.limits.take(now, now);
        }
        self.share = down.map(|down| Box::new(Share::new(down)));
    }

    /// The store has answered the question for a slot that was sent then.
    pub(crate) fn granted(&mut self, grant: Grant, sent: Time, now: Time) {
        let Some(asked) = self.answered(now) else {
            return;
        };
        let lane = match asked {
            Asked::Slot(lane) => lane,
            Asked::Gate => LaneId::MAIN,
        };
        match grant {
            Grant::Slot { wait } => {
                if let Some(share) = &mut self.share {
                    share.granted(lane, wait, sent, now);
                }
            }
            Grant::Later { wait, closed } => {
                let until = now.after(wait.max(LEAST_WAIT));
                if closed || lane == LaneId::MAIN {
                    self.throttle.close(until);
                } else {
                    let lane = &mut self.lanes[lane];
                    lane.closed_until = lane.closed_until.max(until);
                }
            }
        }
    }

    /// The store has told for how long the gate is closed; not, if zero.
    pub(crate) fn checked(&mut self, closed: Duration, now: Time) {
        if self.answered(now).is_none() {
            return;
        }
        if let Some(share) = &mut self.share {
            share.checked();
        }
        // What the slot comes to if it is closed for longer is found out in time.
        self.closed_elsewhere(closed, now);
    }

    /// Another process was refused, and has closed the gate for so long. One that is
    /// refused itself finds out whether it is open again, so nobody here has to.
    pub(crate) fn closed_elsewhere(&mut self, wait: Duration, now: Time) {
        self.throttle.close(now.after(wait));
    }

    /// The store could not answer, or could not be told something if it `was_asked`
    /// nothing.
    pub(crate) fn store_failed(&mut self, was_asked: bool, now: Time) {
        let Some(share) = &mut self.share else { return };
        if share.failed(now) {
            self.use_own_part(now);
        }
        if was_asked && let Some(share) = &mut self.share {
            let _what = share.answered(now);
        }
    }

    /// Since when the store is away, and what is done about it.
    pub(crate) fn store_outage(&self) -> Option<(Time, StoreDown)> {
        self.share.as_ref()?.outage()
    }

    /// A call that waits, to tell what has come of its gate. The first in line, if
    /// there is one.
    pub(crate) fn somebody(&self) -> Option<(CallId, &J)> {
        let heads = self.lanes.iter().filter_map(|lane| lane.queue.head());
        let first = heads.min_by_key(|head| head.place);
        match first {
            Some(head) => {
                let key = head.place.1;
                Some((self.calls.id(key), &self.calls[key].job))
            }
            None => self.jobs().next(),
        }
    }

    /// What the store answers, and what that says of the store.
    fn answered(&mut self, now: Time) -> Option<Asked> {
        let share = self.share.as_mut()?;
        let asked = share.answered(now)?;
        let was_local = share.is_local();
        if share.is_back() && was_local {
            share.goes_on_from(self.gate.limits.earliest());
            self.gate.limits = self.gate.limits.afresh();
            for lane in self.lanes.iter_mut() {
                lane.closed_until = lane.closed_until.max(lane.limits.earliest());
                lane.limits = lane.limits.afresh();
            }
        }
        Some(asked)
    }

    /// From now on our own part of the limits counts, if we are to have one.
    fn use_own_part(&mut self, now: Time) {
        let Some(share) = &mut self.share else { return };
        let Some(processes) = share.processes() else {
            return;
        };
        let opened = self.lanes[share.asked_for()].closed_until;
        let since = share.part_since(opened, now);
        self.gate.limits = self.gate.limits.part(processes, since);
        for lane in self.lanes.iter_mut() {
            lane.limits = lane.limits.part(processes, since);
        }
    }

    /// The same for a lane that is new.
    pub(super) fn with_own_part(&mut self, lane: LaneId) {
        let Some(share) = &self.share else { return };
        if let Some((since, _)) = share.outage()
            && let Some(processes) = share.processes()
        {
            let limits = &mut self.lanes[lane].limits;
            *limits = limits.part(processes, since);
        }
    }

    /// Whether a store gives the slots, and not a limit of our own.
    #[inline]
    pub(super) fn is_shared(&self) -> bool {
        let share = self.share.as_ref();
        share.is_some_and(|share| !share.is_local())
    }

    /// Whether a slot that a store gave may be given to a call of that lane, if it is
    /// stores that give them.
    #[inline]
    pub(super) fn serves(&self, lane: LaneId) -> bool {
        let share = self.share.as_ref();
        share.is_none_or(|share| share.serves(lane))
    }

    /// Whether a call of that lane starts at once, as far as the store is concerned.
    #[inline]
    pub(super) fn has_slot_for(&self, lane: LaneId, now: Time) -> bool {
        self.share
            .as_ref()
            .is_none_or(|share| share.is_local() || share.is_due(now) && share.serves(lane))
    }

    /// Gives up what time has made useless: a slot, or the patience with the store.
    #[cold]
    pub(super) fn mind_share(&mut self, now: Time) {
        let closed_until = self.closed_until_now().max(self.probe.holds_until());
        let Some(share) = &mut self.share else { return };
        share.drop_late_slot(closed_until.max(now));
        if share.loses_patience(now) {
            self.use_own_part(now);
        }
    }

    /// What the store is to be asked now, or whether a call may start.
    #[cold]
    pub(super) fn look_at_share(
        &mut self,
        now: Time,
        is_ready: &mut impl FnMut(CallId, &J, Time) -> bool,
    ) -> Step {
        let Some(share) = &self.share else {
            return Step::Go;
        };
        if share.is_local() {
            if !share.asks_again(now) || !self.somebody_is_in_line() {
                return Step::Go;
            }
            let lane = self.lane_to_ask(now);
            return self.ask(Asked::Slot(lane), now);
        }
        if share.is_asked() {
            return Step::Nothing;
        }
        if share.has_slot() && self.is_slot_useless() {
            self.drop_slot();
        }
        if let (Some(opens), Some(share)) = (self.next_opening(), &mut self.share)
            && let Some(slot) = share.readies(opens, now)
        {
            let _lane = self.next_ready_lane(now, slot, is_ready);
        }
        let (Some(opens), Some(share)) = (self.next_opening(), &self.share) else {
            return Step::Nothing;
        };
        if share.has_slot() {
            return match share.wants_check(opens, now) {
                true => self.ask(Asked::Gate, now),
                false if share.is_due(now) => Step::Go,
                false => Step::Nothing,
            };
        }
        if opens > now {
            return Step::Nothing;
        }
        match self.next_ready_lane(now, now, is_ready) {
            Some(lane) => self.ask(Asked::Slot(lane), now),
            None => Step::Nothing,
        }
    }

    fn ask(&mut self, asked: Asked, now: Time) -> Step {
        if let Some(share) = &mut self.share {
            share.ask(asked, now);
        }
        Step::Ask(asked)
    }

    pub(super) fn drop_slot(&mut self) {
        if let Some(share) = &mut self.share {
            share.drop_slot();
        }
    }

    /// Whether somebody waits, and the slot that is held is under the limits of a lane
    /// that nobody waits in, or that is closed for longer.
    fn is_slot_useless(&self) -> bool {
        let lanes = self.lanes.with_ids();
        let wanted = lanes.filter_map(|(id, lane)| Some((id, lane.opens_at()?)));
        let mut wanted = wanted.peekable();
        let is_served = |(lane, opens)| {
            let share = self.share.as_ref();
            share.is_none_or(|share| share.serves_from(lane, opens))
        };
        wanted.peek().is_some() && !wanted.any(is_served)
    }

    /// The lane of the call that comes in next, if nothing but the gate keeps it.
    fn lane_outside(&self, now: Time) -> Option<LaneId> {
        let mut turns = self.turns_outside;
        let open = self.heads_outside(|_, lane| lane.earliest() <= now);
        turns.next_of(open).map(|(lane, _)| lane)
    }

    /// The lane of the call whose turn it is. Those before it that are not ready to start
    /// at `slot` are held back, so that none is asked for that nobody can use.
    fn next_ready_lane(
        &mut self,
        now: Time,
        slot: Time,
        is_ready: &mut impl FnMut(CallId, &J, Time) -> bool,
    ) -> Option<LaneId> {
        let turns = self.turns;
        loop {
            let next = self.next_in_line(now);
            // It has its turn when it starts.
            self.turns = turns;
            let Some((lane, head)) = next else {
                return self.lane_outside(now);
            };
            let key = head.place.1;
            if is_ready(self.calls.id(key), &self.calls[key].job, slot) {
                return Some(lane);
            }
            self.hold(key);
        }
    }

    fn lane_to_ask(&mut self, now: Time) -> LaneId {
        let turns = self.turns;
        let next = self.next_in_line(now);
        self.turns = turns;
        next.map_or(LaneId::MAIN, |(lane, _)| lane)
    }

    pub(super) fn somebody_is_in_line(&self) -> bool {
        self.lanes.iter().any(|lane: &Lane| !lane.queue.is_empty())
    }
}
