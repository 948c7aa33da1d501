//! The kinds of errors, and what an attempt left behind.

use std::fmt;
use std::time::Duration;

use http::StatusCode;

use crate::outcome::{Failure, Outcome};

/// The kinds of errors, as far as programs need to tell them apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A client's settings or credentials are not usable.
    Settings,
    /// Two clients of one base URL and `scope` disagree on what belongs to their gate: the
    /// rates, `maximum_in_flight`, `maximum_queue_length`, `when_full`,
    /// `circuit_threshold`, `retry_budget`, `store` or `store_down`.
    Conflict,
    /// The arguments do not make a request: a path segment of `..`, a header
    /// value with a line break, a body that cannot be serialized, a file to send
    /// that is not there.
    Request,
    /// The server was not reached, or refused the request before it did anything: no
    /// such host, connection refused, connecting timed out, a refused stream.
    Connect,
    /// The TLS handshake failed, for instance because of the certificate.
    Tls,
    /// No answer in time.
    Timeout,
    /// The connection broke before the response was complete.
    Interrupted,
    /// The server answered with a status that is an error.
    Status,
    /// The server keeps refusing calls because there are too many.
    Throttled,
    /// The call did not, or could not, end before its deadline.
    Deadline,
    /// As many calls wait already as `maximum_queue_length` allows, or the call
    /// gave its place to a newer one. Nothing was sent.
    QueueFull,
    /// The request may or may not have taken effect: it was sent, no proper
    /// answer came, and repeating it could do harm.
    UnknownOutcome,
    /// The credentials of the client could not be had or renewed.
    Credentials,
    /// The response could not be read as the declared type.
    Decode,
    /// The pages of a list lead to another server, in a circle, or nowhere.
    Pages,
    /// The response body is larger than `maximum_response_size`, or than what its
    /// reader takes.
    TooLarge,
    /// A file that a response is saved in cannot be written.
    File,
    /// The client has been [shut down](crate::RestApi::shutdown).
    Shutdown,
    /// There is no tokio runtime to run the call on, or it has ended.
    Runtime,
    /// The store of durable calls cannot be reached, or refuses.
    Store,
    /// The durable call was cancelled, or somebody has said that it had no effect and
    /// shall have none.
    Cancelled,
    /// No worker can make anything of the durable call; the error says why.
    Parked,
}

/// One attempt that did not bring the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AttemptRecord {
    /// When it started, counted from the moment the call was made.
    pub at: Duration,
    /// How long it took.
    pub took: Duration,
    /// What came of it.
    pub outcome: AttemptOutcome,
}

/// What came of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AttemptOutcome {
    /// The server answered with this status.
    Status(StatusCode),
    /// There was no complete answer.
    Failure(Failure),
}

impl AttemptOutcome {
    pub(crate) const fn of(outcome: &Outcome) -> Self {
        match outcome {
            Ok(response) => Self::Status(response.status()),
            Err(error) => Self::Failure(error.failure()),
        }
    }
}

impl fmt::Display for AttemptRecord {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (at, took) = (self.at.as_secs_f64(), self.took.as_secs_f64());
        write!(formatter, "at {at:.1} s, for {took:.1} s: {}", self.outcome)
    }
}

impl fmt::Display for AttemptOutcome {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Status(status) => status.fmt(formatter),
            Self::Failure(failure) => failure.fmt(formatter),
        }
    }
}
