//! How the errors of durable calls come to be: of what a store has kept, or of the store
//! itself.

use std::time::SystemTime;

use bytes::Bytes;

use super::{AttemptRecord, CallInfo, Error, ErrorKind, without_paths};
use crate::client::ClientCore;
use crate::outcome::BoxError;
use crate::response::Response;
use crate::store::{StoreError, StoreErrorKind};

/// So that a store is opened where a client is built, in a function that returns
/// [`Result`](crate::Result).
impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        Self::of_store(error)
    }
}

impl Error {
    /// The store has failed.
    pub(crate) fn of_store(error: StoreError) -> Self {
        Self::new(ErrorKind::Store, error.to_string()).caused_by(error)
    }

    /// There is nothing that wakes whoever waits.
    pub(crate) fn no_runtime_to_wait_on() -> Self {
        let message = "there is no tokio runtime here: await it inside one, for instance in a \
                       function marked `#[tokio::main]`";
        Self::new(ErrorKind::Runtime, message.to_owned())
    }

    /// A durable call has ended so.
    pub(crate) fn durable(kind: ErrorKind, message: String, call: Option<CallInfo>) -> Self {
        let mut error = Self::new(kind, message);
        error.0.call = call;
        error
    }

    pub(crate) fn after(
        mut self,
        attempts: Vec<AttemptRecord>,
        retry_at: Option<SystemTime>,
    ) -> Self {
        self.0.attempts = attempts;
        self.0.retry_at = retry_at;
        self
    }

    /// With the last response, and what the vendor says in it.
    pub(crate) fn answered_by(
        mut self,
        response: Option<Response<Bytes>>,
        client: &ClientCore,
    ) -> Self {
        self.0.details = response.as_ref().and_then(|last| client.details(last));
        self.0.response = response;
        self
    }

    /// The answer of a durable call is not what is asked for.
    pub(crate) fn misread(
        wanted: &str,
        source: BoxError,
        response: Response<Bytes>,
        call: Option<CallInfo>,
    ) -> Self {
        let message = format!("the response is not {}: {source}", without_paths(wanted));
        Self::durable(ErrorKind::Decode, message, call)
            .caused_by(source)
            .with_response(response)
    }

    /// What happened, without the call that it happened to.
    pub(crate) fn message(&self) -> &str {
        &self.0.message
    }

    /// Whether the call ended since all that it may do in a row was done.
    pub(crate) fn is_spent(&self) -> bool {
        self.0.is_spent
    }

    /// What the store failed with, if it did.
    pub(crate) fn store_error(&self) -> Option<StoreErrorKind> {
        let error: &StoreError = self.0.source.as_ref()?.downcast_ref()?;
        Some(error.kind())
    }
}
