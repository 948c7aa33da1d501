//! One call, from its submission to its one answer.

use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use bytes::Bytes;
use http::{Method, StatusCode};

#[cfg(feature = "store")]
use super::Ledger;
use super::sync::{JoinHandle, Mutex, MutexGuard};
use crate::body::Body;
use crate::client::ClientCore;
use crate::error::{AttemptOutcome, AttemptRecord, Error, ErrorKind};
use crate::outcome::Failure;
use crate::redirect::{self, Hop};
use crate::request::Request;
use crate::response::Response;
use crate::schedule::{self, CallId, Ending, Joining, Judgement, Refusal, Terms, Time, Verdict};
use crate::watch::{AttemptTrace, CallTrace, wake};

/// The one answer of a call. Boxed, since a million calls may wait for theirs.
type Answer = Result<Box<Answered>, Error>;

/// A response that is the answer of a call.
#[derive(Debug)]
pub(crate) struct Answered {
    /// Its body is empty if it is yet to come.
    pub(crate) response: Response<Bytes>,
    /// The body that is yet to come.
    pub(crate) body: Option<Box<Body>>,
}

/// What the engine knows of a call. It is shared by the caller, the scheduler
/// and the attempt that is under way.
#[derive(Debug)]
pub(crate) struct CallCell {
    pub(crate) client: Arc<ClientCore>,
    pub(crate) request: Request,
    /// When the call was submitted, and where its attempts run; known from then
    /// on.
    submitted: Time,
    runtime: Option<tokio::runtime::Handle>,
    /// Its identity in the scheduler, once it has been taken in.
    id: AtomicU64,
    /// The server has said where the answer is, and so may have done what was asked for.
    /// Only of a request that must not be repeated.
    is_carried_out: AtomicBool,
    /// Twice the number of the attempt under way, and one more once its request may have
    /// left; 0 if there is none.
    under_way: AtomicU32,
    /// Where a durable call notes its attempts.
    #[cfg(feature = "store")]
    ledger: Option<Arc<Ledger>>,
    state: Mutex<CellState>,
}

#[derive(Debug, Default)]
struct CellState {
    waker: Option<Waker>,
    stage: Stage,
    /// Boxed, since most calls have none.
    past: Option<Box<Past>>,
    trace: CallTrace,
}

/// What came before the attempt that brings the answer.
#[derive(Debug, Default)]
struct Past {
    attempts: Vec<AttemptRecord>,
    /// Where a redirect led.
    hop: Option<Arc<Hop>>,
    /// The server has refused its credentials once.
    was_unauthorized: bool,
}

#[derive(Debug, Default)]
enum Stage {
    #[default]
    Waiting,
    /// The task of the latest attempt, so that it can be stopped, and when it
    /// started.
    InFlight(JoinHandle<()>, Time),
    Answered(Answer),
    /// The caller has its answer, or has gone.
    Over,
}

impl CallCell {
    pub(crate) fn new(client: Arc<ClientCore>, request: Request) -> Self {
        Self {
            client,
            request,
            submitted: Time::NEVER,
            runtime: None,
            id: AtomicU64::new(0),
            is_carried_out: AtomicBool::new(false),
            under_way: AtomicU32::new(0),
            #[cfg(feature = "store")]
            ledger: None,
            state: Mutex::default(),
        }
    }

