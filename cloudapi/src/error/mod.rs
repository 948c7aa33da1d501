//! What went wrong, for people and for programs.

#[cfg(feature = "store")]
mod durable;
mod ended;
mod kind;

use std::any::Any;
use std::error::Error as StdError;
use std::fmt;
use std::time::{Duration, SystemTime};

use http::{Method, StatusCode};

pub use self::kind::{AttemptOutcome, AttemptRecord, ErrorKind};
use crate::credentials::Refused;
use crate::details::{Details, ErrorBody};
use crate::engine::CallCell;
use crate::json::JsonError;
use crate::outcome::BoxError;
use crate::response::Response;

/// The headers that vendors give a request's number in.
const REQUEST_IDS: [&str; 6] = [
    "x-request-id",
    "request-id",
    "x-amzn-requestid",
    "x-github-request-id",
    "x-correlation-id",
    "cf-ray",
];

/// The result of a call, and of making a client.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Why a call did not bring what was asked for, or why a client could not be
/// made.
///
/// Its `Display` is one line that says what happened, to which request, after
/// how many attempts and how long. It shows no secret: a URL appears without
/// the values that were given as [`Secret`](crate::Secret), and of a body at
/// most the one value that could not be read ([`response`](Self::response) has
/// the last one whole).
pub struct Error(Box<Inner>);

#[derive(Debug)]
struct Inner {
    kind: ErrorKind,
    message: String,
    call: Option<CallInfo>,
    attempts: Vec<AttemptRecord>,
    response: Option<Response<bytes::Bytes>>,
    details: Option<Box<dyn Details>>,
    retry_at: Option<SystemTime>,
    /// Repeating the request does no harm, or it was not carried out.
    is_harmless: bool,
    /// All that a call may do in a row was done.
    is_spent: bool,
    source: Option<BoxError>,
}

#[derive(Clone, Debug)]
pub(crate) struct CallInfo {
    method: Method,
    url: String,
    pub(crate) elapsed: Duration,
}

impl CallInfo {
    #[cfg(feature = "store")]
    pub(crate) const fn new(method: Method, url: String, elapsed: Duration) -> Self {
        Self {
            method,
            url,
            elapsed,
        }
    }

    pub(crate) fn of(cell: &CallCell) -> Self {
        Self {
            method: cell.request.method.clone(),
            url: cell.request.shown_url(),
            elapsed: cell.elapsed(),
        }
    }
}

impl Error {
    /// Which kind of error it is.
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The status of the last response, if there was one.
    pub fn status(&self) -> Option<StatusCode> {
        self.0.response.as_ref().map(Response::status)
    }

    /// The last response: status, headers and body as the server sent them.
    pub fn response(&self) -> Option<&Response<bytes::Bytes>> {
        self.0.response.as_ref()
    }

    /// What the vendor says in the body of the last response, if the client
    /// declares `error = T` and the body is one.
    pub fn details<T: ErrorBody>(&self) -> Option<&T> {
        let details: &dyn Any = self.0.details.as_deref()?;
        details.downcast_ref()
    }

    /// The number that the server gave the request, by which its support finds
    /// it: `X-Request-Id`, or what the vendor has in its place.
    pub fn request_id(&self) -> Option<&str> {
        let headers = self.0.response.as_ref()?.headers();
        REQUEST_IDS
            .iter()
            .find_map(|name| headers.get(*name)?.to_str().ok())
    }

    /// The attempts that were made, in order.
    pub fn attempts(&self) -> &[AttemptRecord] {
        &self.0.attempts
    }

    /// The time from the call to this error.
    pub fn elapsed(&self) -> Option<Duration> {
        self.0.call.as_ref().map(|call| call.elapsed)
    }

    /// Where in a JSON body the error of the kind [`ErrorKind::Decode`] is, as in
    /// `droplets[3].id`.
    pub fn json_path(&self) -> Option<&str> {
        Some(self.json()?.path.as_str()).filter(|path| !path.is_empty())
    }

