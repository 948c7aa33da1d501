//! What a parameter can be, by the place it is put in.
//!
//! Each place has a trait of its own that is implemented for all types that fit,
//! so that the compiler says in our words which do not.

use std::fmt::Display;

use bytes::Bytes;
use serde::Serialize;

use crate::auth::Secret;
use crate::body::RequestBody;
use crate::outcome::BoxError;
use crate::query;

/// A value with one form in text.
#[derive(Clone, Copy)]
pub enum Plain<'a> {
    /// As its `Display` writes it.
    Shown(&'a dyn Display),
    /// Never to be shown.
    Secret(&'a Secret),
}

impl std::fmt::Debug for Plain<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Plain(..)")
    }
}

/// What has one form in text: everything with `Display`, and [`Secret`].
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be put in a header",
    label = "this is to be the value of a header",
    note = "a header takes types that implement `std::fmt::Display`, and `cloudapi::Secret`"
)]
pub trait ToPlain {
    /// That form.
    fn plain(&self) -> Plain<'_>;
}

impl<T: Display> ToPlain for T {
    fn plain(&self) -> Plain<'_> {
        Plain::Shown(self)
    }
}

impl ToPlain for Secret {
    fn plain(&self) -> Plain<'_> {
        Plain::Secret(self)
    }
}

impl ToPlain for &Secret {
    fn plain(&self) -> Plain<'_> {
        Plain::Secret(self)
    }
}

/// A parameter that fills a placeholder of a path.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be put in a path",
    label = "this fills a placeholder of the path",
    note = "a path takes types that implement `std::fmt::Display` (numbers, strings, identifiers) \
            and `cloudapi::Secret`; an `Option` or a list has no single place in it"
)]
pub trait PathValue: ToPlain {}

#[diagnostic::do_not_recommend]
impl<T: ToPlain> PathValue for T {}

/// A field that fills a text: a header, a query parameter, a scope.
#[diagnostic::on_unimplemented(
    message = "a field of type `{Self}` cannot be put in a text",
    label = "this field is named in a text",
    note = "name fields of type `cloudapi::Secret`, or of a type that implements \
            `std::fmt::Display`"
)]
pub trait TextField: ToPlain {}

#[diagnostic::do_not_recommend]
impl<T: ToPlain> TextField for T {}

/// A parameter that is sent as a header.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be put in a header",
    label = "this is marked `#[header]`",
    note = "a header takes types that implement `std::fmt::Display`, `cloudapi::Secret`, or an \
            `Option` of one of those"
)]
pub trait HeaderParameter: ToPlain {}

#[diagnostic::do_not_recommend]
impl<T: ToPlain> HeaderParameter for T {}

/// Finds out whether a header's parameter is an `Option`: inherent methods come
/// before those of a trait.
#[derive(Debug)]
pub struct HeaderProbe<'a, T>(pub &'a T);

impl<'a, T: HeaderParameter> HeaderProbe<'a, Option<T>> {
    /// The value, if there is one.
    pub fn header_value(&self) -> Option<Plain<'a>> {
        self.0.as_ref().map(ToPlain::plain)
    }
}

impl<'a, T: HeaderParameter> HeaderProbe<'a, &'a Option<T>> {
    /// The value, if there is one.
    pub fn header_value(&self) -> Option<Plain<'a>> {
        self.0.as_ref().map(ToPlain::plain)
    }
}

/// The values of [`HeaderProbe`] that are there in any case.
pub trait HeaderFallback<'a> {
    /// What the parameter is.
    type Parameter;

    /// The value.
    fn header_value(&self) -> Option<Plain<'a>>
    where
        Self::Parameter: HeaderParameter;
}

impl<'a, T> HeaderFallback<'a> for HeaderProbe<'a, T> {
    type Parameter = T;

    fn header_value(&self) -> Option<Plain<'a>>
    where
        T: HeaderParameter,
    {
        Some(self.0.plain())
    }
}

/// A [`Secret`], or none. It has no `Serialize`, so that no struct sends it unnoticed;
/// each place that takes it says so.
pub trait Concealed {
    /// The secret, if there is one.
    fn concealed(&self) -> Option<&Secret>;
}

impl Concealed for Secret {
    fn concealed(&self) -> Option<&Secret> {
        Some(self)
    }
}

