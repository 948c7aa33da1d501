//! The scope as it looks from outside, and the one place where it tells what
//! happens.

use std::sync::Arc;
use std::time::Duration;

use super::{Scope, State};
use crate::engine::CallCell;
use crate::error::{AttemptOutcome, ErrorKind};
use crate::schedule::{
    Action, CallId, Ending, Joining, Next, Refusal, Report, Said, Start, Terms, Time, Verdict,
    Whereabouts,
};
use crate::watch::{EventKind, Events, Status};

/// How an attempt has ended.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine) struct Finished<'a> {
    pub(in crate::engine) report: Report,
    /// What the response says about the pace, and which start it answers.
    pub(in crate::engine) heard: (&'a Said, Start),
    pub(in crate::engine) outcome: AttemptOutcome,
    /// Which attempt of its call it is, counted from 1.
    pub(in crate::engine) number: u32,
    pub(in crate::engine) took: Duration,
}

/// What becomes of a call after an attempt.
#[derive(Clone, Copy, Debug)]
// Only a trace wants to know more than what comes next.
#[cfg_attr(not(feature = "tracing"), allow(dead_code))]
pub(crate) struct Concluded {
    pub(crate) next: Next,
    pub(crate) then: EventKind,
    /// The attempt has opened or closed the circuit.
    pub(crate) circuit: Option<EventKind>,
}

impl Scope {
    pub(crate) fn status(&self) -> Status {
        let state = self.lock();
        let now = self.clock.now().max(state.latest);
        let (look, counts) = (state.scheduler.look(now), state.watched.counts);
        let at = self.clock.wall();
        let store_outage = look.store_outage.map(|(since, down)| {
            let since = at.checked_sub(now.since(since)).unwrap_or(at);
            state.sharing.outage(since, down)
        });
        drop(state);
        Status::new(counts, &look, now, at).with_store(store_outage)
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
            Err(refusal) => self.watched.note_turned_away(cell, ended_by(cell, refusal)),
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
    ) -> Option<Concluded> {
        let (said, start) = finished.heard;
        self.scheduler.heard(said, start, now);
        let before = self.scheduler.outage();
        let next = self.scheduler.finish(id, finished.report, terms, now)?;
        let circuit = match (before, self.scheduler.outage()) {
            (None, Some((_, until))) => {
                let next_probe = until.since(now);
                Some(EventKind::CircuitOpened { next_probe })
            }
            (Some((since, _)), None) => {
                let after = now.since(since);
                Some(EventKind::CircuitClosed { after })
            }
            _ => None,
        };
        if next == Next::Ends(Ending::Done)
            && circuit.is_none()
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
            let then = EventKind::Done;
            return Some(Concluded {
                next,
                then,
                circuit,
            });
        }
        let (next, then) = self.not_done(id, cell, finished, (next, circuit), now);
        Some(Concluded {
            next,
            then,
            circuit,
        })
    }

    /// The same where the attempt has not brought the answer, or more than that.
    #[cold]
    fn not_done(
        &mut self,
        id: CallId,
        cell: &CallCell,
        finished: Finished<'_>,
        (mut next, circuit): (Next, Option<EventKind>),
        now: Time,
    ) -> (Next, EventKind) {
        let Finished {
            report,
            outcome,
            number,
            took,
            heard: (said, _),
        } = finished;
        if let Verdict::Throttled(_) = report.verdict
            && report.tells
        {
            let until = self.scheduler.closed_to_all_until(now);
            self.sharing.close(until.since(now));
        }
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
            Next::Ends(Ending::Done) => EventKind::Done,
            Next::Ends(ending) => EventKind::Ended {
                kind: cell.kind(ErrorKind::of(ending, Some(outcome)), Some(outcome)),
            },
            Next::Waits => self.waits(id, report, outcome, now),
        };
        self.watched.note(id, cell, || number, came);
        self.watched
            .note_unreadable(id, cell, number, &said.unreadable);
        for kind in [circuit, Some(then)].into_iter().flatten() {
            self.watched.note(id, cell, || number, kind);
        }
        (next, then)
    }

    fn waits(&self, id: CallId, report: Report, outcome: AttemptOutcome, now: Time) -> EventKind {
        let outage = match report.verdict {
            Verdict::Unreachable { .. } if report.tells => self.scheduler.outage(),
            _ => None,
        };
        match report.verdict {
            Verdict::Throttled(_) => {
                let own = self.scheduler.backs_off_until(id);
                let until = own.unwrap_or_else(|| self.scheduler.closed_until());
                let wait = until.since(now);
                EventKind::Throttled { wait }
            }
            Verdict::Again | Verdict::AgainAfter(_) => match outcome {
                AttemptOutcome::Status(status) if status.is_redirection() => EventKind::Redirected,
                _ => EventKind::Renews,
            },
            _ => match (self.scheduler.backs_off_until(id), outage) {
                (Some(until), _) => EventKind::Retries {
                    after: until.since(now),
                },
                // It has gone to the front, and not to the back.
                (None, Some((_, until))) => EventKind::Unreachable {
                    wait: until.since(now),
                },
                (None, None) => EventKind::Requeued,
            },
        }
    }

    /// Takes a call out that has not ended; `kind` is told whether an attempt is
    /// under way.
    pub(super) fn take_out(
        &mut self,
        id: CallId,
        kind: impl FnOnce(&CallCell, bool) -> EventKind,
    ) -> Option<Arc<CallCell>> {
        let in_flight = self.scheduler.in_flight_since(id).is_some();
        let cell = self.scheduler.cancel(id)?;
        let attempts = || cell.recorded() + u32::from(in_flight);
        let kind = kind(&cell, in_flight);
        self.watched.note(id, &cell, attempts, kind);
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
                self.note(
                    cell.id(),
                    cell,
                    || cell.recorded(),
                    ended_by(cell, *refusal),
                );
            }
            Action::Ask(_) => {}
        }
    }
}

fn ended_by(cell: &CallCell, refusal: Refusal) -> EventKind {
    let kind = ErrorKind::of(Ending::Refused(refusal), None);
    EventKind::Ended {
        kind: cell.kind(kind, None),
    }
}
