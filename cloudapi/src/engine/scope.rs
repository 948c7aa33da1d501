//! One gate and its queue, shared by every client of one API.

#[cfg(feature = "testing")]
mod bench;
mod closing;
mod overdue;
mod turn;
mod wakes;
mod watching;

use std::num::NonZeroU32;
use std::sync::{Arc, PoisonError, Weak};

use super::sharing::Sharing;
use super::sync::{Mutex, MutexGuard};
use super::{CallCell, Clock, renewal};
use crate::client::ClientCore;
use crate::schedule::{CallId, Gate, LaneId, Limits, Rate, Refusal, Room, Scheduler, Terms, Time};
use crate::watch::{EventKind, Watched};

use overdue::Renews;
use turn::Turn;
use wakes::Wakes;
pub(crate) use watching::Concluded;
pub(super) use watching::Finished;

/// What a client wants of its scope. All clients of one scope want the same.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claim {
    /// In order, so that it does not matter in which they were declared.
    pub(crate) rates: Vec<Rate>,
    pub(crate) maximum_in_flight: NonZeroU32,
    pub(crate) room: Room,
    pub(crate) circuit_threshold: u16,
    pub(crate) retry_budget: Option<f64>,
    #[cfg(feature = "store")]
    pub(crate) store: Option<crate::store::StoreHandle>,
    /// What is done while it is away; of no matter without one.
    #[cfg(feature = "store")]
    pub(crate) store_down: crate::schedule::StoreDown,
    /// What the scope is called in it.
    #[cfg(feature = "store")]
    pub(crate) store_scope: String,
}

impl From<&Claim> for Gate {
    fn from(claim: &Claim) -> Self {
        Self {
            limits: Limits::new(&claim.rates),
            maximum_in_flight: claim.maximum_in_flight.get(),
            room: claim.room,
            circuit_threshold: claim.circuit_threshold,
            retry_budget: claim.retry_budget,
        }
    }
}

/// The endpoints that have a limit of their own, as far as they are alike in all
/// this. The address of a declaration says nothing: the compiler may merge two, or
/// double one.
#[derive(Debug)]
pub(super) struct Limited {
    pub(super) method: &'static str,
    /// The template, with that of the client before it.
    pub(super) path: String,
    pub(super) rates: &'static [Rate],
    pub(super) lane: LaneId,
}

