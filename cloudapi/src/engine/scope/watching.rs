//! The scope as it looks from outside, and the one place where it tells what
//! happens.

use std::sync::Arc;
use std::time::Duration;

use super::{Scope, State};
use crate::engine::CallCell;
use crate::error::{AttemptOutcome, ErrorKind};
use crate::schedule::{
    Action, CallId, Ending, Joining, Next, Refusal, Said, Start, Terms, Time, Verdict, Whereabouts,
};
use crate::watch::{EventKind, Events, Status};

/// How an attempt has ended.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Finished<'a> {
    pub(in crate::engine) verdict: Verdict,
    /// What the response says about the pace, and which start it answers.
    pub(in crate::engine) heard: (&'a Said, Start),
    pub(in crate::engine) outcome: AttemptOutcome,
    /// Which attempt of its call it is, counted from 1.
    pub(in crate::engine) number: u32,
    pub(in crate::engine) took: Duration,
}

impl Scope {
    pub(crate) fn status(&self) -> Status {
        let state = self.lock();
        let now = self.clock.now().max(state.latest);
        let (look, counts) = (state.scheduler.look(now), state.watched.counts);
        drop(state);
        Status::new(counts, &look, now, self.clock.wall())
    }

    pub(crate) fn events(&self) -> Events {
        self.lock().watched.listen()
    }

    /// Where a call is, if it has not ended; and what time it is.
    pub(crate) fn whereabouts(&self, id: CallId) -> (Option<Whereabouts>, Time) {
        let state = self.lock();
        let now = self.clock.now().max(state.latest);
        let whereabouts = match state.scheduler.to_rehearse(id, now) {
            None => state.scheduler.whereabouts(id, now),
            Some(rehearsal) => {
                drop(state);
                rehearsal.rehearse(id, now)
            }
        };
        (whereabouts, now)
    }
}

impl State {
    /// Takes a call in.
    pub(super) fn take_in(
        &mut self,
        cell: &CallCell,
        job: Arc<CallCell>,
        joining: Joining,
        now: Time,
    ) -> Result<CallId, Refusal> {
        let taken = if cell.client.closing().has_begun() {
            Err(Refusal::Shutdown)
        } else {
            self.scheduler.submit(job, joining, now)
        };
        match taken {
            Ok(id) => {
                cell.set_id(id);
                self.watched.note(id, cell, || 0, EventKind::Submitted);
            }
            Err(refusal) => self.watched.note_turned_away(cell, ended_by(refusal)),
        }
        taken
    }

    /// What becomes of a call after an attempt, for the scheduler and for people.
    pub(super) fn finish(
        &mut self,
        id: CallId,
        cell: &CallCell,
        finished: Finished<'_>,
        terms: &Terms,
        now: Time,
    ) -> Option<(Next, EventKind)> {
        let (said, start) = finished.heard;
        self.scheduler.heard(said, start, now);
        let next = self.scheduler.finish(id, finished.verdict, terms, now)?;
        if next == Next::Ends(Ending::Done)
            && let AttemptOutcome::Status(status) = finished.outcome
        {
            // Most often so, and then as little as can be.
            let Finished { number, took, .. } = finished;
            let answered = EventKind::Answered { status, took };
            self.watched.note(id, cell, || number, answered);
            if !said.unreadable.is_empty() {
                let fields = &said.unreadable;
                self.watched.note_unreadable(id, cell, number, fields);
            }
            self.watched.note(id, cell, || number, EventKind::Done);
            return Some((next, EventKind::Done));
        }
        Some(self.not_done(id, cell, finished, next, now))
    }

    /// The same where the attempt has not brought the answer.
    #[cold]
    fn not_done(
        &mut self,
        id: CallId,
        cell: &CallCell,
        finished: Finished<'_>,
        mut next: Next,
        now: Time,
    ) -> (Next, EventKind) {
        let Finished {
            verdict,
            outcome,
            number,
            took,
            heard: (said, _),
        } = finished;
        if next == Next::Waits && cell.client.closing().is_shut_down() {
            // The attempt has the job too, so this is not its end.
            let _job = self.scheduler.cancel(id);
            next = Next::Ends(Ending::Refused(Refusal::Shutdown));
        }
        let came = match outcome {
            AttemptOutcome::Status(status) => EventKind::Answered { status, took },
            AttemptOutcome::Failure(failure) => EventKind::Failed { failure, took },
        };
        let then = match next {
            Next::Ends(ending) => EventKind::Ended {
                kind: ErrorKind::of(ending, Some(outcome)),
            },
            Next::Waits => self.waits(id, verdict, outcome, now),
        };
        self.watched.note(id, cell, || number, came);
        self.watched
            .note_unreadable(id, cell, number, &said.unreadable);
        self.watched.note(id, cell, || number, then);
        (next, then)
    }

    fn waits(&self, id: CallId, verdict: Verdict, outcome: AttemptOutcome, now: Time) -> EventKind {
        match verdict {
            Verdict::Throttled(_) => EventKind::Throttled {
                wait: self.scheduler.closed_until().since(now),
            },
            Verdict::Again => match outcome {
                AttemptOutcome::Status(status) if status.is_redirection() => EventKind::Redirected,
                _ => EventKind::Renews,
            },
            _ => match self.scheduler.backs_off_until(id) {
                Some(until) => EventKind::Retries {
                    after: until.since(now),
                },
                None => EventKind::Requeued,
            },
        }
    }

    /// Takes a call out that has not ended; `kind` is told whether an attempt is
    /// under way.
    pub(super) fn take_out(
        &mut self,
        id: CallId,
        kind: impl FnOnce(bool) -> EventKind,
    ) -> Option<Arc<CallCell>> {
        let in_flight = self.scheduler.in_flight_since(id).is_some();
        let cell = self.scheduler.cancel(id)?;
        let attempts = || cell.recorded() + u32::from(in_flight);
        self.watched.note(id, &cell, attempts, kind(in_flight));
        Some(cell)
    }

    /// A call that was held back may go on.
    pub(super) fn let_in(&mut self, id: CallId, now: Time) {
        let Some(cell) = self.scheduler.held(id).cloned() else {
            return;
        };
        self.scheduler.release(id, now);
        let attempts = || cell.recorded();
        self.watched.note(id, &cell, attempts, EventKind::Released);
        // The scheduler has the job too, so this is not its end.
        drop(cell);
    }
}

impl super::Watched {
    /// What the scheduler wants done is as good as done.
    #[inline]
    pub(super) fn note_action(&mut self, action: &Action<Arc<CallCell>>) {
        match action {
            Action::Start(id, cell) => {
                self.note(*id, cell, || cell.recorded() + 1, EventKind::Started);
            }
            Action::Refuse(cell, refusal) => {
                self.note(cell.id(), cell, || cell.recorded(), ended_by(*refusal));
            }
        }
    }
}

const fn ended_by(refusal: Refusal) -> EventKind {
    EventKind::Ended {
        kind: ErrorKind::of(Ending::Refused(refusal), None),
    }
}
