//! What an endpoint may be declared to return.

use crate::call::Call;
use crate::error::Error;
use crate::pages::Pages;

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
    note = "declare it as `fn .. -> cloudapi::Call<T>`, or as `async fn .. -> cloudapi::Result<T>`",
    note = "for `cloudapi::Pages<T>` add `items = \"..\"` and one of `next`, `page` and `cursor`, \
            unless `#[rest_api]` has them in `pages(..)`",
    note = "with the feature `blocking` it may be `fn .. -> cloudapi::Result<T>`, which blocks"
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

#[cfg(feature = "blocking")]
impl<T, E: From<Error>> SyncReturn for Result<T, E> {
    type Value = T;

    fn from_call(call: Call<T>) -> Self {
        call.wait().map_err(E::from)
    }
}

/// The return type of a `fn` whose endpoint has pages.
#[diagnostic::on_unimplemented(
    message = "an endpoint with pages cannot return `{Self}`",
    label = "not `cloudapi::Pages`",
    note = "declare it as `fn .. -> cloudapi::Pages<T>`, where `T` is one item"
)]
pub trait PagesReturn {
    /// What an item is read as.
    type Item;

    /// The pages themselves.
    fn from_pages(pages: Pages<Self::Item>) -> Self;
}

impl<T> PagesReturn for Pages<T> {
    type Item = T;

    fn from_pages(pages: Self) -> Self {
        pages
    }
}