#[derive(Debug)]
pub(crate) struct Scope {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
pub(super) struct State {
    pub(super) scheduler: Scheduler<Arc<CallCell>>,
    claim: Claim,
    /// The latest time that the scheduler has been told.
    pub(super) latest: Time,
    pub(super) wakes: Wakes,
    /// Clients that are alive.
    clients: usize,
    /// Those of which a call has been made.
    pub(super) limited: Vec<Limited>,
    /// When the time of clients that are shut down is over.
    stops: Vec<(Time, Weak<ClientCore>)>,
    /// Those that may have ended.
    renewals: Vec<Renews>,
    /// When to look for attempts that should have ended, if there is need.
    look_at: Option<Time>,
    pub(super) watched: Watched,
    /// The store that keeps the limits, if one does.
    pub(super) sharing: Sharing,
}

impl Scope {
    pub(super) fn new(clock: Clock, claim: Claim) -> Arc<Self> {
        let (watched, seed) = (Watched::new(clock.clone()), clock.seed());
        let sharing = Sharing::new(&claim, &clock);
        let mut scheduler = Scheduler::new((&claim).into()).seeded(seed);
        scheduler.set_share(Sharing::down(&claim), Time::ZERO);
        Arc::new(Self {
            clock,
            state: Mutex::new(State {
                scheduler,
                claim,
                latest: Time::ZERO,
                wakes: Wakes::default(),
                clients: 0,
                limited: Vec::new(),
                stops: Vec::new(),
                renewals: Vec::new(),
                look_at: None,
                watched,
                sharing,
            }),
        })
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// The lane of an endpoint with a limit of its own.
    pub(crate) fn lane(
        &self,
        method: &'static str,
        [prefix, path]: [&str; 2],
        rates: &'static [Rate],
    ) -> LaneId {
        let mut state = self.lock();
        // There are as many as declarations at most, so this is soon done.
        let known = state.limited.iter().find(|known| {
            let rest = known.path.strip_prefix(prefix);
            known.method == method && rest == Some(path) && known.rates == rates
        });
        if let Some(known) = known {
            return known.lane;
        }
        let lane = state.scheduler.add_lane(rates);
        state.limited.push(Limited {
            method,
            path: [prefix, path].concat(),
            rates,
            lane,
        });
        lane
    }

    /// Takes a call in; it starts at once if a slot is free.
    pub(super) fn submit(
        self: &Arc<Self>,
        cell: &Arc<CallCell>,
        now: Time,
    ) -> Result<CallId, Refusal> {
        let (result, turn) = self.taken_in(cell, now);
        if turn.is_empty() {
            // It waits, maybe for what was asked of the clock before this process was
            // forked.
            self.clock.watch_on();
        }
        turn.carry_out(self);
        result
    }

    fn taken_in(&self, cell: &Arc<CallCell>, now: Time) -> (Result<CallId, Refusal>, Turn) {
        let (job, joining) = (Arc::clone(cell), cell.joining());
        self.locked(now, |state, now| state.take_in(cell, job, joining, now))
    }

    /// Time has passed.
    pub(super) fn turn(self: &Arc<Self>) {
        let ((stops, renewals, attempts), turn) = self.locked(self.clock.now(), |state, now| {
            state.wakes.came(now);
            let renewals = state.overdue_renewals(now);
            (state.due_stops(now), renewals, state.overdue_attempts(now))
        });
        turn.carry_out(self);
        for client in stops.iter().filter_map(Weak::upgrade) {
            self.stop(&client);
        }
        for (begun_by, begun) in renewals {
            renewal::give_up(self, &begun_by, begun);
        }
        for attempt in attempts {
            attempt.end();
        }
    }

    /// An attempt has ended. `None` if its call is no longer wanted.
    pub(super) fn finish(
        self: &Arc<Self>,
        id: CallId,
        cell: &CallCell,
        finished: Finished<'_>,
        terms: &Terms,
        now: Time,
    ) -> Option<Concluded> {
        let (concluded, turn) = self.finished(id, cell, finished, terms, now);
        turn.carry_out(self);
        concluded
    }

    fn finished(
        &self,
        id: CallId,
        cell: &CallCell,
        finished: Finished<'_>,
        terms: &Terms,
        now: Time,
    ) -> (Option<Concluded>, Turn) {
        self.locked(now, |state, now| {
            state.finish(id, cell, finished, terms, now)
        })
    }

    /// The caller has gone.
    pub(super) fn cancel(self: &Arc<Self>, id: CallId) {
        // The job is dropped after the lock is released: it may be the last
        // owner of a client, which locks the scope to leave it.
        let _job = self.withdraw(id, |_, in_flight| EventKind::Cancelled { in_flight });
    }

    /// Takes a call out, if it has not ended. What is told of it may depend on
    /// whether an attempt is under way.
    pub(super) fn withdraw(
        self: &Arc<Self>,
        id: CallId,
        kind: impl FnOnce(&CallCell, bool) -> EventKind,
    ) -> Option<Arc<CallCell>> {
        let (job, turn) = self.locked(self.clock.now(), |state, _| state.take_out(id, kind));
        turn.carry_out(self);
        job
    }

    /// Calls that were held back may go on. Their turn comes from the clock's own
    /// thread: whoever lets them in may have been called by a turn itself.
    pub(super) fn let_in(self: &Arc<Self>, calls: Vec<CallId>, now: Time) {
        if calls.is_empty() {
            return;
        }
        let (now, is_earlier, rest) = {
            let mut state = self.lock();
            let now = now.max(state.latest);
            for id in calls {
                state.let_in(id, now);
            }
            (now, state.wakes.ask(now), state.watched.rest())
        };
        rest.carry_out();
        if is_earlier {
            self.clock.wake_at(now, Arc::downgrade(self));
        }
    }

    /// One more client; `Err` holds the claim in force if it differs.
    pub(super) fn enter(&self, claim: Claim, now: Time) -> Result<(), Claim> {
        let mut state = self.lock();
        if state.claim != claim {
            if state.clients > 0 || !state.scheduler.is_empty() {
                return Err(state.claim.clone());
            }
            state.scheduler.set_gate((&claim).into(), now);
            state.scheduler.set_share(Sharing::down(&claim), now);
            state.sharing = Sharing::new(&claim, &self.clock);
            state.claim = claim;
        }
        state.clients += 1;
        Ok(())
    }

    pub(super) fn leave(&self) {
        let mut state = self.lock();
        state.clients -= 1;
        if state.clients == 0 {
            let rest = state.watched.end();
            drop(state);
            rest.carry_out();
        }
    }

    /// Nobody would miss it.
    pub(super) fn is_forgettable(&self) -> bool {
        let state = self.lock();
        state.clients == 0 && state.scheduler.is_neutral(self.clock.now())
    }

    /// Tells the scheduler something, and asks it what is to be done; that has
    /// to be carried out without the lock.
    pub(super) fn locked<R>(
        &self,
        now: Time,
        act: impl FnOnce(&mut State, Time) -> R,
    ) -> (R, Turn) {
        let mut state = self.lock();
        // The clock was read without the lock, which so is held more briefly;
        // for the scheduler time does not run backwards even so.
        let now = now.max(state.latest);
        state.latest = now;
        let result = act(&mut state, now);
        // Who waits has its slot from the clock's own thread, and nobody
        // overtakes it by having been here at the right moment.
        let turn = if state.wakes.is_due(now) {
            Turn::empty(now, state.watched.rest())
        } else {
            Turn::gather(&mut state, now)
        };
        (result, turn)
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
