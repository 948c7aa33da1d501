//! Response bodies, read no further than a limit.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Bytes, BytesMut};
use http_body::{Body as HttpBody, Frame, SizeHint};
use http_body_util::BodyExt;
use http_body_util::combinators::UnsyncBoxBody;

use crate::outcome::{BoxError, Failure, TransportError};

/// The body of a response, as a [`Transport`](crate::Transport) brings it.
pub struct Body(Kind);

enum Kind {
    Full(Option<Bytes>),
    Stream(UnsyncBoxBody<Bytes, TransportError>),
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
        Self(Kind::Stream(body.boxed_unsync()))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        match &mut self.get_mut().0 {
            Kind::Full(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Kind::Stream(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match &self.0 {
            Kind::Full(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Kind::Stream(body) => body.size_hint(),
        }
    }
}

fn broken(error: BoxError) -> TransportError {
    match error.downcast::<TransportError>() {
        Ok(error) => *error,
        Err(error) => TransportError::new(Failure::Interrupted, error),
    }
}

impl<T: Into<Bytes>> From<T> for Body {
    fn from(body: T) -> Self {
        Self(Kind::Full(Some(body.into())))
    }
}

impl fmt::Debug for Body {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Body(..)")
    }
}

/// Reads a body to its end.
pub(super) async fn read(mut body: Body, maximum_size: u64) -> Result<Bytes, TransportError> {
    let mut collected = Collector::new(maximum_size);
    collected.expect(body.size_hint().lower())?;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            collected.push(data)?;
        }
    }
    Ok(collected.finish())
}

/// Puts a body together. One that came in one piece is not copied.
pub(super) struct Collector {
    maximum_size: u64,
    pieces: Pieces,
}

enum Pieces {
    One(Bytes),
    More(BytesMut),
}

impl Collector {
    pub(super) const fn new(maximum_size: u64) -> Self {
        Self {
            maximum_size,
            pieces: Pieces::One(Bytes::new()),
        }
    }

    /// Refuses a body that says beforehand that it is too large.
    pub(super) fn expect(&self, size: u64) -> Result<(), TransportError> {
        if size > self.maximum_size {
            return Err(Failure::TooLarge.into());
        }
        Ok(())
    }

    pub(super) fn push(&mut self, piece: Bytes) -> Result<(), TransportError> {
        let size = self.len().saturating_add(piece.len());
        self.expect(size as u64)?;
        match &mut self.pieces {
            Pieces::One(first) if first.is_empty() => *first = piece,
            Pieces::One(first) => {
                let mut more = BytesMut::with_capacity(size.max(2 * first.len()));
                more.extend_from_slice(first);
                more.extend_from_slice(&piece);
                self.pieces = Pieces::More(more);
            }
            Pieces::More(more) => more.extend_from_slice(&piece),
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Bytes {
        match self.pieces {
            Pieces::One(bytes) => bytes,
            Pieces::More(bytes) => bytes.freeze(),
        }
    }

    fn len(&self) -> usize {
        match &self.pieces {
            Pieces::One(bytes) => bytes.len(),
            Pieces::More(bytes) => bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(pieces: &[&'static str], maximum_size: u64) -> Result<Bytes, TransportError> {
        let mut collected = Collector::new(maximum_size);
        for piece in pieces {
            collected.push(Bytes::from_static(piece.as_bytes()))?;
        }
        Ok(collected.finish())
    }

    #[test]
    fn pieces_are_put_together_in_their_order() {
        assert_eq!(collect(&[], 8).unwrap(), "");
        assert_eq!(collect(&["ab"], 8).unwrap(), "ab");
        assert_eq!(collect(&["ab", "", "cd", "ef"], 8).unwrap(), "abcdef");
    }

    #[test]
    fn the_limit_is_the_largest_size_that_passes() {
        assert!(collect(&["abcd", "efgh"], 8).is_ok());
        let error = collect(&["abcd", "efgh", "i"], 8).unwrap_err();
        assert_eq!(error.failure(), Failure::TooLarge);
        assert!(collect(&["a"], 0).is_err());
    }
}