    /// The same of a durable call.
    #[cfg(feature = "store")]
    pub(crate) fn noted_in(mut self, ledger: Arc<Ledger>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    #[cfg(feature = "store")]
    pub(super) const fn ledger(&self) -> Option<&Arc<Ledger>> {
        self.ledger.as_ref()
    }

    /// How far the call may go. A durable one that has spent a series goes to the back of
    /// its store's queue, and not of this one.
    pub(super) fn terms(&self) -> Terms {
        let terms = self.client.terms().schedule;
        #[cfg(feature = "store")]
        if self.ledger.is_some() {
            let maximum_failed_attempts = 0;
            return Terms {
                maximum_failed_attempts,
                ..terms
            };
        }
        terms
    }

    pub(crate) fn id(&self) -> CallId {
        CallId::from_bits(self.id.load(Ordering::Relaxed))
    }

    /// To be called with the scope locked, so that all who have heard of the call
    /// know it.
    pub(super) fn set_id(&self, id: CallId) {
        self.id.store(id.to_bits(), Ordering::Relaxed);
    }

    /// The rules for an attempt that went out with this method.
    pub(super) fn judgement(&self, method: &Method) -> Judgement {
        self.request.judgement(method, self.client.terms().retry)
    }

    /// The rules for the request as it was declared.
    pub(crate) fn declared(&self) -> Judgement {
        self.judgement(&self.request.method)
    }

    /// Whether a redirect has said where the answer of a request is that must not be
    /// repeated. What comes of looking there says nothing of the request.
    pub(crate) fn is_carried_out(&self) -> bool {
        self.is_carried_out.load(Ordering::Relaxed)
    }

    /// The kind of the error that the call ends with, where it would be this one but for
    /// what a redirect has said.
    pub(crate) fn kind(&self, kind: ErrorKind, outcome: Option<AttemptOutcome>) -> ErrorKind {
        let is_the_answer = match outcome {
            Some(AttemptOutcome::Status(status)) => {
                kind == ErrorKind::Status && status.is_client_error()
            }
            _ => kind == ErrorKind::TooLarge,
        };
        if self.is_carried_out() && !is_the_answer {
            return ErrorKind::UnknownOutcome;
        }
        kind
    }

    /// How long an attempt may take.
    pub(crate) fn request_timeout(&self) -> Duration {
        let own = self.request.options.request_timeout;
        own.unwrap_or(self.client.terms().request_timeout)
    }

    pub(crate) fn deadline(&self) -> Time {
        let after = self.request.options.deadline;
        after.map_or(Time::NEVER, |after| self.submitted.after(after))
    }

    /// The end of the time of an attempt that started then, or of the whole call's.
    pub(super) fn until(&self, started: Time) -> Time {
        started.after(self.request_timeout()).min(self.deadline())
    }

    /// How the call joins the queue.
    pub(super) fn joining(&self) -> Joining {
        let options = &self.request.options;
        Joining {
            deadline: self.deadline(),
            lane: options.lane,
            priority: options.priority.unwrap_or(self.client.terms().priority),
        }
    }

    /// Hands the call to the scheduler, and wakes the caller once it has its
    /// answer. From here on the runtime that is current now carries its
    /// attempts.
    pub(crate) fn submit(mut self: Arc<Self>, caller: &Waker) -> Result<Handle, Error> {
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            return Err(Error::no_runtime(&self));
        };
        let now = self.client.scope().clock().now();
        let cell = Arc::get_mut(&mut self).expect("only the caller has the cell until now");
        cell.submitted = now;
        cell.runtime = Some(runtime);
        let state = cell.state.get_mut().unwrap_or_else(PoisonError::into_inner);
        state.waker = Some(caller.clone());
        state.trace = CallTrace::begin(&cell.client, &cell.request);
        match self.client.scope().submit(&self, now) {
            Ok(id) => Ok(Handle { cell: self, id }),
            Err(refusal) => {
                let ending = Ending::Refused(refusal);
                let error = Error::ended(&self, ending, None, Vec::new());
                let trace = std::mem::take(&mut self.lock().trace);
                trace.end(Err(error.kind()));
                Err(error)
            }
        }
    }

    /// The time since the call was submitted; none, if it has not been.
    pub(crate) fn elapsed(&self) -> Duration {
        self.client.scope().clock().now().since(self.submitted)
    }

    pub(crate) const fn runtime(&self) -> Option<&tokio::runtime::Handle> {
        self.runtime.as_ref()
    }

