//! One call, from its submission to its one answer.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use tokio::task::JoinHandle;

use crate::client::ClientCore;
use crate::error::{AttemptOutcome, AttemptRecord, Error};
use crate::request::Request;
use crate::response::Response;
use crate::schedule::{CallId, Ending, Judgement, Refusal, Time};

/// The one answer of a call. Boxed, since a million calls may wait for theirs.
type Answer = Result<Box<Response<Bytes>>, Error>;

/// What the engine knows of a call. It is shared by the caller, the scheduler
/// and the attempt that is under way.
#[derive(Debug)]
pub(crate) struct CallCell {
    pub(crate) client: Arc<ClientCore>,
    pub(crate) request: Request,
    state: Mutex<CellState>,
}

#[derive(Debug, Default)]
struct CellState {
    submitted: Time,
    runtime: Option<tokio::runtime::Handle>,
    waker: Option<Waker>,
    stage: Stage,
    /// Attempts that did not bring the answer. Boxed, since most calls have
    /// none.
    log: Option<Box<Vec<AttemptRecord>>>,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Waiting,
    /// The task of the attempt, so that it can be stopped.
    InFlight(JoinHandle<()>),
    Answered(Answer),
    /// The caller has its answer, or has gone.
    Over,
}

impl CallCell {
    pub(crate) fn new(client: Arc<ClientCore>, request: Request) -> Self {
        Self {
            client,
            request,
            state: Mutex::default(),
        }
    }

    pub(crate) fn judgement(&self) -> Judgement {
        self.request.judgement(self.client.terms().retry)
    }

    pub(crate) fn deadline(&self) -> Time {
        let submitted = self.lock().submitted;
        self.deadline_from(submitted)
    }

    /// Hands the call to the scheduler. From here on the runtime that is
    /// current now carries its attempts.
    pub(crate) fn submit(self: Arc<Self>) -> Result<Handle, Error> {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return Err(Error::no_runtime(&self));
        };
        self.lock().runtime = Some(runtime);
        match self.client.scope().submit(&self) {
            Ok(id) => Ok(Handle { cell: self, id }),
            Err(refusal) => {
                let ending = Ending::Refused(refusal);
                Err(Error::ended(&self, ending, None, Vec::new()))
            }
        }
    }

    /// The call enters the queue; returns its deadline.
    pub(super) fn submitted(&self, now: Time) -> Time {
        self.lock().submitted = now;
        self.deadline_from(now)
    }

    /// The time since the call was submitted.
    pub(crate) fn elapsed(&self) -> Duration {
        let submitted = self.lock().submitted;
        self.client.scope().clock().now().since(submitted)
    }

    pub(super) fn runtime(&self) -> Option<tokio::runtime::Handle> {
        self.lock().runtime.clone()
    }

    pub(super) fn record(&self, started: Time, now: Time, outcome: AttemptOutcome) {
        let mut state = self.lock();
        let record = AttemptRecord {
            at: started.since(state.submitted),
            took: now.since(started),
            outcome,
        };
        state.log.get_or_insert_default().push(record);
    }

    pub(super) fn take_log(&self) -> Vec<AttemptRecord> {
        self.lock().log.take().map_or_else(Vec::new, |log| *log)
    }

    /// Keeps the task of the attempt, unless that has ended already.
    pub(super) fn keep(&self, task: JoinHandle<()>) {
        let mut state = self.lock();
        match state.stage {
            Stage::Over => task.abort(),
            Stage::Waiting | Stage::InFlight(_) => state.stage = Stage::InFlight(task),
            Stage::Answered(_) => {}
        }
    }

    pub(super) fn succeed(&self, response: Response<Bytes>) {
        let failed = self.take_log().len();
        let attempts = u32::try_from(failed).map_or(u32::MAX, |failed| failed.saturating_add(1));
        let response = response.with_history(attempts, self.elapsed());
        self.answer(Ok(Box::new(response)));
    }

    /// Ends the call with an answer.
    pub(super) fn answer(&self, answer: Answer) {
        let mut state = self.lock();
        if matches!(state.stage, Stage::Over) {
            return;
        }
        state.stage = Stage::Answered(answer);
        let waker = state.waker.take();
        drop(state);
        if let Some(waker) = waker {
            waker.wake();
        }
    }

    /// Ends the call without another attempt.
    pub(super) fn refuse(&self, refusal: Refusal) {
        let log = self.take_log();
        let ending = Ending::Refused(refusal);
        self.answer(Err(Error::ended(self, ending, None, log)));
    }

    fn deadline_from(&self, start: Time) -> Time {
        self.request
            .options
            .deadline
            .map_or(Time::NEVER, |deadline| start.after(deadline))
    }

    fn lock(&self) -> MutexGuard<'_, CellState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The caller's end of a call. Dropping it cancels the call.
#[derive(Debug)]
pub(crate) struct Handle {
    pub(crate) cell: Arc<CallCell>,
    id: CallId,
}

impl Handle {
    pub(crate) fn poll(&self, context: &Context<'_>) -> Poll<Answer> {
        let mut state = self.cell.lock();
        if matches!(state.stage, Stage::Answered(_))
            && let Stage::Answered(answer) = std::mem::replace(&mut state.stage, Stage::Over)
        {
            return Poll::Ready(answer);
        }
        match &mut state.waker {
            Some(waker) => waker.clone_from(context.waker()),
            none => *none = Some(context.waker().clone()),
        }
        Poll::Pending
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        let stage = {
            let mut state = self.cell.lock();
            state.waker = None;
            std::mem::replace(&mut state.stage, Stage::Over)
        };
        match stage {
            Stage::Answered(_) | Stage::Over => {}
            Stage::Waiting => self.cell.client.scope().cancel(self.id),
            Stage::InFlight(task) => {
                self.cell.client.scope().cancel(self.id);
                task.abort();
            }
        }
    }
}
