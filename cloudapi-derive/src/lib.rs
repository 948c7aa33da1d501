//! The attribute macros of [`cloudapi`](https://docs.rs/cloudapi), which
//! re-exports and documents them. This crate is not meant to be used alone: what
//! it generates names items of `cloudapi`.
//!
//! Each macro goes through the same stages: `parse` (syntax), `model` (meaning),
//! `check` (rules), `expand` (code). Only this file touches `proc_macro`.

mod check;
mod diagnostics;
mod expand;
mod model;
mod parse;
mod paths;

#[cfg(test)]
mod golden;

use proc_macro::TokenStream;

use crate::model::Verb;

/// Makes a struct the client of an API.
///
/// It adds one hidden field, `new` (unless `constructor = none`) and `builder`.
/// It goes above the derives of the struct, which see the struct as it leaves it.
///
/// On an `impl` block of such a struct it checks the endpoints against each other.
#[proc_macro_attribute]
pub fn rest_api(arguments: TokenStream, item: TokenStream) -> TokenStream {
    expand::rest_api(arguments.into(), item.into()).into()
}

macro_rules! verbs {
    ($($(#[$docs:meta])* $name:ident => $verb:ident;)*) => {$(
        $(#[$docs])*
        #[proc_macro_attribute]
        pub fn $name(arguments: TokenStream, item: TokenStream) -> TokenStream {
            expand::endpoint(Verb::$verb, arguments.into(), &item.into()).into()
        }
    )*};
}

verbs! {
    /// Declares a GET endpoint: `#[get("droplets/{id}")]` on a method without a
    /// body, in an `impl` block of a struct with [`macro@rest_api`].
    get => Get;
    /// Declares a POST endpoint, as [`macro@get`] does for GET.
    post => Post;
    /// Declares a PUT endpoint, as [`macro@get`] does for GET.
    put => Put;
    /// Declares a PATCH endpoint, as [`macro@get`] does for GET.
    patch => Patch;
    /// Declares a DELETE endpoint, as [`macro@get`] does for GET.
    delete => Delete;
    /// Declares a HEAD endpoint, as [`macro@get`] does for GET.
    head => Head;
    /// Declares an OPTIONS endpoint, as [`macro@get`] does for GET.
    options => Options;
}