    pub(super) fn record(&self, started: Time, now: Time, outcome: AttemptOutcome) {
        let record = AttemptRecord {
            at: started.since(self.submitted),
            took: now.since(started),
            outcome,
        };
        let mut state = self.lock();
        state.past.get_or_insert_default().attempts.push(record);
    }

    /// How many attempts have been recorded.
    pub(crate) fn recorded(&self) -> u32 {
        let state = self.lock();
        let recorded = state.past.as_ref().map_or(0, |past| past.attempts.len());
        u32::try_from(recorded).unwrap_or(u32::MAX - 1)
    }

    /// An attempt begins.
    pub(super) fn begins(&self, number: u32) {
        self.under_way.store(number << 1, Ordering::Relaxed);
    }

    /// The request of that attempt is about to leave. False if it must not: the attempt
    /// was ended without it.
    pub(super) fn leaves(&self, number: u32) -> bool {
        let (was, is) = (number << 1, number << 1 | 1);
        let (set, seen) = (Ordering::Relaxed, Ordering::Relaxed);
        self.under_way.compare_exchange(was, is, set, seen).is_ok()
    }

    /// That attempt ends, and whoever is told so here tells all others. Tells whether its
    /// request may have left; `None` if the attempt has ended already.
    pub(super) fn comes_back(&self, number: u32) -> Option<bool> {
        let (set, seen) = (Ordering::Relaxed, Ordering::Relaxed);
        let ended = self.under_way.fetch_update(set, seen, |under_way| {
            (under_way >> 1 == number).then_some(0)
        });
        ended.ok().map(|under_way| under_way & 1 == 1)
    }

    /// The number of the attempt under way.
    pub(super) fn under_way(&self) -> Option<u32> {
        let under_way = self.under_way.load(Ordering::Relaxed);
        (under_way != 0).then_some(under_way >> 1)
    }

    /// The trace of an attempt that starts now.
    pub(super) fn trace(&self, number: u32) -> AttemptTrace {
        let call = self.lock().trace.clone();
        call.attempt(self, number)
    }

    /// The trace of an attempt whose own is out of reach.
    pub(super) fn trace_without_attempt(&self) -> AttemptTrace {
        self.lock().trace.clone().without_attempt()
    }

    /// From here on the attempts go there, as a response with this status said.
    pub(super) fn redirect(&self, hop: Hop, status: StatusCode) {
        if !self.declared().idempotent && redirect::tells_where_to_look(status) {
            self.is_carried_out.store(true, Ordering::Relaxed);
        }
        self.lock().past.get_or_insert_default().hop = Some(Arc::new(hop));
    }

    /// Whether the call is to be sent with new credentials; true once.
    pub(super) fn may_sign_again(&self) -> bool {
        let mut state = self.lock();
        let past = state.past.get_or_insert_default();
        !std::mem::replace(&mut past.was_unauthorized, true)
    }

    /// Where a redirect led, if one did.
    pub(crate) fn hop(&self) -> Option<Arc<Hop>> {
        self.lock().past.as_ref()?.hop.clone()
    }

    /// The attempts that did not bring the answer.
    pub(crate) fn take_log(&self) -> Vec<AttemptRecord> {
        let past = self.lock().past.take();
        past.map_or_else(Vec::new, |past| past.attempts)
    }

    /// Keeps the task of the attempt that started then, unless that has ended
    /// already. It may come here later than the next one, if it ended at once.
    pub(super) fn keep(&self, task: JoinHandle<()>, started: Time) {
        let mut state = self.lock();
        match state.stage {
            // Answered by the attempt, whose end this then is, or in its place.
            Stage::Over | Stage::Answered(_) => task.abort(),
            Stage::InFlight(_, latest) if latest > started => {}
            Stage::Waiting | Stage::InFlight(..) => state.stage = Stage::InFlight(task, started),
        }
    }

    /// The task of the attempt that started then.
    pub(super) fn take_task(&self, started: Time) -> Option<JoinHandle<()>> {
        let mut state = self.lock();
        match std::mem::take(&mut state.stage) {
            Stage::InFlight(task, latest) if latest == started => Some(task),
            other => {
                state.stage = other;
                None
            }
        }
    }

