//! How generated code finds the way to read a value, whatever it is called.
//!
//! Rust has no specialization, but method resolution has an order: it tries a
//! receiver with more references first. Each way to read is implemented at its
//! own depth of references under a bound, and the first whose bound holds is
//! taken. The last has no bound on its type and so is always found, but calling
//! it demands [`ResponseType`], which gives the message in our words.

use std::fmt;
use std::marker::PhantomData;

use bytes::Bytes;
use http::StatusCode;
use serde::de::DeserializeOwned;

use crate::body::Body;
use crate::json;
use crate::outcome::BoxError;
use crate::response::{FromResponse, Response};

/// How a response becomes a `T`.
pub struct Decoder<T> {
    /// A 404 is a value.
    pub(crate) optional: bool,
    /// JSON is wanted.
    pub(crate) json: bool,
    pub(crate) read: Read<T>,
}

/// The way from a response to a `T`.
pub(crate) enum Read<T> {
    /// Reads a response, or of a JSON document only the part that the path leads
    /// to.
    Whole(fn(&Response<Bytes>, &str) -> Result<T, BoxError>),
    /// Hands over a response whose body is yet to come; if it has none, it is
    /// one that is absent.
    Streamed(fn(Response<Option<Body>>) -> T),
}

// Derived, these would demand the same of `T`.
impl<T> Clone for Decoder<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Decoder<T> {}

impl<T> Clone for Read<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Read<T> {}

impl<T> fmt::Debug for Decoder<T> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Decoder(..)")
    }
}

/// Stands for a value of type `T`.
#[derive(Debug)]
pub struct Marker<T>(PhantomData<fn() -> T>);

impl<T> Marker<T> {
    /// The one marker.
    pub const NEW: Self = Self(PhantomData);
}

/// Stands for a value of type `T` that is a part of a JSON document.
#[derive(Debug)]
pub struct PartMarker<T>(PhantomData<fn() -> T>);

impl<T> PartMarker<T> {
    /// The one marker.
    pub const NEW: Self = Self(PhantomData);
}

/// The ways to read a type, but for the last.
pub trait Decodes {
    /// What is read.
    type Value;

    /// How it is read.
    fn decoder(&self) -> Decoder<Self::Value>;
}

/// The last way to read a type: as JSON.
pub trait DecodesLast {
    /// What is read.
    type Value;

    /// How it is read.
    fn decoder(&self) -> Decoder<Self::Value>
    where
        Self::Value: ResponseType;
}

/// A type that reads itself. As a part of a document it does not.
impl<T: FromResponse> Decodes for &&&&&&Marker<T> {
    type Value = T;

    fn decoder(&self) -> Decoder<T> {
        Decoder {
            optional: T::OPTIONAL,
            json: false,
            read: Read::Whole(|response, _| T::from_response(response)),
        }
    }
}

/// The ways to hand over a body. They stand beside the types that read
/// themselves, none of which is a body.
macro_rules! streamed_ways {
    ($($value:ty, $optional:literal, $read:expr;)*) => {$(
        impl Decodes for &&&&&&Marker<$value> {
            type Value = $value;

            fn decoder(&self) -> Decoder<Self::Value> {
                Decoder {
                    optional: $optional,
                    json: false,
                    read: Read::Streamed($read),
                }
            }
        }
    )*};
}

streamed_ways! {
    Body, false, |response| response.into_value().unwrap_or_default();
    Response<Body>, false, |response| response.map(Option::unwrap_or_default);
    Option<Body>, true, present;
    Response<Option<Body>>, true, |response| {
        let absent = response.is_absent();
        response.map(|body| body.filter(|_| !absent))
    };
    Option<Response<Body>>, true, |response| {
        let absent = response.is_absent();
        (!absent).then(|| response.map(Option::unwrap_or_default))
    };
}

/// `None` for a 404, and where there is no content (204 and 205).
fn present(response: Response<Option<Body>>) -> Option<Body> {
    match response.is_absent() {
        true => None,
        false => response.into_value(),
    }
}

macro_rules! json_way {
    ($marker:ty => $value:ty, $optional:literal, $read:expr) => {
        impl<T: DeserializeOwned> Decodes for $marker {
            type Value = $value;

            fn decoder(&self) -> Decoder<Self::Value> {
                Decoder {
                    optional: $optional,
                    json: true,
                    read: Read::Whole($read),
                }
            }
        }
    };
}

/// The ways to read JSON.
macro_rules! json_ways {
    ($marker:ident) => {
        json_way!(&&&&&$marker<Response<Option<T>>> => Response<Option<T>>, true,
            |response, part| Ok(response.with(optional(response, part)?)));
        json_way!(&&&&$marker<Option<Response<T>>> => Option<Response<T>>, true,
            |response, part| Ok(optional(response, part)?.map(|value| response.with(value))));
        json_way!(&&&$marker<Response<T>> => Response<T>, false,
            |response, part| Ok(response.with(required(response, part)?)));
        json_way!(&&$marker<Option<T>> => Option<T>, true, optional);

        impl<T> DecodesLast for $marker<T> {
            type Value = T;

            fn decoder(&self) -> Decoder<T>
            where
                T: ResponseType,
            {
                Decoder {
                    optional: false,
                    json: true,
                    read: Read::Whole(T::read),
                }
            }
        }
    };
}

json_ways!(Marker);
json_ways!(PartMarker);

/// A type that can be read from a response.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a response",
    label = "what this endpoint returns",
    note = "a value is `()`, `String`, `cloudapi::Bytes`, a type read from JSON \
            (`#[derive(serde::Deserialize)]`), one with its own `cloudapi::FromResponse`, or an \
            `Option` or `cloudapi::Response` of those",
    note = "`cloudapi::Body`, which is read piece by piece, has no parts: it goes without `unwrap`"
)]
pub trait ResponseType: Sized {
    #[doc(hidden)]
    fn read(response: &Response<Bytes>, part: &str) -> Result<Self, BoxError>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> ResponseType for T {
    fn read(response: &Response<Bytes>, part: &str) -> Result<Self, BoxError> {
        required(response, part)
    }
}

fn required<T: DeserializeOwned>(response: &Response<Bytes>, part: &str) -> Result<T, BoxError> {
    if response.value().is_empty() {
        return Err(match response.status() {
            StatusCode::OK => "the body is empty".into(),
            status => format!("the body of this {status} is empty").into(),
        });
    }
    Ok(json::read(response.value(), part)?)
}

/// `None` for a 404, and where there is no content: 204 and 205, and a body without a
/// byte, which is no JSON. Were that an error, a DELETE that took effect would look as if
/// it had not.
fn optional<T: DeserializeOwned>(
    response: &Response<Bytes>,
    part: &str,
) -> Result<Option<T>, BoxError> {
    if response.is_absent() || response.value().is_empty() {
        return Ok(None);
    }
    required::<Option<T>>(response, part)
}
