//! How a call that brought no answer tells what happened.

use std::error::Error as _;
use std::time::Duration;

use bytes::Bytes;

use super::{AttemptOutcome, AttemptRecord, CallInfo, Error, ErrorKind};
use crate::details::{Details, unless_it_panics};
use crate::engine::CallCell;
use crate::outcome::{Failure, Outcome, TransportError};
use crate::response::Response;
use crate::schedule::{Answer, Ending, Judgement, Refusal, Retry, Said, Time, Verdict};

impl Error {
    /// The call ended without an answer, perhaps after a last attempt.
    pub(crate) fn ended(
        cell: &CallCell,
        ending: Ending,
        outcome: Option<Outcome>,
        attempts: Vec<AttemptRecord>,
    ) -> Self {
        let clock = cell.client.scope().clock();
        let wait = may_run_at(ending).map(|at| at.since(clock.now()));
        let details = match &outcome {
            Some(Ok(response)) => cell.client.details(response),
            _ => None,
        };
        let now = clock.now();
        let (kind, mut message) = describe(ending, outcome.as_ref(), details.as_deref(), now);
        if let Some(wait) = wait {
            message.push_str(&format!("; {}", in_words(wait)));
        }
        let last = outcome.as_ref().map(AttemptOutcome::of);
        let mut error = Self::new(kind, message).of_call(cell);
        error.note_that_it_was_carried_out(cell, last);
        let may_repeat = || {
            let mut outcomes = attempts.iter().map(|attempt| attempt.outcome);
            // What a server answers itself is its last word on that, be it a 501.
            kind != ErrorKind::Status
                && !cell.is_carried_out()
                && !outcomes.any(may_have_taken_effect)
        };
        error.0.is_harmless = cell.declared().idempotent || may_repeat();
        error.0.attempts = attempts;
        error.0.details = details;
        error.0.is_spent = matches!(
            ending,
            Ending::Exhausted | Ending::Refused(Refusal::Unreachable { .. })
        );
        error.0.retry_at = wait.and_then(|wait| clock.wall().checked_add(wait));
        match outcome {
            Some(Ok(response)) => error.0.response = Some(response),
            Some(Err(failed)) => error.0.source = failed.into_source(),
            None => {}
        }
        error
    }
}

impl Error {
    /// The call has failed where its answer was looked for, after the server had said that
    /// it is there.
    pub(super) fn note_that_it_was_carried_out(
        &mut self,
        cell: &CallCell,
        last: Option<AttemptOutcome>,
    ) {
        let kind = cell.kind(self.0.kind, last);
        if kind != self.0.kind {
            self.0.kind = kind;
            self.0.message.push_str(
                "; the outcome is unknown: the server has sent the call elsewhere for its answer, \
                 so the request may have taken effect, and repeating it could do so twice",
            );
        }
    }
}

/// Whether a request that ended so may have done something, whatever rules it was
/// repeated by.
fn may_have_taken_effect(outcome: AttemptOutcome) -> bool {
    let judgement = Judgement {
        retry: Retry::Standard,
        idempotent: false,
        optional: false,
    };
    let said = &Said::default();
    let verdict = judgement.judge(match outcome {
        AttemptOutcome::Status(status) => Answer::Response { status, said },
        AttemptOutcome::Failure(failure) => Answer::Failure(failure),
    });
    verdict == Verdict::Unknown
}

/// Of the body of a response whose head was the answer of its call.
impl Error {
    pub(crate) fn of_body(failed: TransportError) -> Self {
        let mut error = Self::new(of_failure(failed.failure()), with_cause(&failed));
        error.0.source = failed.into_source();
        error
    }

    /// Adds what is known of the call.
    pub(crate) fn after_head(
        mut self,
        call: CallInfo,
        attempts: Vec<AttemptRecord>,
        head: Response<Bytes>,
        is_harmless: bool,
    ) -> Self {
        self.0.call = Some(call);
        self.0.attempts = attempts;
        self.0.is_harmless = is_harmless;
        self.with_response(head)
    }
}

fn may_run_at(ending: Ending) -> Option<Time> {
    match ending {
        Ending::Refused(
            Refusal::Barred { until }
            | Refusal::Full { until }
            | Refusal::Displaced { until }
            | Refusal::Unreachable { until, .. },
        ) => Some(until),
        Ending::Refused(Refusal::Deadline { would_run_at }) => Some(would_run_at),
        _ => None,
    }
}

fn in_words(wait: Duration) -> String {
    if wait.is_zero() {
        return "it may be made again now".to_owned();
    }
    if wait < Duration::from_secs(10) {
        // Rounded up, so that nobody comes too early.
        let tenths = wait.as_nanos().div_ceil(100_000_000);
        return format!("it may be made again in {}.{} s", tenths / 10, tenths % 10);
    }
    format!("it may be made again in {}", long(wait))
}

