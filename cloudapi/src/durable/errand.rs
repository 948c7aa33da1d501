//! One job at a worker, from its claim to its end.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::Method;

use super::bench;
use super::outcome::StoredOutcome;
use super::report::Ended;
use super::request::StoredRequest;
use super::shift::Crew;
use crate::call::{Answer, RawCall};
use crate::client::ClientCore;
use crate::engine::{CallCell, Desk, Ledger};
use crate::error::{CallInfo, Error, ErrorKind};
use crate::store::{
    Back, Claimed, Finish, Job, JobState, Lease, Settlement, StoreError, StoreErrorKind,
};

/// A job that could not be noted, or whose client has no credentials, is left alone for so
/// long.
const A_WHILE: Duration = Duration::from_secs(30);

/// The first and the longest time between two tries to say how a job ended.
const SOON: Duration = Duration::from_millis(50);
const SELDOM: Duration = Duration::from_secs(5);

/// A job that a worker has claimed.
pub(super) struct Errand {
    crew: Arc<Crew>,
    job: Job,
    held: Held,
    state: State,
}

enum State {
    Calls(RawCall, Arc<ClientCore>),
    /// It has ended as soon as it was begun.
    Ended(Box<Step>),
}

/// What is to become of the job.
enum Step {
    Finish(Finish),
    Back(Back),
    /// It is another's.
    Lost,
}

/// A job that is given back if its worker ends in the middle of it.
struct Held {
    ledger: Arc<Ledger>,
    is_over: bool,
}

impl Drop for Held {
    fn drop(&mut self) {
        if !self.is_over {
            Arc::clone(&self.ledger).give_back();
        }
    }
}

impl Errand {
    /// The call joins the line at once, so that calls stand there in the order in which
    /// they were claimed.
    pub(super) fn begin(crew: &Arc<Crew>, claimed: Claimed) -> Self {
        let Claimed { job, lease } = claimed;
        let ledger = Ledger::new(crew.desk.clone(), lease, job.new.repeatable);
        let state = match begun(crew, &job, &ledger) {
            Ok((call, client)) => State::Calls(call, client),
            Err(step) => State::Ended(step),
        };
        Self {
            crew: Arc::clone(crew),
            job,
            held: Held {
                ledger,
                is_over: false,
            },
            state,
        }
    }

    pub(super) async fn carry_out(self) -> Ended {
        let Self {
            crew,
            job,
            mut held,
            state,
        } = self;
        let step = match state {
            State::Ended(step) => *step,
            State::Calls(call, client) => {
                let watch = Watchman {
                    desk: &crew.desk,
                    ledger: &held.ledger,
                    lease: crew.terms.lease,
                };
                match watch.over(call).await {
                    Watched::Answered(answer) => after(&job, &client, &crew.desk, answer),
                    Watched::Cancelled => cancelled(),
                    Watched::Lost => Step::Lost,
                }
            }
        };
        // From here on the job is not given back, which might overtake its end.
        held.is_over = true;
        let ended = note(&crew, &held.ledger, &step).await;
        let now = crew.desk.clock().now();
        crew.rests.note(&job.new.queue, ended, now);
        match ended {
            Ended::As(JobState::Unknown) => crew.settle(job.new.id).await,
            ended => ended,
        }
    }
}

/// The call of a job, in the line; or what becomes of the job without one.
fn begun(
    crew: &Crew,
    job: &Job,
    ledger: &Arc<Ledger>,
) -> Result<(RawCall, Arc<ClientCore>), Box<Step>> {
    if job.cancel_requested {
        return Err(Box::new(cancelled()));
    }
    let parked = |reason: String| Box::new(parked(reason));
    let stored = StoredRequest::read(&job.new.request).map_err(parked)?;
    let found = bench::find(&crew.benches, &job.new.queue, &job.new.endpoint, &stored);
    let declared = found.map_err(parked)?;
    let mut request = declared.resume(&stored).map_err(parked)?;
    let client = Arc::clone(declared.client);
    if let Some(deadline) = job.new.deadline {
        match deadline.duration_since(crew.desk.clock().wall()) {
            Ok(left) if !left.is_zero() => request.options.deadline = Some(left),
            _ => return Err(Box::new(too_late(&stored, &client, job))),
        }
    }
    request.options.priority = Some(job.new.priority);
    let cell = CallCell::new(Arc::clone(&client), request).noted_in(Arc::clone(ledger));
    let mut call = RawCall::new(cell, None);
    match call.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Pending => Ok((call, client)),
        Poll::Ready(answer) => Err(Box::new(after(job, &client, &crew.desk, answer))),
    }
}

