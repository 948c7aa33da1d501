//! What a runtime that stands still would hold up: it is not polled, and has not ended. So
//! what it is at ends neither by its answer nor by its timeout, and calls on other runtimes
//! wait for it.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::runtime::{Handle, Id};

use super::{Scope, State};
use crate::engine::CallCell;
use crate::engine::attempt::Overdue;
use crate::schedule::{CallId, Time};

/// A runtime that is only busy may be so late.
const LATE: Duration = Duration::from_secs(1);

/// So often at most, and so seldom at least, all calls are looked through for attempts that
/// should have ended, while others wait for their places.
const LOOKS: (Duration, Duration) = (LATE, Duration::from_secs(60));

/// A renewal of credentials that is under way.
#[derive(Debug)]
pub(super) struct Renews {
    /// When it is given up.
    at: Time,
    begun_by: Weak<CallCell>,
    begun: u64,
}

/// Renewals that are to be given up: by which call each was begun, and which it is.
type GivenUp = Vec<(Arc<CallCell>, u64)>;

impl Scope {
    /// Sees to it that getting credentials ends, if it has not by then.
    pub(in crate::engine) fn watch_renewal(
        self: &Arc<Self>,
        until: Time,
        begun_by: &Arc<CallCell>,
        begun: u64,
    ) {
        let renews = Renews {
            at: until.after(LATE),
            begun_by: Arc::downgrade(begun_by),
            begun,
        };
        let at = renews.at;
        let is_earlier = {
            let mut state = self.lock();
            state.renewals.push(renews);
            at < Time::NEVER && state.wakes.ask(at)
        };
        if is_earlier {
            self.clock.wake_at(at, Arc::downgrade(self));
        }
    }

    /// Calls that are held back: those of that runtime, and the others.
    pub(in crate::engine) fn split_held(
        &self,
        held: Vec<CallId>,
        runtime: Option<Id>,
    ) -> (Vec<CallId>, Vec<CallId>) {
        let state = self.lock();
        held.into_iter().partition(|id| {
            let cell = state.scheduler.held(*id);
            cell.is_some_and(|cell| cell.runtime().map(Handle::id) == runtime)
        })
    }
}

impl State {
    /// When something of this is to be looked at.
    pub(super) fn next_look(&mut self, now: Time) -> Option<Time> {
        let renewal = self.renewals.iter().map(|renews| renews.at).min();
        // As long as there are places, nobody minds an attempt that keeps one.
        let attempts = self.scheduler.lacks_places();
        let attempts = attempts.then(|| *self.look_at.get_or_insert(now.after(LOOKS.0)));
        let looks = [renewal, attempts].into_iter().flatten();
        looks.min().filter(|look| *look < Time::NEVER)
    }

    pub(super) fn overdue_renewals(&mut self, now: Time) -> GivenUp {
        if self.renewals.is_empty() {
            return Vec::new();
        }
        let due = self.renewals.extract_if(.., |renews| renews.at <= now);
        let due = due.filter_map(|renews| Some((renews.begun_by.upgrade()?, renews.begun)));
        due.collect()
    }

    /// The attempts that should have ended, if it is time to look at them.
    pub(super) fn overdue_attempts(&mut self, now: Time) -> Vec<Overdue> {
        if self.look_at.is_none_or(|look| now < look) {
            return Vec::new();
        }
        if !self.scheduler.lacks_places() {
            self.look_at = None;
            return Vec::new();
        }
        let mut next = Time::NEVER;
        let mut overdue = Vec::new();
        for (id, cell, started) in self.scheduler.under_way() {
            let ends = cell.until(started).after(LATE);
            if ends > now {
                next = next.min(ends);
            } else if let Some(number) = cell.under_way() {
                let cell = Arc::clone(cell);
                overdue.push(Overdue {
                    id,
                    cell,
                    started,
                    number,
                });
            }
        }
        self.look_at = Some(next.clamp(now.after(LOOKS.0), now.after(LOOKS.1)));
        overdue
    }
}
