//! For the benchmarks: the way of a call through the gate, without the attempt.

use std::sync::Arc;
use std::time::Duration;

use http::StatusCode;

use super::{Finished, Scope};
use crate::engine::CallCell;
use crate::error::AttemptOutcome;
use crate::schedule::{CallId, Gate, Said, Start, Terms, Time, Verdict};

impl Scope {
    /// The latest slots of a fast limit, since the clock began.
    pub(crate) fn recent_slots(&self) -> Vec<Duration> {
        let state = self.lock();
        let slots = state.scheduler.gate().limits.recent();
        slots.map(|slot| slot.since(Time::ZERO)).collect()
    }

    /// Lifts the limit.
    pub(crate) fn open_wide(&self) {
        self.lock().scheduler.set_gate(Gate::WIDE, self.clock.now());
    }

    pub(crate) fn pass(&self, cell: &Arc<CallCell>) -> CallId {
        match self.taken_in(cell, self.clock.now()) {
            (Ok(id), turn) if turn.first.is_some() => id,
            _ => unreachable!("a gate without a limit is open"),
        }
    }

    pub(crate) fn passed(&self, cell: &CallCell, id: CallId, terms: &Terms) {
        let finished = Finished {
            report: Verdict::Done.into(),
            heard: (&Said::default(), Start::default()),
            outcome: AttemptOutcome::Status(StatusCode::OK),
            number: 1,
            took: Duration::ZERO,
        };
        let (concluded, _) = self.finished(id, cell, finished, terms, self.clock.now());
        debug_assert!(concluded.is_some());
    }
}