/// Sees to it that the job stays this worker's while its call is made.
struct Watchman<'a> {
    desk: &'a Desk,
    ledger: &'a Arc<Ledger>,
    lease: Duration,
}

enum Watched {
    Answered(Answer),
    /// Nothing was under way.
    Cancelled,
    Lost,
}

impl Watchman<'_> {
    async fn over(&self, mut call: RawCall) -> Watched {
        let clock = self.desk.clock();
        let mut answer = pin!(poll_fn(|context| call.poll(context)));
        let mut pause = self.lease / 3;
        let mut is_cancelled = false;
        loop {
            let until = clock.now().after(pause);
            if let Some(answer) = clock.within(until, answer.as_mut()).await {
                return match answer {
                    Err(error) if is_cancelled && error.kind() == ErrorKind::Store => {
                        Watched::Cancelled
                    }
                    answer => Watched::Answered(answer),
                };
            }
            let (lease, duration) = (self.ledger.lease().clone(), self.lease);
            let beat = self
                .desk
                .ask(move |store| store.heartbeat(&lease, duration));
            match beat.await {
                Ok(pulse) => {
                    pause = self.lease / 3;
                    is_cancelled = pulse.cancel_requested;
                }
                Err(error) if error.kind() == StoreErrorKind::LeaseLost => return Watched::Lost,
                Err(_) => pause = self.lease / 12,
            }
            if is_cancelled && !self.close().await {
                return Watched::Cancelled;
            }
        }
    }

    /// From here on nothing is sent. Whether an attempt may be on its way.
    async fn close(&self) -> bool {
        let ledger = Arc::clone(self.ledger);
        let closed = self.desk.ask(move |_| Ok(ledger.close())).await;
        closed.unwrap_or(true)
    }
}

/// What becomes of a job whose call has ended.
fn after(job: &Job, client: &ClientCore, desk: &Desk, answer: Answer) -> Step {
    let error = match answer {
        Ok((_, answered)) => {
            let outcome = StoredOutcome::answer(&answered.response, job.attempts);
            return finish(JobState::Done, outcome.write(), None);
        }
        Err(error) => error,
    };
    let untouched = |not_before| Step::Back(Back::Untouched { not_before });
    let wait = || {
        let at = error.retry_at()?;
        at.duration_since(desk.clock().wall()).ok()
    };
    match error.kind() {
        ErrorKind::Shutdown => untouched(Duration::ZERO),
        ErrorKind::Store => match error.store_error() {
            Some(StoreErrorKind::LeaseLost) => Step::Lost,
            _ => untouched(A_WHILE),
        },
        ErrorKind::Credentials => untouched(A_WHILE),
        // There is no room here, or the server wants to be left alone for longer than is
        // waited for here. Nothing is spent.
        ErrorKind::QueueFull => untouched(wait().unwrap_or(A_WHILE)),
        ErrorKind::Throttled if error.retry_at().is_some() => untouched(wait().unwrap_or_default()),
        ErrorKind::UnknownOutcome => ended(JobState::Unknown, &error),
        ErrorKind::Throttled | ErrorKind::Runtime => again(job, client, &error, A_WHILE),
        _ if error.is_spent() => again(job, client, &error, wait().unwrap_or_default()),
        _ => ended(JobState::Failed, &error),
    }
}

/// To the back of the queue, so that others have their chance; or not any more.
fn again(job: &Job, client: &ClientCore, error: &Error, not_before: Duration) -> Step {
    let maximum = client.terms().schedule.maximum_failed_attempts;
    match job.failed_attempts < maximum {
        true => Step::Back(Back::Failed { not_before }),
        false => ended(JobState::Failed, error),
    }
}

fn ended(state: JobState, error: &Error) -> Step {
    let result = StoredOutcome::error(error).write();
    finish(state, result, Some(error.to_string()))
}