impl<T: Concealed + ?Sized> Concealed for &T {
    fn concealed(&self) -> Option<&Secret> {
        (**self).concealed()
    }
}

impl<T: Concealed> Concealed for Option<T> {
    fn concealed(&self) -> Option<&Secret> {
        self.as_ref().and_then(Concealed::concealed)
    }
}

/// That a value is sent by its `Serialize`. A place has a trait for each way; were it one
/// trait, the compiler would have to expect an `Option<Secret>` that has both.
#[derive(Debug)]
pub enum ByItself {}

/// That a value is a secret, and is sent without being shown.
#[derive(Debug)]
pub enum AsSecret {}

/// A parameter that is put in the query, in one of two ways.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be put in a query",
    label = "this is marked `#[query]`",
    note = "a query takes types that implement `serde::Serialize` (a scalar, an `Option`, a \
            slice, or a struct whose fields are parameters), and `cloudapi::Secret` or an \
            `Option` of it"
)]
pub trait QueryValue<Way> {
    /// Whether it must not be shown.
    #[doc(hidden)]
    fn is_secret(&self) -> bool {
        false
    }

    /// Appends its encoded pairs.
    #[doc(hidden)]
    fn append(&self, target: &mut String, name: &str) -> Result<(), BoxError>;
}

#[diagnostic::do_not_recommend]
impl<T: Serialize> QueryValue<ByItself> for T {
    fn append(&self, target: &mut String, name: &str) -> Result<(), BoxError> {
        Ok(query::append(target, name, self)?)
    }
}

#[diagnostic::do_not_recommend]
impl<T: Concealed> QueryValue<AsSecret> for T {
    fn is_secret(&self) -> bool {
        self.concealed().is_some()
    }

    fn append(&self, target: &mut String, name: &str) -> Result<(), BoxError> {
        let secret = self.concealed().map(Secret::expose);
        Ok(query::append(target, name, &secret)?)
    }
}

/// A parameter that is put in the query as one list.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be put in a query as a list",
    label = "this is marked `#[query]` with a delimiter",
    note = "a list is a slice, a `Vec`, a set or an `Option` of one, of items that implement \
            `serde::Serialize`: scalars, or enums without data"
)]
pub trait QueryList: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> QueryList for T {}

/// A parameter that is sent as JSON.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as JSON",
    label = "this is marked `#[json]`",
    note = "JSON takes types that implement `serde::Serialize`: add `#[derive(serde::Serialize)]`"
)]
pub trait JsonBody: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> JsonBody for T {}

/// A parameter that is sent as a form.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a form",
    label = "this is marked `#[form]`",
    note = "a form takes types that implement `serde::Serialize`: add `#[derive(serde::Serialize)]`"
)]
pub trait FormBody: Serialize {}

#[diagnostic::do_not_recommend]
impl<T: Serialize> FormBody for T {}

/// A type that is a request body as it is, for `#[body]`.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a request body as it is",
    label = "this is marked `#[body]`",
    note = "`#[body]` takes `String`, `&str`, `Vec<u8>`, `&[u8]`, `cloudapi::Bytes` or \
            `cloudapi::RequestBody`; mark the parameter `#[json]` or `#[form]` to have it serialized"
)]
pub trait IntoBody {
    /// The media type it is sent as, unless a `Content-Type` header or the
    /// [`RequestBody`] itself says otherwise.
    const MEDIA_TYPE: &'static str;

    /// What is sent.
    fn into_body(self) -> RequestBody;
}

macro_rules! into_body {
    ($($type:ty, $media_type:ident;)*) => {$(
        impl IntoBody for $type {
            const MEDIA_TYPE: &'static str = $media_type;

            fn into_body(self) -> RequestBody {
                self.into()
            }
        }
    )*};
}

const TEXT: &str = "text/plain; charset=utf-8";
const OCTETS: &str = "application/octet-stream";

into_body! {
    String, TEXT;
    &String, TEXT;
    &str, TEXT;
    Bytes, OCTETS;
    &Bytes, OCTETS;
    Vec<u8>, OCTETS;
    &Vec<u8>, OCTETS;
    &[u8], OCTETS;
    RequestBody, OCTETS;
    &RequestBody, OCTETS;
}
