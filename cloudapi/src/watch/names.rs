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

/// The names of an enum's variants, and the way back. A variant without a name does not
/// compile.
macro_rules! names {
    ($type:ident, $of:ident, $called:ident: $($variant:ident = $name:literal,)*) => {
        pub(crate) const fn $of(value: $type) -> &'static str {
            match value {
                $($type::$variant => $name,)*
            }
        }

        #[cfg(feature = "store")]
        pub(crate) fn $called(name: &str) -> Option<$type> {
            match name {
                $($name => Some($type::$variant),)*
                _ => None,
            }
        }
    };
}

names! {
    Failure, of_failure, failure_called:
    NotSent = "not_sent",
    Refused = "refused",
    Tls = "tls",
    Timeout = "timeout",
    Interrupted = "interrupted",
    TooLarge = "too_large",
    Unsendable = "unsendable",
    Body = "body",
    Abandoned = "abandoned",
    NoRuntime = "no_runtime",
    Stopped = "stopped",
    Unmarked = "unmarked",
}

// The same of a whole call.
names! {
    ErrorKind, of_kind, kind_called:
    Settings = "settings",
    Conflict = "conflict",
    Request = "request",
    Connect = "connect",
    Tls = "tls",
    Timeout = "timeout",
    Interrupted = "interrupted",
    Status = "status",
    Throttled = "throttled",
    Deadline = "deadline",
    QueueFull = "queue_full",
    UnknownOutcome = "unknown_outcome",
    Credentials = "credentials",
    Decode = "decode",
    Pages = "pages",
    TooLarge = "too_large",
    File = "file",
    Shutdown = "shutdown",
    Runtime = "runtime",
    Store = "store",
    Cancelled = "cancelled",
    Parked = "parked",
}
