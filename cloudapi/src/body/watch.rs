//! What is known of the call whose response a body is.

use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http_body::Frame;
use tokio::runtime::Handle;

use super::FileIo;
use crate::engine::{CallCell, Clock, Sleep};
use crate::error::{AttemptOutcome, AttemptRecord, CallInfo, Error};
use crate::outcome::{Failure, TransportError};
use crate::response::Response;
use crate::schedule::Time;

/// What one frame of a body is polled to.
type Polled = Poll<Option<Result<Frame<Bytes>, TransportError>>>;

/// Sees to it that the body comes whole and without long waits, and tells of
/// its call in errors.
pub(crate) struct Watch {
    call: CallInfo,
    attempts: Vec<AttemptRecord>,
    response: Response<Bytes>,
    /// Repeating the request does no harm.
    is_harmless: bool,
    clock: Clock,
    /// Its time is waited on.
    runtime: Option<Handle>,
    since: Time,
    timeout: Duration,
    /// Runs while a piece is waited for.
    timer: Option<Sleep>,
    /// How many bytes are still to come, where that is known.
    left: Option<u64>,
}

impl Watch {
    /// For the body of this length that comes in answer to the call, after a
    /// head that is given with an empty body.
    pub(crate) fn new(cell: &CallCell, response: Response<Bytes>, length: Option<u64>) -> Self {
        let clock = cell.client.scope().clock().clone();
        let is_harmless = cell.declared().idempotent;
        Self {
            call: CallInfo::of(cell),
            attempts: cell.take_log(),
            is_harmless,
            runtime: cell.runtime().cloned(),
            since: clock.now(),
            timeout: cell.request_timeout(),
            response,
            clock,
            timer: None,
            left: length,
        }
    }

    /// What to make of a frame, or of there being none.
    pub(super) fn check(&mut self, polled: Polled, context: &mut Context<'_>) -> Polled {
        match polled {
            Poll::Pending => {
                let until = self.clock.now().after(self.timeout);
                let timer = self
                    .timer
                    .get_or_insert_with(|| self.clock.sleep(until, self.runtime.as_ref()));
                if Pin::new(timer).poll(context).is_pending() {
                    return Poll::Pending;
                }
                Poll::Ready(Some(Err(Failure::Timeout.into())))
            }
            Poll::Ready(polled) => {
                self.timer = None;
                Poll::Ready(match polled {
                    Some(Ok(frame)) => Some(Ok(self.count(frame))),
                    // A connection that is dropped along with its runtime says
                    // nothing.
                    None if self.left.is_some_and(|left| left > 0) => {
                        Some(Err(Failure::Interrupted.into()))
                    }
                    other => other,
                })
            }
        }
    }

    fn count(&mut self, frame: Frame<Bytes>) -> Frame<Bytes> {
        if let (Some(left), Some(data)) = (&mut self.left, frame.data_ref()) {
            *left = left.saturating_sub(data.len() as u64);
        }
        frame
    }

    /// Adds to an error what is known of the call; `failure` is that of the body,
    /// if it is one.
    pub(super) fn about(&self, error: Error, failure: Option<Failure>) -> Error {
        let mut call = self.call.clone();
        let after = self.clock.now().since(self.since);
        call.elapsed = self.response.elapsed().saturating_add(after);
        let mut attempts = self.attempts.clone();
        attempts.push(AttemptRecord {
            at: self.response.waited(),
            took: self.response.took().saturating_add(after),
            outcome: match failure {
                Some(failure) => AttemptOutcome::Failure(failure),
                None => AttemptOutcome::Status(self.response.status()),
            },
        });
        error.after_head(call, attempts, self.response.clone(), self.is_harmless)
    }

    pub(super) fn file_io(&self) -> FileIo {
        self.clock.file_io(self.runtime.as_ref())
    }

    #[cfg(feature = "blocking")]
    pub(super) const fn clock(&self) -> &Clock {
        &self.clock
    }

    #[cfg(feature = "blocking")]
    pub(super) fn wait_here(&mut self) {
        self.runtime = Handle::try_current().ok();
        self.timer = None;
    }
}
