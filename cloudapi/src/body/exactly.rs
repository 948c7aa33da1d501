//! A body that has the length that was said of it, or is an error.

use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::Body;
use crate::outcome::TransportError;

pub(super) struct Exactly {
    body: Body,
    length: u64,
    left: u64,
}

impl Exactly {
    pub(super) fn new(body: Body, length: u64) -> Self {
        Self {
            body,
            length,
            left: length,
        }
    }
}

impl HttpBody for Exactly {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        loop {
            let frame = ready!(Pin::new(&mut self.body).poll_frame(context)?);
            let length = self.length;
            let Some(frame) = frame else {
                return Poll::Ready((self.left > 0).then(|| {
                    let came = length - self.left;
                    Err(wrong(format!(
                        "it has only {came} of the {length} bytes that were said of it"
                    )))
                }));
            };
            // A length leaves no room for trailers.
            let Ok(data) = frame.into_data() else {
                continue;
            };
            return Poll::Ready(Some(match self.left.checked_sub(data.len() as u64) {
                Some(left) => {
                    self.left = left;
                    Ok(Frame::data(data))
                }
                None => Err(wrong(format!(
                    "it has more than the {length} bytes that were said of it"
                ))),
            }));
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0 && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

fn wrong(message: String) -> TransportError {
    TransportError::new(crate::outcome::Failure::Body, message)
}
