//! What came of an attempt: a response, or the way in which there was none.

use std::error::Error as StdError;
use std::fmt;

use bytes::Bytes;

use crate::response::Response;

/// Any error.
pub type BoxError = Box<dyn StdError + Send + Sync>;

/// A response that was read to its end, or why there is none.
pub(crate) type Outcome = Result<Response<Bytes>, TransportError>;

/// Why an attempt brought no complete response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Failure {
    /// The request never left: no such host, connection refused, or connecting
    /// took too long.
    NotSent,
    /// The server is there and refused the request unprocessed, before any answer:
    /// a refused stream of HTTP/2 (RFC 9113 8.7).
    Refused,
    /// The server's certificate or the TLS handshake was not acceptable.
    Tls,
    /// The request may have been sent, and no answer came in time.
    Timeout,
    /// The connection broke after the request may have been sent, or in the
    /// middle of the response.
    Interrupted,
    /// The response body is larger than `maximum_response_size`.
    TooLarge,
    /// The request cannot be sent as it is; the transport refused it.
    Unsendable,
    /// The body of the request could not be made, or failed while it was sent.
    Body,
    /// The tokio runtime that carried the attempt ended, or the attempt
    /// panicked.
    Abandoned,
    /// The tokio runtime of the call had ended before the request was sent, or was not
    /// polled for as long as the attempt might take.
    NoRuntime,
    /// The client was shut down, and the attempt was still under way when the time
    /// for that was over.
    Stopped,
    /// The request of a durable call was not sent, since the store could not note before
    /// that it was about to be.
    Unmarked,
}

impl Failure {
    /// Whether it came about on our side, so that it says nothing of the server.
    pub(crate) const fn is_ours(self) -> bool {
        match self {
            Self::Unsendable
            | Self::Body
            | Self::Abandoned
            | Self::NoRuntime
            | Self::Stopped
            | Self::Unmarked => true,
            Self::NotSent
            | Self::Refused
            | Self::Tls
            | Self::Timeout
            | Self::Interrupted
            | Self::TooLarge => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::NotSent => "could not connect",
            Self::Refused => "the server refused the request unprocessed",
            Self::Tls => "no secure connection",
            Self::Timeout => "no answer in time",
            Self::Interrupted => "the connection broke before the response was complete",
            Self::TooLarge => "the response body is larger than `maximum_response_size`",
            Self::Unsendable => "the request cannot be sent",
            Self::Body => "the body of the request cannot be read",
            Self::Abandoned => {
                "the attempt was dropped: its tokio runtime ended or lacks `enable_all`, or it \
                 panicked"
            }
            Self::NoRuntime => "the tokio runtime of the call has ended, or stands still",
            Self::Stopped => "the client was shut down before the answer came",
            Self::Unmarked => "nothing was sent, since the store could not note it before",
        })
    }
}

/// How a [`Transport`](crate::Transport) says that there is no response.
///
/// The [`Failure`] decides what happens next, so choose it with care: only what
/// is certain not to have been sent is [`Failure::NotSent`], and only what is certain
/// not to have been processed is [`Failure::Refused`].
#[derive(Debug)]
pub struct TransportError {
    failure: Failure,
    source: Option<BoxError>,
}

impl TransportError {
    /// A failure with its cause.
    pub fn new(failure: Failure, source: impl Into<BoxError>) -> Self {
        Self {
            failure,
            source: Some(source.into()),
        }
    }

    /// What kind of failure it is.
    pub const fn failure(&self) -> Failure {
        self.failure
    }

    pub(crate) fn into_source(self) -> Option<BoxError> {
        self.source
    }
}

impl From<Failure> for TransportError {
    fn from(failure: Failure) -> Self {
        Self {
            failure,
            source: None,
        }
    }
}

impl fmt::Display for TransportError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.failure.fmt(formatter)
    }
}

impl StdError for TransportError {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}
