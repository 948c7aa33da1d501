//! Who gets the slot.

use super::Scheduler;
use crate::schedule::calls::{CallId, Phase};
use crate::schedule::lane::Lane;
use crate::schedule::queue::{Head, Queue};
use crate::schedule::{LaneId, Time};

impl<J: Clone> Scheduler<J> {
    /// Takes out the call that starts `now`, and its slots: of the gate and of its
    /// lane, both or neither. Calls before it that are not ready are held back.
    pub(super) fn take_slot(
        &mut self,
        now: Time,
        mut is_ready: impl FnMut(CallId, &J, Time) -> bool,
    ) -> Option<(CallId, u32)> {
        let (call, id, head) = loop {
            let turns = self.turns;
            let (id, head) = self.next_in_line(now)?;
            let key = head.place.1;
            let call = self.calls.id(key);
            if is_ready(call, &self.calls[key].job, now) {
                break (call, id, head);
            }
            // It has not had its turn.
            self.turns = turns;
            self.hold(key);
        };
        if !self.is_shared() {
            self.take_from_limits(id, now);
        }
        if let Some(share) = &mut self.share {
            share.starts(now);
        }
        let calls = &self.calls;
        let key = self.lanes[id].queue.take(head, |place| calls.holds(place));
        Some((call, key))
    }

    fn take_from_limits(&mut self, id: LaneId, now: Time) {
        // A slot that is given late was due when there was somebody for it,
        // whoever that was.
        let closed_until = self.closed_until_now();
        let since = self.somebody_since(now);
        let lane = &mut self.lanes[id];
        if id != LaneId::MAIN {
            let opened = self.gate.limits.earliest().max(closed_until);
            lane.limits.take(lane.since.max(opened), now);
        }
        self.gate.limits.take(since.max(closed_until), now);
    }

    /// Holds a call in line back, until it is [released](Self::release).
    pub(super) fn hold(&mut self, key: u32) {
        let entry = &mut self.calls[key];
        entry.phase = Phase::Held {
            is_new: entry.phase == Phase::New,
        };
        let (lane, priority) = (entry.lane, entry.priority);
        let calls = &self.calls;
        let queue = &mut self.lanes[lane].queue;
        queue.leave(priority, |place| calls.holds(place));
    }

    /// A call that was held back returns to its place.
    pub(crate) fn release(&mut self, id: CallId, now: Time) {
        let phase = match self.calls.phase(id) {
            Some(Phase::Held { is_new: true }) => Phase::New,
            Some(Phase::Held { is_new: false }) => Phase::Again,
            _ => return,
        };
        self.enter_line(id.key, phase, now, Queue::come_back);
    }

    /// The call whose turn it is among those whose lanes are open.
    ///
    /// Each lane has its own count of calls that were overtaken, as have the lanes
    /// together: what is overtaken only by calls of its own lane would otherwise be
    /// forgotten whenever another lane has its turn.
    #[inline]
    pub(super) fn next_in_line(&mut self, now: Time) -> Option<(LaneId, Head)> {
        match self.lanes.only() {
            Some(main) => Some((LaneId::MAIN, main.queue.head()?)),
            None => self.next_of_several(now),
        }
    }

    fn next_of_several(&mut self, now: Time) -> Option<(LaneId, Head)> {
        let open = self.lanes.with_ids();
        let open = open.filter(|(id, lane)| lane.has_open_call(now) && self.serves(*id));
        let heads = open.filter_map(|(id, lane)| Some((id, lane.queue.head()?)));
        let mut turns = self.turns;
        let next = turns.next_of(heads);
        self.turns = turns;
        next
    }

    /// Since when there has been a call that needed no more than the gate.
    #[inline]
    fn somebody_since(&self, now: Time) -> Time {
        if let Some(main) = self.lanes.only() {
            return main.since;
        }
        let open = self.lanes.iter().filter(|lane| lane.has_open_call(now));
        let since = open.map(|lane: &Lane| lane.since.max(lane.earliest()));
        since.min().unwrap_or(now)
    }
}