fn too_late(stored: &StoredRequest, client: &ClientCore, job: &Job) -> Step {
    let message = "its deadline had passed before a worker came to it";
    let method = stored.method.parse::<Method>().ok();
    let elapsed = job.changed.duration_since(job.created).unwrap_or_default();
    let call = method.map(|method| CallInfo::new(method, stored.shown_url(client), elapsed));
    let error = Error::durable(ErrorKind::Deadline, message.to_owned(), call);
    ended(JobState::Failed, &error)
}

fn parked(reason: String) -> Step {
    finish(JobState::Parked, None, Some(reason))
}

fn cancelled() -> Step {
    finish(JobState::Cancelled, None, None)
}

const fn finish(state: JobState, result: Option<Vec<u8>>, reason: Option<String>) -> Step {
    Step::Finish(Finish {
        state,
        result,
        reason,
    })
}

/// Tells the store, however often it takes. Nothing is sent again meanwhile.
async fn note(crew: &Crew, ledger: &Ledger, step: &Step) -> Ended {
    let mut step = match step {
        Step::Finish(finish) => Step::Finish(finish.clone()),
        Step::Back(back) => Step::Back(*back),
        Step::Lost => return Ended::Lost,
    };
    let begun = crew.desk.clock().now();
    let mut wait = SOON;
    loop {
        let error = match told(&crew.desk, ledger.lease(), &step).await {
            Ok(ended) => return ended,
            Err(error) => error,
        };
        match (error.kind(), &mut step) {
            (StoreErrorKind::LeaseLost | StoreErrorKind::NotFound, _) => {
                return told_late(&crew.desk, ledger.lease(), &step).await;
            }
            (StoreErrorKind::Unusable, _) => return Ended::Lost,
            // There is no room for the answer. That there was one is worth more.
            (StoreErrorKind::Full | StoreErrorKind::Refused, Step::Finish(finish))
                if finish.result.is_some() =>
            {
                finish.result = None;
                let reason = finish.reason.get_or_insert_default();
                reason.push_str(&format!(" (the store did not keep the answer: {error})"));
                continue;
            }
            _ => {}
        }
        let lease_is_over = crew.desk.clock().now() > begun.after(crew.terms.lease);
        if lease_is_over && crew.is_closing() {
            return Ended::Lost;
        }
        crew.desk.sleep(wait).await;
        wait = (wait * 2).min(SELDOM);
    }
}

async fn told(desk: &Desk, lease: &Lease, step: &Step) -> Result<Ended, StoreError> {
    let lease = lease.clone();
    match step {
        Step::Finish(finish) => {
            let finish = finish.clone();
            let state = finish.state;
            let told = desk.ask(move |store| store.finish(&lease, &finish)).await;
            told.map(|()| Ended::As(state))
        }
        Step::Back(back) => {
            let back = *back;
            let told = desk.ask(move |store| store.requeue(&lease, &back)).await;
            told.map(|()| match back {
                Back::Failed { .. } => Ended::PutBack,
                Back::Untouched { .. } => Ended::Untouched,
            })
        }
        Step::Lost => Ok(Ended::Lost),
    }
}

/// The lease has ended before the store said that it was told. It may have been told all
/// the same; and if the job has been taken for one of unknown outcome, it is known here what
/// became of it.
async fn told_late(desk: &Desk, lease: &Lease, step: &Step) -> Ended {
    let Step::Finish(Finish {
        state,
        result,
        reason,
    }) = step
    else {
        return Ended::Lost;
    };
    let (id, state) = (lease.job, *state);
    let found = desk.ask(move |store| store.job(id)).await;
    if found.is_ok_and(|job| job.is_some_and(|job| job.state == state)) {
        return Ended::As(state);
    }
    let late = "its worker was away for longer than its lease, and has come back".to_owned();
    let reason = reason.clone().unwrap_or(late);
    let settlement = match state {
        JobState::Done => Settlement::Done {
            result: result.clone(),
            reason,
        },
        JobState::Failed => Settlement::Failed { reason },
        _ => return Ended::Lost,
    };
    let settled = desk.ask(move |store| match store.job(id)? {
        Some(job) if job.state == JobState::Unknown => store.settle(id, &settlement),
        _ => Err(StoreError::not_found(id)),
    });
    match settled.await {
        Ok(()) => Ended::As(state),
        Err(_) => Ended::Lost,
    }
}
