//! Bodies, of requests and of responses.
//!
//! A [`Body`] is what goes over the wire, once. A [`RequestBody`] is what makes
//! one for each attempt, so that a retry sends the same bytes again.

mod exactly;
mod file;
mod io;
mod multipart;
mod part;
mod read;
mod request_body;
mod source;
mod stream;
mod watch;

use std::fmt;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

pub(crate) use self::io::FileIo;
pub(crate) use self::multipart::IntoMultipart;
pub use self::multipart::Multipart;
pub use self::part::{Part, PartFallback, PartProbe};
pub use self::request_body::RequestBody;
pub(crate) use self::source::Source;
use self::stream::StreamBody;
pub(crate) use self::watch::Watch;
use crate::outcome::{BoxError, Failure, TransportError};

/// A body that is read piece by piece, once: of a response, or of one attempt
/// to send a request.
///
/// An endpoint that returns one gives the response's body to its caller and
/// not into memory:
///
/// ```
/// use cloudapi::Body;
/// use cloudapi::prelude::*;
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// impl Example {
///     #[get("images/{id}/content")]
///     async fn download(&self, id: u64) -> Result<Body>;
/// }
///
/// # async fn run() -> Result<()> {
/// let example = Example::new()?;
/// let mut image = example.download(7).await?;
/// let mut size = 0;
/// while let Some(piece) = image.chunk().await? {
///     size += piece.len();
/// }
///
/// // Or into a file:
/// example.download(8).await?.save("image.iso").await?;
/// # Ok(())
/// # }
/// ```
///
/// The call is over once the head of the response is there: it counts no longer
/// for `maximum_in_flight`, and its deadline does not bound the body. A status
/// that is an error, a redirect or a throttling is handled before that, with
/// retries, as ever. What comes after is read no faster than it is asked for:
///
/// - `request_timeout` bounds the head, and then the wait for each piece. The
///   time between two pieces that are asked for does not count.
/// - `maximum_response_size` does not apply, since the body is never held.
/// - An error is an [`Error`](crate::Error) of the call, for instance of the kind
///   [`Timeout`](crate::ErrorKind::Timeout) or
///   [`Interrupted`](crate::ErrorKind::Interrupted). It is not retried, since a
///   part has been handed out; a call with a `Range` header fetches the rest,
///   where the server knows ranges (RFC 9110 14.2). After it the body is at its
///   end.
/// - Dropping the body stops the transfer, by closing the connection if need be.
///
/// It is a [`Stream`] of its pieces and an [`http_body::Body`] too, so it can be
/// sent on: see [`RequestBody::from_factory`].
pub struct Body {
    kind: Kind,
    /// What is known of the call that it answers.
    watch: Option<Box<Watch>>,
}

enum Kind {
    Full(Option<Bytes>),
    /// Never locked while it is polled; the lock makes it `Sync`, which some
    /// transports demand.
    Stream(Mutex<UnsyncBoxBody<Bytes, TransportError>>),
}

impl Body {
    /// A body that comes piece by piece. An error in it means that the
    /// connection broke, unless it is a [`TransportError`] that says otherwise.
    pub fn new<B>(body: B) -> Self
    where
        B: HttpBody<Data = Bytes> + Send + 'static,
        B::Error: Into<BoxError>,
    {
        let body = body.map_err(|error| broken(error.into()));
        Self::of_kind(Kind::Stream(Mutex::new(body.boxed_unsync())))
    }

    /// A body of the pieces of a stream.
    ///
    /// Its length is not known, so it is sent in chunks.
    pub fn from_stream<S, T, E>(stream: S) -> Self
    where
        S: Stream<Item = Result<T, E>> + Send + 'static,
        T: Into<Bytes>,
        E: Into<BoxError>,
    {
        Self::new(StreamBody::new(stream))
    }

    const fn of_kind(kind: Kind) -> Self {
        Self { kind, watch: None }
    }

    /// The whole body, if it is in memory and nothing of it has been read.
    pub fn as_bytes(&self) -> Option<&Bytes> {
        static EMPTY: Bytes = Bytes::new();
        match &self.kind {
            Kind::Full(Some(bytes)) => Some(bytes),
            Kind::Full(None) => Some(&EMPTY),
            Kind::Stream(_) => None,
        }
    }

    /// From here on errors tell of the call, and no piece may keep it waiting.
    pub(crate) fn watched(mut self, watch: impl FnOnce(Option<u64>) -> Watch) -> Self {
        let length = HttpBody::size_hint(&self).exact();
        self.watch = Some(Box::new(watch(length)));
        self
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let Self { kind, watch } = self.get_mut();
        let body = match kind {
            Kind::Full(bytes) => {
                return Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes))));
            }
            Kind::Stream(body) => body.get_mut().unwrap_or_else(PoisonError::into_inner),
        };
        let mut polled = Pin::new(body).poll_frame(context);
        if let Some(watch) = watch {
            polled = watch.check(polled, context);
        }
        if matches!(polled, Poll::Ready(None | Some(Err(_)))) {
            // Nothing more comes of it, so the connection is let go.
            *kind = Kind::Full(None);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        match &self.kind {
            Kind::Full(bytes) => bytes.is_none(),
            Kind::Stream(body) => locked(body, HttpBody::is_end_stream),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.kind {
            Kind::Full(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Kind::Stream(body) => locked(body, HttpBody::size_hint),
        }
    }
}

fn locked<B, R>(body: &Mutex<B>, look: impl FnOnce(&B) -> R) -> R {
    look(&body.lock().unwrap_or_else(PoisonError::into_inner))
}

fn broken(error: BoxError) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(error) => TransportError::new(Failure::Interrupted, error),
    }
}

/// A body that is in memory.
impl<T: Into<Bytes>> From<T> for Body {
    fn from(body: T) -> Self {
        Self::of_kind(Kind::Full(
            Some(body.into()).filter(|bytes| !bytes.is_empty()),
        ))
    }
}

/// An empty body.
impl Default for Body {
    fn default() -> Self {
        Self::of_kind(Kind::Full(None))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.as_bytes(), HttpBody::size_hint(self).exact()) {
            (Some(bytes), _) => write!(formatter, "Body({} bytes)", bytes.len()),
            (None, Some(length)) => write!(formatter, "Body(a stream of {length} bytes)"),
            (None, None) => formatter.write_str("Body(a stream)"),
        }
    }
}