/// A time in whole seconds, rounded up.
fn long(time: Duration) -> String {
    let seconds = time.as_secs_f64().ceil() as u64;
    let (hours, minutes, seconds) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    match (hours, minutes) {
        (0, 0) => format!("{seconds} s"),
        (0, _) => format!("{minutes} min {seconds} s"),
        _ => format!("{hours} h {minutes} min"),
    }
}

fn describe(
    ending: Ending,
    outcome: Option<&Outcome>,
    details: Option<&dyn Details>,
    now: Time,
) -> (ErrorKind, String) {
    let kind = ErrorKind::of(ending, outcome.map(AttemptOutcome::of));
    let last = match outcome {
        Some(Ok(response)) => {
            let status = response.status();
            let hint = if status.is_redirection() {
                " (a redirect, which is not followed)"
            } else {
                ""
            };
            let details = details.and_then(|details| unless_it_panics(|| format!(": {details}")));
            let details = details.unwrap_or_default();
            format!("{status}{hint}{details}")
        }
        Some(Err(error)) => with_cause(error),
        None => "no attempt was made".to_owned(),
    };
    let message = match ending {
        Ending::Done | Ending::Failed => last,
        Ending::Exhausted => format!("{last}; every retry and requeue is spent"),
        Ending::Unknown => format!(
            "{last}; the outcome is unknown: the request may have taken effect, and \
             repeating it could do so twice"
        ),
        Ending::Throttled => format!("{last}; it was throttled time and again"),
        Ending::Refused(Refusal::Barred { .. }) => {
            "the server asks for a longer wait than `maximum_retry_after` allows".to_owned()
        }
        Ending::Refused(Refusal::Full { .. }) => {
            "the queue is full: as many calls wait as `maximum_queue_length` allows".to_owned()
        }
        Ending::Refused(Refusal::Displaced { .. }) => {
            "the queue is full, and the call gave its place to a newer one".to_owned()
        }
        Ending::Refused(Refusal::Unreachable { since, .. }) => {
            let outage = long(now.since(since));
            match outcome {
                Some(_) => format!("{last}; the service has been unreachable for {outage}"),
                None => format!("could not connect: the service has been unreachable for {outage}"),
            }
        }
        Ending::Refused(Refusal::Deadline { .. }) => match outcome {
            Some(_) => format!("{last}; the next attempt would come after the deadline"),
            None => "its turn would come after its deadline".to_owned(),
        },
        Ending::Refused(Refusal::Shutdown) => match outcome {
            Some(_) => format!("{last}; the client is shut down, so there is no further attempt"),
            None => "the client is shut down".to_owned(),
        },
    };
    (kind, message)
}

impl ErrorKind {
    /// The kind of the error that a call ends with.
    pub(crate) const fn of(ending: Ending, outcome: Option<AttemptOutcome>) -> Self {
        match ending {
            Ending::Done | Ending::Failed | Ending::Exhausted => match outcome {
                Some(AttemptOutcome::Status(_)) => Self::Status,
                Some(AttemptOutcome::Failure(failure)) => of_failure(failure),
                None => Self::Runtime,
            },
            Ending::Unknown => Self::UnknownOutcome,
            Ending::Throttled | Ending::Refused(Refusal::Barred { .. }) => Self::Throttled,
            Ending::Refused(Refusal::Deadline { .. }) => Self::Deadline,
            Ending::Refused(Refusal::Full { .. } | Refusal::Displaced { .. }) => Self::QueueFull,
            Ending::Refused(Refusal::Unreachable { .. }) => Self::Connect,
            Ending::Refused(Refusal::Shutdown) => Self::Shutdown,
        }
    }
}

/// A failure with its innermost cause, which says most: "connection refused"
/// rather than "client error".
fn with_cause(error: &TransportError) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    match causes.last() {
        Some(cause) => format!("{error}: {cause}"),
        None => error.to_string(),
    }
}

const fn of_failure(failure: Failure) -> ErrorKind {
    match failure {
        Failure::NotSent | Failure::Refused => ErrorKind::Connect,
        Failure::Tls => ErrorKind::Tls,
        Failure::Timeout => ErrorKind::Timeout,
        Failure::Interrupted => ErrorKind::Interrupted,
        Failure::TooLarge => ErrorKind::TooLarge,
        Failure::Unsendable | Failure::Body => ErrorKind::Request,
        Failure::Abandoned | Failure::NoRuntime => ErrorKind::Runtime,
        Failure::Stopped => ErrorKind::Shutdown,
        Failure::Unmarked => ErrorKind::Store,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_read_well() {
        let words = |milliseconds| in_words(Duration::from_millis(milliseconds));
        assert_eq!(words(0), "it may be made again now");
        assert_eq!(words(401), "it may be made again in 0.5 s");
        assert_eq!(words(59_400), "it may be made again in 1 min 0 s");
        assert_eq!(words(7_000), "it may be made again in 7.0 s");
        assert_eq!(words(7_320_000), "it may be made again in 2 h 2 min");
    }
}
