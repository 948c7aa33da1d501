//! How a call gets into the queue, and what happens where there is no place.

use super::{Ahead, Scheduler};
use crate::schedule::calls::{CallId, Entry, Phase};
use crate::schedule::lane::Lane;
use crate::schedule::priority::Priority;
use crate::schedule::queue::{Head, Queue};
use crate::schedule::{Joining, LaneId, Refusal, Time, WhenFull};

impl<J: Clone> Scheduler<J> {
    /// A call joins the back of the queue. `poll` then says whether it starts.
    pub(crate) fn submit(
        &mut self,
        job: J,
        joining: impl Into<Joining>,
        now: Time,
    ) -> Result<CallId, Refusal> {
        // Piece by piece: a struct of small fields that was just written is slow to
        // copy as a whole.
        let Joining {
            deadline,
            lane,
            priority,
        } = joining.into();
        let joining = Joining {
            deadline,
            lane,
            priority,
        };
        if self.calls.is_empty() {
            self.circuit.nobody_waits();
        }
        if let Some(until) = self.throttle.barred_until(now) {
            return Err(Refusal::Barred { until });
        }
        let is_full = self.is_full_for(lane, now);
        let when_full = self.gate.room.when_full;
        let displaced = match (is_full, when_full) {
            (true, WhenFull::DropOldest) => self.displaced_by(priority),
            _ => None,
        };
        if deadline < Time::NEVER {
            let mut ahead = self.ahead_of(lane, priority);
            if displaced.is_some() {
                ahead = ahead.without_one();
            } else {
                // In other lanes they may be held up.
                ahead.mates += self.lanes[lane].outside.ahead_of(priority) as u64;
            }
            let would_run_at = self.would_run_at(lane, ahead, now);
            if would_run_at > deadline {
                return Err(Refusal::Deadline { would_run_at });
            }
        }
        if is_full && when_full == WhenFull::Wait {
            let seniority = self.seniority();
            let mut entry = Entry::new(seniority, joining, Phase::Outside, job);
            entry.at = now;
            let id = self.calls.insert(entry);
            let lane = &mut self.lanes[lane];
            lane.outside.join(priority, seniority, id.key);
            lane.watch(deadline, id.key);
            return Ok(id);
        }
        match displaced {
            Some(displaced) => {
                let job = self.withdraw(displaced);
                self.displaced.push(job);
            }
            None if is_full => {
                let until = self.next_place(now);
                return Err(Refusal::Full { until });
            }
            None => {}
        }
        let seniority = self.seniority();
        let entry = Entry::new(seniority, joining, Phase::New, job);
        let id = self.calls.insert(entry);
        // What was just written is not read again, which would have to wait.
        let lane = &mut self.lanes[lane];
        lane.somebody_comes(now);
        lane.queue.join(priority, seniority, id.key);
        lane.watch(deadline, id.key);
        Ok(id)
    }

    /// Lets in who waits outside and has a place now, or its slot at once.
    pub(super) fn let_in(&mut self, now: Time) {
        while let Some((lane, head)) = self.next_to_come_in(now) {
            let calls = &self.calls;
            let outside = &mut self.lanes[lane].outside;
            let key = outside.take(head, |place| calls.holds(place));
            // It joins the back of the queue only now.
            self.calls[key].seniority = self.seniority();
            let since = self.calls[key].at;
            self.enter_line(key, Phase::New, since, Queue::join);
        }
    }

    /// Where there is no place, only a call whose lane is open: else the calls of one
    /// endpoint that fill the queue, and wait for its own limit, would keep all others
    /// from slots that none of them can use.
    fn next_to_come_in(&mut self, now: Time) -> Option<(LaneId, Head)> {
        let has_place = self.has_place();
        if !has_place && (!self.has_slot(now) || self.somebody_goes_before(now)) {
            return None;
        }
        let mut turns = self.turns_outside;
        let next = turns.next_of(self.heads_outside(|id, lane| {
            has_place || lane.earliest() <= now && self.has_slot_for(id, now)
        }));
        self.turns_outside = turns;
        next
    }

    /// The first outside of each such lane.
    pub(super) fn heads_outside(
        &self,
        is_such: impl Fn(LaneId, &Lane) -> bool + Clone,
    ) -> impl Iterator<Item = (LaneId, Head)> + Clone {
        let lanes = self.lanes.with_ids();
        let lanes = lanes.filter(move |(id, lane)| is_such(*id, lane));
        lanes.filter_map(|(id, lane)| Some((id, lane.outside.head()?)))
    }

    /// When a waiting call starts next, as far as that can be known.
    pub(super) fn next_place(&self, now: Time) -> Time {
        let in_line = self.lanes.iter().filter_map(Lane::opens_at);
        let backing_off = self.next_end_of_backoff();
        let next = in_line.chain(backing_off).min().unwrap_or(now);
        self.opens_at().max(next).max(now)
    }

    fn is_full_for(&self, lane: LaneId, now: Time) -> bool {
        if self.gate.room.maximum == u32::MAX {
            return false;
        }
        let is_full = self.outside() > 0 || !self.has_place();
        is_full && !self.starts_at_once(lane, now)
    }

    fn has_place(&self) -> bool {
        let elsewhere = self.in_flight as usize + self.outside();
        self.calls.len() - elsewhere < self.gate.room.maximum as usize
    }

    /// Whether a call that joins needs no place, since it has its slot at once.
    fn starts_at_once(&self, lane: LaneId, now: Time) -> bool {
        let mut lanes = self.lanes.with_ids();
        let is_open = |lane: &Lane| lane.opens_at().is_some_and(|opens| opens <= now);
        self.has_slot(now)
            && self.has_slot_for(lane, now)
            && self.lanes[lane].earliest() <= now
            // Who waits outside came first.
            && !lanes.any(|(id, lane)| is_open(lane) && self.serves(id))
    }

    /// Whether the gate lets a call start that is not in the queue.
    fn has_slot(&self, now: Time) -> bool {
        self.in_flight < self.gate.maximum_in_flight
            && self.opens_at() <= now
            && self.probe.holds_until() <= now
            // Whose delay is over goes first.
            && self.next_end_of_backoff().is_none_or(|end| end > now)
    }

    /// Whether somebody in line could start, were it not for the gate.
    fn somebody_goes_before(&self, now: Time) -> bool {
        let mut lanes = self.lanes.with_ids();
        lanes.any(|(id, lane)| lane.has_open_call(now) && self.serves(id))
    }

    /// The call that has to go for one of this priority.
    fn displaced_by(&self, priority: Priority) -> Option<u32> {
        let is_new = |place| self.calls.is_new(place);
        let is_anybody_held = self.held_back() > 0;
        Priority::FROM_LOWEST
            .into_iter()
            .take_while(|lowest| lowest.rank() >= priority.rank())
            .find_map(|lowest| {
                let lanes = self.lanes.iter();
                let in_line = lanes.filter_map(|lane| lane.queue.most_senior(lowest, is_new));
                let held = is_anybody_held.then(|| self.calls.most_senior_held(lowest));
                in_line.chain(held.flatten()).min()
            })
            .map(|place| place.1)
    }
}

impl Ahead {
    const fn without_one(self) -> Self {
        Self {
            mates: self.mates.saturating_sub(1),
            others: self
                .others
                .saturating_sub(if self.mates == 0 { 1 } else { 0 }),
        }
    }
}
