//! What the scheduler asks for, and how it is carried out: without the lock, and one
//! thing after the other.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use super::{Scope, State};
use crate::details::unless_it_panics;
use crate::engine::attempt::Attempt;
use crate::engine::{CallCell, renewal, sync};
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
            let admission = renewal.admit(id, then, now);
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
        let wakes = [state.scheduler.next_wake(), state.next_look(now)];
        let wake = wakes.into_iter().flatten().min();
        let arm = wake.filter(|wake| state.wakes.ask(*wake));
        Self {
            now,
            first,
            more,
            arm,
            rest: state.watched.rest(),
        }
    }

    /// Whether nothing starts or ends by it.
    pub(super) const fn is_empty(&self) -> bool {
        self.first.is_none() && self.more.is_none()
    }

    pub(in crate::engine) fn carry_out(mut self, scope: &Arc<Scope>) {
        if let Some(at) = self.arm {
            scope.clock.wake_at(at, Arc::downgrade(scope));
        }
        std::mem::take(&mut self.rest).carry_out();
        if !self.is_empty() {
            one_at_a_time(scope, self);
        }
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

/// The turns that come after the one that a thread is at.
type Later = VecDeque<(Arc<Scope>, Turn)>;

sync::thread_local! {
    /// `None` if this thread is at no turn.
    static LATER: RefCell<Option<Later>> = const { RefCell::new(None) };
}

/// Acts on a turn, unless that is asked for by what another one does on this thread: then
/// it comes after that. A runtime that has ended drops an attempt as it is started, which
/// brings the turn of the next; so a queue would be worked off as deep in the stack as it
/// is long.
fn one_at_a_time(scope: &Arc<Scope>, turn: Turn) {
    let mut turn = Some(turn);
    // Not to be had where the thread ends, and what it keeps is dropped.
    let _ = LATER.try_with(|later| match &mut *later.borrow_mut() {
        Some(later) => later.extend(turn.take().map(|turn| (Arc::clone(scope), turn))),
        none => *none = Some(VecDeque::new()),
    });
    let Some(turn) = turn else { return };
    turn.act(scope);
    while let Some((scope, turn)) = next() {
        // Whatever goes with the scope, the thread is done with this turn.
        unless_it_panics(move || turn.act(&scope));
    }
}

/// The next turn; after the last, the thread is at none.
fn next() -> Option<(Arc<Scope>, Turn)> {
    let next = LATER.try_with(|later| {
        let mut later = later.borrow_mut();
        let next = later.as_mut().and_then(VecDeque::pop_front);
        if next.is_none() {
            *later = None;
        }
        next
    });
    next.ok().flatten()
}
