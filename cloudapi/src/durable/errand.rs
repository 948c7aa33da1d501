//! One job at a worker, from its claim to its end.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::Method;

use super::bench;
use super::outcome::StoredOutcome;
use super::report::Ended;
use super::request::StoredRequest;
use super::shift::Crew;
use super::step::{Step, note};
use super::watchman::{Watched, Watchman};
use crate::call::{Answer, RawCall};
use crate::client::ClientCore;
use crate::engine::{CallCell, Desk, Ledger};
use crate::error::{AttemptOutcome, CallInfo, Error, ErrorKind};
use crate::schedule::Time;
use crate::store::{Back, Claimed, Finish, Job, JobState, StoreErrorKind};

/// A job that could not be noted, or whose client has no credentials, is left alone for so
/// long.
const A_WHILE: Duration = Duration::from_secs(30);

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
    /// they were claimed. The claim was asked for at that time.
    pub(super) fn begin(crew: &Arc<Crew>, claimed: Claimed, asked: Time) -> Self {
        let Claimed { job, lease } = claimed;
        let holds_until = asked.after(crew.terms.lease);
        let ledger = Ledger::new(crew.desk.clone(), lease, job.new.repeatable, holds_until);
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
                    Watched::Answered(Err(error)) if held.ledger.is_carried_out() => {
                        after_it_was_carried_out(&error)
                    }
                    Watched::Answered(answer) => after(&job, &client, &crew.desk, answer),
                    Watched::Cancelled if held.ledger.is_carried_out() => {
                        carried_out("it was cancelled")
                    }
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
        ErrorKind::Throttled => {
            let wait = error.retry_at().map(|_| wait().unwrap_or_default());
            untouched(wait.unwrap_or(A_WHILE))
        }
        ErrorKind::UnknownOutcome => ended(JobState::Unknown, &error),
        // The service cannot be reached, so nothing was sent. It is there again some day.
        ErrorKind::Connect if error.is_spent() && !was_redirected(&error) => {
            untouched(wait().unwrap_or(A_WHILE))
        }
        ErrorKind::Runtime => again(job, client, &error, A_WHILE),
        _ if error.is_spent() => again(job, client, &error, wait().unwrap_or_default()),
        _ => ended(JobState::Failed, &error),
    }
}

/// Then another server may be the one that cannot be reached, and that for good.
fn was_redirected(error: &Error) -> bool {
    let is_redirect =
        |outcome| matches!(outcome, AttemptOutcome::Status(status) if status.is_redirection());
    let mut attempts = error.attempts().iter();
    attempts.any(|attempt| is_redirect(attempt.outcome))
}

/// What becomes of a job that a server has carried out, if its answer could not be had.
fn after_it_was_carried_out(error: &Error) -> Step {
    match error.kind() {
        _ if error.store_error() == Some(StoreErrorKind::LeaseLost) => Step::Lost,
        // That is the answer.
        ErrorKind::Status | ErrorKind::TooLarge if !error.is_spent() => {
            ended(JobState::Failed, error)
        }
        ErrorKind::UnknownOutcome => ended(JobState::Unknown, error),
        _ => carried_out(&error.to_string()),
    }
}

fn carried_out(why: &str) -> Step {
    let reason = format!(
        "{why}; the outcome is unknown: the server has sent the call elsewhere for its answer, so \
         the request may have taken effect, and repeating it could do so twice"
    );
    finish(JobState::Unknown, None, Some(reason))
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
