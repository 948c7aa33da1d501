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

use crate::outcome::BoxError;
use crate::response::{FromResponse, Response};

/// How a response becomes a `T`.
pub struct Decoder<T> {
    /// A 404 is a value.
    pub(crate) optional: bool,
    /// JSON is wanted.
    pub(crate) json: bool,
    pub(crate) read: fn(&Response<Bytes>) -> Result<T, BoxError>,
}

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

/// The ways to read a type, but for the last.
pub trait Decodes {
    /// What is read.
    type Value;

    /// How it is read.
    fn decoder(&self) -> Decoder<Self::Value>;
}

/// A type that reads itself.
impl<T: FromResponse> Decodes for &&&&&&Marker<T> {
    type Value = T;

    fn decoder(&self) -> Decoder<T> {
        Decoder {
            optional: T::OPTIONAL,
            json: false,
            read: T::from_response,
        }
    }
}

impl<T: DeserializeOwned> Decodes for &&&&&Marker<Response<Option<T>>> {
    type Value = Response<Option<T>>;

    fn decoder(&self) -> Decoder<Self::Value> {
        Decoder {
            optional: true,
            json: true,
            read: |response| {
                let value = Response::<Option<Json<T>>>::from_response(response)?;
                Ok(value.map(|value| value.map(|json| json.0)))
            },
        }
    }
}

impl<T: DeserializeOwned> Decodes for &&&&Marker<Option<Response<T>>> {
    type Value = Option<Response<T>>;

    fn decoder(&self) -> Decoder<Self::Value> {
        Decoder {
            optional: true,
            json: true,
            read: |response| {
                let value = Option::<Response<Json<T>>>::from_response(response)?;
                Ok(value.map(|value| value.map(|json| json.0)))
            },
        }
    }
}

impl<T: DeserializeOwned> Decodes for &&&Marker<Response<T>> {
    type Value = Response<T>;

    fn decoder(&self) -> Decoder<Self::Value> {
        Decoder {
            optional: false,
            json: true,
            read: |response| {
                let value = Response::<Json<T>>::from_response(response)?;
                Ok(value.map(|json| json.0))
            },
        }
    }
}

impl<T: DeserializeOwned> Decodes for &&Marker<Option<T>> {
    type Value = Option<T>;

    fn decoder(&self) -> Decoder<Self::Value> {
        Decoder {
            optional: true,
            json: true,
            read: |response| {
                let value = Option::<Json<T>>::from_response(response)?;
                Ok(value.map(|json| json.0))
            },
        }
    }
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

impl<T> DecodesLast for Marker<T> {
    type Value = T;

    fn decoder(&self) -> Decoder<T>
    where
        T: ResponseType,
    {
        Decoder {
            optional: false,
            json: true,
            read: T::from_json,
        }
    }
}

/// A type that can be read from a response.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be read from a response",
    label = "what this endpoint returns",
    note = "a value is `()`, `String`, `cloudapi::Bytes`, a type read from JSON \
            (`#[derive(serde::Deserialize)]`), one with its own `cloudapi::FromResponse`, or an \
            `Option` or `cloudapi::Response` of those"
)]
pub trait ResponseType: Sized {
    #[doc(hidden)]
    fn from_json(response: &Response<Bytes>) -> Result<Self, BoxError>;
}

#[diagnostic::do_not_recommend]
impl<T: DeserializeOwned> ResponseType for T {
    fn from_json(response: &Response<Bytes>) -> Result<Self, BoxError> {
        Json::from_response(response).map(|json| json.0)
    }
}

/// A value that is read as JSON.
struct Json<T>(T);

impl<T: DeserializeOwned> FromResponse for Json<T> {
    fn from_response(response: &Response<Bytes>) -> Result<Self, BoxError> {
        if response.value().is_empty() {
            return Err(match response.status() {
                StatusCode::OK => "the body is empty".into(),
                status => format!("the body of this {status} is empty").into(),
            });
        }
        Ok(Self(serde_json::from_slice(response.value())?))
    }
}
