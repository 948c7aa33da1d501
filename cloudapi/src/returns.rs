//! What an endpoint may be declared to return.

use crate::call::Call;
use crate::error::Error;

/// The return type of an `async fn`.
#[diagnostic::on_unimplemented(
    message = "an `async fn` endpoint cannot return `{Self}`",
    label = "not a `Result`",
    note = "declare it as `async fn .. -> cloudapi::Result<T>`, or with an error type of your own \
            that implements `From<cloudapi::Error>`"
)]
pub trait AsyncReturn {
    /// What the response is read as.
    type Value;

    /// The result of the call.
    fn from_result(result: Result<Self::Value, Error>) -> Self;
}

impl<T, E: From<Error>> AsyncReturn for Result<T, E> {
    type Value = T;

    fn from_result(result: Result<T, Error>) -> Self {
        result.map_err(E::from)
    }
}

/// The return type of a `fn`.
#[diagnostic::on_unimplemented(
    message = "a `fn` endpoint cannot return `{Self}`",
    label = "not a `cloudapi::Call`",
    note = "declare it as `fn .. -> cloudapi::Call<T>`, or as `async fn .. -> cloudapi::Result<T>`"
)]
pub trait SyncReturn {
    /// What the response is read as.
    type Value;

    /// The call itself, or what becomes of it.
    fn from_call(call: Call<Self::Value>) -> Self;
}

impl<T> SyncReturn for Call<T> {
    type Value = T;

    fn from_call(call: Self) -> Self {
        call
    }
}
