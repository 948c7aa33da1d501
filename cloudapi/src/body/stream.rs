//! A body of the pieces of a stream.

use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http_body::{Body, Frame};

use crate::outcome::BoxError;

/// The stream is boxed, since it may not be moved once it was polled.
pub(super) struct StreamBody<S>(Pin<Box<S>>);

impl<S> StreamBody<S> {
    pub(super) fn new(stream: S) -> Self {
        Self(Box::pin(stream))
    }
}

impl<S, T, E> Body for StreamBody<S>
where
    S: Stream<Item = Result<T, E>>,
    T: Into<Bytes>,
    E: Into<BoxError>,
{
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let polled = self.0.as_mut().poll_next(context);
        polled.map(|item| {
            item.map(|item| match item {
                Ok(piece) => Ok(Frame::data(piece.into())),
                Err(error) => Err(error.into()),
            })
        })
    }
}
