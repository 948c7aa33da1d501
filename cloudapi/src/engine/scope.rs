//! One gate and its queue, shared by every client of one API.

use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::attempt::Attempt;
use super::{CallCell, Clock};
use crate::schedule::{
    Action, CallId, Gate, Limit, Next, Refusal, Scheduler, Terms, Time, Verdict,
};

/// What a client wants of its scope. All clients of one scope want the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claim {
    pub(crate) callrateperhour: NonZeroU32,
    pub(crate) maximum_in_flight: NonZeroU32,
}

impl From<Claim> for Gate {
    fn from(claim: Claim) -> Self {
        Self {
            limit: Limit::per_hour(claim.callrateperhour),
            maximum_in_flight: claim.maximum_in_flight.get(),
        }
    }
}

#[derive(Debug)]
pub(crate) struct Scope {
    clock: Clock,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    scheduler: Scheduler<Arc<CallCell>>,
    claim: Claim,
    /// The earliest turn that has been asked of the clock.
    armed: Option<Time>,
    /// Clients that are alive.
    clients: usize,
}

/// What a turn of the scheduler asked for. Nearly always there is at most one
/// action, which then costs no allocation.
#[derive(Default)]
struct Turn {
    now: Time,
    first: Option<Action<Arc<CallCell>>>,
    more: Vec<Action<Arc<CallCell>>>,
    arm: Option<Time>,
}

impl Scope {
    pub(super) fn new(clock: Clock, claim: Claim) -> Arc<Self> {
        Arc::new(Self {
            clock,
            state: Mutex::new(State {
                scheduler: Scheduler::new(claim.into()),
                claim,
                armed: None,
                clients: 0,
            }),
        })
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }

    /// Takes a call in; it starts at once if a slot is free.
    pub(super) fn submit(self: &Arc<Self>, cell: &Arc<CallCell>) -> Result<CallId, Refusal> {
        self.locked(|state, now| {
            let deadline = cell.submitted(now);
            state.scheduler.submit(Arc::clone(cell), deadline, now)
        })
    }

    /// Time has passed.
    pub(super) fn turn(self: &Arc<Self>) {
        self.locked(|state, now| {
            if state.armed.is_some_and(|armed| armed <= now) {
                state.armed = None;
            }
        });
    }

    /// An attempt has ended. `None` if its call is no longer wanted.
    pub(super) fn finish(
        self: &Arc<Self>,
        id: CallId,
        verdict: Verdict,
        terms: &Terms,
    ) -> Option<Next> {
        self.locked(|state, now| state.scheduler.finish(id, verdict, terms, now))
    }

    /// The caller has gone.
    pub(super) fn cancel(self: &Arc<Self>, id: CallId) {
        // The job is dropped after the lock is released: it may be the last
        // owner of a client, which locks the scope to leave it.
        let _job = self.locked(|state, _| state.scheduler.cancel(id));
    }

    /// One more client; `Err` holds the claim in force if it differs.
    pub(super) fn enter(&self, claim: Claim, now: Time) -> Result<(), Claim> {
        let mut state = self.lock();
        if state.claim != claim {
            if state.clients > 0 || !state.scheduler.is_empty() {
                return Err(state.claim);
            }
            state.scheduler.set_gate(claim.into(), now);
            state.claim = claim;
        }
        state.clients += 1;
        Ok(())
    }

    pub(super) fn leave(&self) {
        self.lock().clients -= 1;
    }

    /// Nobody would miss it.
    pub(super) fn is_forgettable(&self) -> bool {
        let state = self.lock();
        state.clients == 0 && state.scheduler.is_neutral(self.clock.now())
    }

    fn locked<R>(self: &Arc<Self>, act: impl FnOnce(&mut State, Time) -> R) -> R {
        let mut turn = Turn::default();
        let result = {
            let mut state = self.lock();
            // Read under the lock, so that time does not run backwards for
            // the scheduler.
            let now = self.clock.now();
            let result = act(&mut state, now);
            turn.gather(&mut state, now);
            result
        };
        turn.carry_out(self);
        result
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    fn gather(&mut self, state: &mut State, now: Time) {
        self.now = now;
        while let Some(action) = state.scheduler.poll(now) {
            if self.first.is_none() {
                self.first = Some(action);
            } else {
                self.more.push(action);
            }
        }
        if let Some(wake) = state.scheduler.next_wake()
            && state.armed.is_none_or(|armed| wake < armed)
        {
            state.armed = Some(wake);
            self.arm = Some(wake);
        }
    }

    fn carry_out(self, scope: &Arc<Scope>) {
        if let Some(at) = self.arm {
            scope.clock.wake_at(at, Arc::downgrade(scope));
        }
        for action in self.first.into_iter().chain(self.more) {
            match action {
                Action::Start(id, cell) => Attempt::start(id, self.now, cell),
                Action::Refuse(cell, refusal) => cell.refuse(refusal),
            }
        }
    }
}