    /// What stands there in the body, shortened. It is no part of what is
    /// displayed, since a body may hold secrets.
    pub fn excerpt(&self) -> Option<&str> {
        Some(self.json()?.excerpt.as_str())
    }

    fn json(&self) -> Option<&JsonError> {
        self.0.source.as_ref()?.downcast_ref()
    }

    /// The method of the request.
    pub fn method(&self) -> Option<&Method> {
        self.0.call.as_ref().map(|call| &call.method)
    }

    /// The URL of the request, without secrets.
    pub fn url(&self) -> Option<&str> {
        self.0.call.as_ref().map(|call| call.url.as_str())
    }

    /// When the call may be made again, where that is known.
    pub fn retry_at(&self) -> Option<SystemTime> {
        self.0.retry_at
    }

    /// Whether an attempt or the whole call ran out of time.
    pub fn is_timeout(&self) -> bool {
        matches!(self.0.kind, ErrorKind::Timeout | ErrorKind::Deadline)
    }

    /// Whether nothing was sent, because there was no connection.
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Whether the server refused because of too many calls.
    pub fn is_rate_limited(&self) -> bool {
        self.0.kind == ErrorKind::Throttled
    }

    /// Whether the request may have taken effect although there is no proper
    /// answer. Look before you make the call again.
    pub fn is_unknown_outcome(&self) -> bool {
        self.0.kind == ErrorKind::UnknownOutcome
    }

    /// Whether the same call may succeed later, and repeating it does no harm.
    pub fn is_retryable(&self) -> bool {
        if !self.0.is_harmless {
            return false;
        }
        match self.0.kind {
            // The world may be different then.
            ErrorKind::Connect
            | ErrorKind::Timeout
            | ErrorKind::Interrupted
            | ErrorKind::Throttled
            | ErrorKind::QueueFull
            | ErrorKind::Deadline => true,
            ErrorKind::Status => self.status().is_some_and(|status| status.as_u16() >= 500),
            // The same call fails the same way.
            ErrorKind::Settings
            | ErrorKind::Conflict
            | ErrorKind::Request
            | ErrorKind::Tls
            | ErrorKind::Decode
            | ErrorKind::TooLarge
            | ErrorKind::Pages
            | ErrorKind::Credentials
            | ErrorKind::File
            | ErrorKind::Shutdown
            | ErrorKind::Runtime
            | ErrorKind::Parked
            | ErrorKind::Cancelled => false,
            // It may have been taken in all the same.
            ErrorKind::Store => false,
            // It may do harm.
            ErrorKind::UnknownOutcome => false,
        }
    }

    fn new(kind: ErrorKind, message: String) -> Self {
        Self(Box::new(Inner {
            kind,
            message,
            call: None,
            attempts: Vec::new(),
            response: None,
            details: None,
            retry_at: None,
            is_harmless: true,
            is_spent: false,
            source: None,
        }))
    }

    pub(crate) fn settings(message: String) -> Self {
        Self::new(ErrorKind::Settings, message)
    }

    pub(crate) fn conflict(message: String) -> Self {
        Self::new(ErrorKind::Conflict, message)
    }

    /// A body that is collected is larger than its reader said.
    pub(crate) fn too_large(maximum: u64) -> Self {
        let message = format!("the body has more than {maximum} bytes");
        Self::new(ErrorKind::TooLarge, message)
    }

    pub(crate) fn file(message: String) -> Self {
        Self::new(ErrorKind::File, message)
    }

    pub(crate) fn request(message: String) -> Self {
        Self::new(ErrorKind::Request, message)
    }

