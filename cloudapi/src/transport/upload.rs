//! The body of a request on its way, and what went wrong with it.
//!
//! A transport cannot tell an error of the body from one of the connection, or
//! says so in a way of its own. So the error is left aside, where it is found
//! when the transport has failed.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use crate::body::Body;
use crate::outcome::{Failure, TransportError};

pub(super) struct Upload {
    body: Body,
    error: Arc<UploadError>,
}

/// The error of a body, if it had one.
#[derive(Debug, Default)]
pub(super) struct UploadError(Mutex<Option<TransportError>>);

impl Upload {
    pub(super) const fn new(body: Body, error: Arc<UploadError>) -> Self {
        Self { body, error }
    }
}

impl UploadError {
    pub(super) fn take(&self) -> Option<TransportError> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn put(&self, error: TransportError) {
        // What came of it, when it was made of another call's response, says
        // nothing of this call.
        let error = match error.failure() {
            Failure::Body => error,
            _ => TransportError::new(Failure::Body, error),
        };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(error);
    }
}

impl HttpBody for Upload {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let Self { body, error } = self.get_mut();
        let polled = Pin::new(body).poll_frame(context);
        polled.map_err(|failed| {
            error.put(failed);
            Failure::Body.into()
        })
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        HttpBody::size_hint(&self.body)
    }
}
