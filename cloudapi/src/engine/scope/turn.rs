//! What the scheduler asks for, and how it is carried out: without the lock.

use std::sync::Arc;
use std::time::Duration;

use super::{Scope, State};
use crate::details::unless_it_panics;
use crate::engine::attempt::Attempt;
use crate::engine::{CallCell, renewal};
use crate::schedule::{Action, Asked, CallId, Start, Time};
use crate::watch::{EventKind, Rest};

/// What a turn of the scheduler asked for. Nearly always there is at most one
/// action, which then costs no allocation.
#[must_use]
pub(in crate::engine) struct Turn {
    pub(super) now: Time,
    pub(super) first: Option<Due>,
    /// Seldom there, and so handed on in one word.
    more: Option<Box<More>>,
    arm: Option<Time>,
    rest: Rest,
}

#[derive(Default)]
struct More {
    due: Vec<Due>,
    /// Calls that need new credentials.
    renewals: Vec<(CallId, Arc<CallCell>)>,
    /// What the store is to be asked.
    asked: Option<Asked>,
    /// For how long it is to be told that the gate is closed.
    closing: Option<Duration>,
}

/// What is to be carried out; the start counts if it is one.
pub(super) struct Due {
    action: Action<Arc<CallCell>>,
    start: Start,
}

impl Due {
    fn carry_out(self, now: Time) {
        match self.action {
            Action::Start(id, cell) => Attempt::start(id, self.start, now, &cell),
            Action::Refuse(cell, refusal) => cell.refuse(refusal),
            // That is for the scope.
            Action::Ask(_) => {}
        }
    }
}

impl Turn {
    pub(super) const fn empty(now: Time, rest: Rest) -> Self {
        Self {
            now,
            first: None,
            more: None,
            arm: None,
            rest,
        }
    }

    pub(super) fn gather(state: &mut State, now: Time) -> Self {
        let mut more: Option<Box<More>> = None;
        let State {
            scheduler, watched, ..
        } = state;
        let mut first = None;
        while let Some(action) = scheduler.poll_ready(now, |id, cell, then| {
            let Some(renewal) = cell.client.renewal() else {
                return true;
            };
            let admission = renewal.admit(id, then);
            if admission.is_due {
                let renewals = &mut more.get_or_insert_default().renewals;
                renewals.push((id, Arc::clone(cell)));
            }
            if !admission.is_ready {
                watched.note(id, cell, || cell.recorded(), EventKind::Held);
            }
            admission.is_ready
        }) {
            if let Action::Ask(asked) = action {
                more.get_or_insert_default().asked = Some(asked);
                continue;
            }
            watched.note_action(&action);
            let start = scheduler.latest_start();
            let due = Due { action, start };
            match first {
                None => first = Some(due),
                Some(_) => more.get_or_insert_default().due.push(due),
            }
        }
        if let Some(wait) = state.sharing.take_closing() {
            more.get_or_insert_default().closing = Some(wait);
        }
        state.tell_of_store(now);
        let wake = state.scheduler.next_wake();
        let arm = wake.filter(|wake| state.wakes.ask(*wake));
        Self {
            now,
            first,
            more,
            arm,
            rest: state.watched.rest(),
        }
    }

    pub(in crate::engine) fn carry_out(mut self, scope: &Arc<Scope>) {
        if let Some(at) = self.arm {
            scope.clock.wake_at(at, Arc::downgrade(scope));
        }
        std::mem::take(&mut self.rest).carry_out();
        self.act(scope);
    }

    /// Calls of others wait for each part of it, so none is left out for what another
    /// does: there are a subscriber, and drops, that are not ours.
    fn act(self, scope: &Arc<Scope>) {
        let now = self.now;
        if let Some(due) = self.first {
            unless_it_panics(|| due.carry_out(now));
        }
        let Some(more) = self.more else { return };
        for due in more.due {
            unless_it_panics(|| due.carry_out(now));
        }
        for (id, cell) in more.renewals {
            unless_it_panics(|| renewal::start(scope, id, cell));
        }
        if let Some(wait) = more.closing {
            unless_it_panics(|| scope.tell_closed(wait));
        }
        if let Some(asked) = more.asked {
            unless_it_panics(|| scope.ask(asked));
        }
    }
}
