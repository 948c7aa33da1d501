//! Short names that do not change from call to call, for labels and attributes.
#![cfg(any(feature = "tracing", feature = "metrics", feature = "store"))]

#[cfg(any(feature = "tracing", feature = "metrics"))]
use std::borrow::Cow;

#[cfg(any(feature = "tracing", feature = "metrics"))]
use http::StatusCode;

#[cfg(any(feature = "tracing", feature = "metrics"))]
use crate::error::AttemptOutcome;
use crate::error::ErrorKind;
use crate::outcome::Failure;

/// What OpenTelemetry's `error.type` is of an attempt; `None` where there is no
/// error.
#[cfg(any(feature = "tracing", feature = "metrics"))]
pub(super) fn of_outcome(outcome: AttemptOutcome) -> Option<Cow<'static, str>> {
    match outcome {
        AttemptOutcome::Status(status) => of_status(status),
        AttemptOutcome::Failure(failure) => Some(of_failure(failure).into()),
    }
}

#[cfg(any(feature = "tracing", feature = "metrics"))]
fn of_status(status: StatusCode) -> Option<Cow<'static, str>> {
    let is_error = status.is_client_error() || status.is_server_error();
    is_error.then(|| status.as_str().to_owned().into())
}

pub(crate) const fn of_failure(failure: Failure) -> &'static str {
    match failure {
        Failure::NotSent => "not_sent",
        Failure::Refused => "refused",
        Failure::Tls => "tls",
        Failure::Timeout => "timeout",
        Failure::Interrupted => "interrupted",
        Failure::TooLarge => "too_large",
        Failure::Unsendable => "unsendable",
        Failure::Body => "body",
        Failure::Abandoned => "abandoned",
        Failure::NoRuntime => "no_runtime",
        Failure::Stopped => "stopped",
        Failure::Unmarked => "unmarked",
    }
}

/// The same of a whole call.
pub(crate) const fn of_kind(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::Settings => "settings",
        ErrorKind::Conflict => "conflict",
        ErrorKind::Request => "request",
        ErrorKind::Connect => "connect",
        ErrorKind::Tls => "tls",
        ErrorKind::Timeout => "timeout",
        ErrorKind::Interrupted => "interrupted",
        ErrorKind::Status => "status",
        ErrorKind::Throttled => "throttled",
        ErrorKind::Deadline => "deadline",
        ErrorKind::QueueFull => "queue_full",
        ErrorKind::UnknownOutcome => "unknown_outcome",
        ErrorKind::Credentials => "credentials",
        ErrorKind::Decode => "decode",
        ErrorKind::Pages => "pages",
        ErrorKind::TooLarge => "too_large",
        ErrorKind::File => "file",
        ErrorKind::Shutdown => "shutdown",
        ErrorKind::Runtime => "runtime",
        ErrorKind::Store => "store",
        ErrorKind::Cancelled => "cancelled",
        ErrorKind::Parked => "parked",
    }
}
