//! The vendor's own type for the body of an error response.

use std::any::Any;
use std::fmt::{Debug, Display};
use std::panic::{AssertUnwindSafe, catch_unwind};

use serde::de::DeserializeOwned;

/// A type that the body of an error response is read as:
/// `#[rest_api(error = ..)]`.
///
/// What its `Display` writes becomes part of the line that an
/// [`Error`](crate::Error) displays, so it shows no secret.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be the body of an error response",
    label = "named in `error`",
    note = "it has to implement `serde::Deserialize`, `std::fmt::Display` and `std::fmt::Debug`, \
            to be `Send` and `Sync`, and to borrow nothing"
)]
pub trait ErrorBody: DeserializeOwned + Display + Debug + Send + Sync + 'static {}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned + Display + Debug + Send + Sync + 'static> ErrorBody for T {}

/// The body of an error response that was read.
pub(crate) trait Details: Any + Display + Debug + Send + Sync {}

impl<T: ErrorBody> Details for T {}

/// Reads such a body; `None` if it is something else.
pub(crate) type ReadDetails = fn(&[u8]) -> Option<Box<dyn Details>>;

pub(crate) fn read<T: ErrorBody>(body: &[u8]) -> Option<Box<dyn Details>> {
    let details: T = serde_json::from_slice(body).ok()?;
    Some(Box::new(details))
}

/// Does what is the user's, or may run it, while calls wait for what comes after. If it
/// panics, the panic hook tells, and they are answered all the same: they would wait for
/// ever.
pub(crate) fn unless_it_panics<R>(ask: impl FnOnce() -> R) -> Option<R> {
    catch_unwind(AssertUnwindSafe(ask)).ok()
}