    pub(super) fn succeed(
        &self,
        response: Response<Bytes>,
        body: Option<Box<Body>>,
        started: Time,
        now: Time,
    ) {
        let mut answered = Box::new(Answered { response, body });
        let state = self.lock();
        let failed = state.past.as_ref().map_or(0, |past| past.attempts.len());
        let attempts = u32::try_from(failed).map_or(u32::MAX, |failed| failed.saturating_add(1));
        let (started, ended) = (started.since(self.submitted), now.since(self.submitted));
        answered.response.set_history(attempts, started, ended);
        let _own_task = Self::end(state, Ok(answered));
    }

    /// Ends the call with an answer.
    pub(super) fn answer(&self, answer: Answer) {
        let _own_task = Self::end(self.lock(), answer);
    }

    /// Gives back the task that was kept last.
    fn end(mut state: MutexGuard<'_, CellState>, answer: Answer) -> Option<JoinHandle<()>> {
        if matches!(state.stage, Stage::Over) {
            return None;
        }
        let (trace, ended) = (std::mem::take(&mut state.trace), how(&answer));
        let former = std::mem::replace(&mut state.stage, Stage::Answered(answer));
        let waker = state.waker.take();
        drop(state);
        trace.end(ended);
        if let Some(waker) = waker {
            wake(waker);
        }
        match former {
            Stage::InFlight(task, _) => Some(task),
            _ => None,
        }
    }

    /// Records that the attempt under way is stopped, and says what that means.
    pub(super) fn stopped(&self, started: Time, now: Time) -> Ending {
        self.record(started, now, AttemptOutcome::Failure(Failure::Stopped));
        if self.is_carried_out() {
            return Ending::Unknown;
        }
        let hop = self.hop();
        let method = hop.as_ref().map_or(&self.request.method, |hop| &hop.method);
        let answer = schedule::Answer::Failure(Failure::Stopped);
        match self.judgement(method).judge(answer) {
            Verdict::Unknown => Ending::Unknown,
            _ => Ending::Failed,
        }
    }

    /// Ends the call, and stops its attempt.
    pub(super) fn stop(&self, ending: Ending) {
        let log = self.take_log();
        let outcome = Some(Err(Failure::Stopped.into()));
        let error = Error::ended(self, ending, outcome, log);
        // In one step: the task of an attempt that starts this very moment is here
        // already, or is stopped as it comes and finds the answer.
        if let Some(task) = Self::end(self.lock(), Err(error)) {
            task.abort();
        }
    }

    /// Ends the call without another attempt.
    pub(super) fn refuse(&self, refusal: Refusal) {
        let log = self.take_log();
        let ending = Ending::Refused(refusal);
        self.answer(Err(Error::ended(self, ending, None, log)));
    }

    fn lock(&self) -> MutexGuard<'_, CellState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How a call ended, for its trace.
fn how(answer: &Answer) -> Result<StatusCode, ErrorKind> {
    match answer {
        Ok(answered) => Ok(answered.response.status()),
        Err(error) => Err(error.kind()),
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
        let goes_on = {
            let mut state = self.cell.lock();
            state.waker = None;
            matches!(state.stage, Stage::Waiting | Stage::InFlight(..))
        };
        if !goes_on {
            return;
        }
        // The scope hears of it first: an attempt that is stopped would be told as one
        // that failed.
        self.cell.client.scope().cancel(self.id);
        let (stage, trace) = {
            let mut state = self.cell.lock();
            let stage = std::mem::replace(&mut state.stage, Stage::Over);
            (stage, std::mem::take(&mut state.trace))
        };
        match stage {
            Stage::Answered(_) | Stage::Over => {}
            Stage::Waiting => trace.cancel(),
            Stage::InFlight(task, _) => {
                trace.cancel();
                task.abort();
            }
        }
    }
}