    pub(crate) fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.0.source = Some(source.into());
        self
    }

    pub(crate) fn of_call(mut self, cell: &CallCell) -> Self {
        self.0.call = Some(CallInfo::of(cell));
        self
    }

    /// The call waited for credentials that could not be had.
    pub(crate) fn credentials(
        cell: &CallCell,
        cause: Refused,
        attempts: Vec<AttemptRecord>,
    ) -> Self {
        let message = format!("no credentials: {}", cause.cause());
        let mut error = Self::new(ErrorKind::Credentials, message);
        error.0.attempts = attempts;
        error.note_that_it_was_carried_out(cell, None);
        error.of_call(cell).caused_by(cause)
    }

    pub(crate) fn no_runtime(cell: &CallCell) -> Self {
        let message = "there is no tokio runtime here: await the call inside one, for \
                       instance in a function marked `#[tokio::main]`";
        Self::new(ErrorKind::Runtime, message.to_owned()).of_call(cell)
    }

    /// What was waited for has not come.
    pub(crate) fn not_done(calls: u64, within: Duration) -> Self {
        let message = format!("asked {calls} times in {within:?}, it was not done");
        Self::new(ErrorKind::Deadline, message)
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn abandoned() -> Self {
        let message = "the thread that made the call has ended";
        Self::new(ErrorKind::Runtime, message.to_owned())
    }

    pub(crate) fn ended_already() -> Self {
        let message = "the call was polled after it had ended";
        Self::new(ErrorKind::Runtime, message.to_owned())
    }

    /// The response came, and is not what was declared.
    pub(crate) fn decode(
        cell: &CallCell,
        wanted: &str,
        source: BoxError,
        response: Response<bytes::Bytes>,
    ) -> Self {
        let message = format!("the response is not {}: {source}", without_paths(wanted));
        let mut error = Self::new(ErrorKind::Decode, message)
            .caused_by(source)
            .of_call(cell);
        error.0.attempts = cell.take_log();
        error.0.attempts.push(AttemptRecord {
            at: response.waited(),
            took: response.took(),
            outcome: AttemptOutcome::Status(response.status()),
        });
        error.with_response(response)
    }

    /// The pages of a list do not lead on as they should.
    pub(crate) fn pages(cell: &CallCell, problem: BoxError) -> Self {
        let message = format!("there is no way to the next page: {problem}");
        Self::new(ErrorKind::Pages, message)
            .caused_by(problem)
            .of_call(cell)
    }

    pub(crate) fn with_response(mut self, response: Response<bytes::Bytes>) -> Self {
        self.0.response = Some(response);
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(call) = &self.0.call else {
            return formatter.write_str(&self.0.message);
        };
        write!(
            formatter,
            "{} {}: {}",
            call.method, call.url, self.0.message
        )?;
        let attempts = self.0.attempts.len();
        if attempts > 0 {
            let plural = if attempts == 1 { "" } else { "s" };
            let elapsed = call.elapsed.as_secs_f64();
            write!(formatter, " ({attempts} attempt{plural}, {elapsed:.1} s)")?;
        }
        Ok(())
    }
}

/// The name of a type as it is written where it was imported.
fn without_paths(name: &str) -> String {
    let mut short = String::with_capacity(name.len());
    for (at, part) in name.split("::").enumerate() {
        if at > 0 {
            let path = |character: char| character.is_alphanumeric() || character == '_';
            short.truncate(short.trim_end_matches(path).len());
        }
        short.push_str(part);
    }
    short
}

/// What [`Display`](fmt::Display) says, and the attempts line by line: this is
/// what a `main` that returns the error prints.
impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{self}")?;
        for attempt in &self.0.attempts {
            write!(formatter, "\n    {attempt}")?;
        }
        Ok(())
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_is_named_as_it_is_written() {
        for (name, short) in [
            ("u64", "u64"),
            (
                "core::option::Option<my_api::v2::Droplet>",
                "Option<Droplet>",
            ),
            (
                "cloudapi::response::Response<(a::B, alloc::vec::Vec<c::D>)>",
                "Response<(B, Vec<D>)>",
            ),
        ] {
            assert_eq!(without_paths(name), short);
        }
    }
}
