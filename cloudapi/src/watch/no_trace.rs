//! What stands for the traces without the feature `tracing`: nothing.

use http::StatusCode;

use crate::client::ClientCore;
use crate::engine::{CallCell, Concluded};
use crate::error::{AttemptOutcome, ErrorKind};
use crate::request::Request;

#[derive(Clone, Debug, Default)]
pub(crate) struct CallTrace;

#[derive(Clone, Debug)]
pub(crate) struct AttemptTrace;

impl CallTrace {
    pub(crate) const fn begin(_: &ClientCore, _: &Request) -> Self {
        Self
    }

    pub(crate) const fn attempt(self, _: &CallCell, _: u32) -> AttemptTrace {
        AttemptTrace
    }

    pub(crate) const fn without_attempt(self) -> AttemptTrace {
        AttemptTrace
    }

    pub(crate) fn end(self, _: Result<StatusCode, ErrorKind>) {}

    pub(crate) fn cancel(self) {}
}

impl AttemptTrace {
    pub(crate) fn around<F: Future>(&self, attempt: F) -> F {
        attempt
    }

    pub(crate) fn end(&self, _: AttemptOutcome, _: Option<Concluded>) {}
}
