//! Responses, and how they become values.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, Version};

use crate::outcome::BoxError;

/// A value together with the status and the headers it came with.
///
/// Declare it as the value of an endpoint where those matter:
/// `async fn droplet(&self, id: u64) -> Result<Response<Droplet>>`.
#[derive(Clone, Debug)]
pub struct Response<T> {
    status: StatusCode,
    version: Version,
    headers: HeaderMap,
    attempts: u32,
    /// When the attempt that brought it started, counted from the call.
    started: Duration,
    elapsed: Duration,
    value: T,
}

impl<T> Response<T> {
    pub(crate) const fn new(
        status: StatusCode,
        version: Version,
        headers: HeaderMap,
        value: T,
    ) -> Self {
        Self {
            status,
            version,
            headers,
            attempts: 1,
            started: Duration::ZERO,
            elapsed: Duration::ZERO,
            value,
        }
    }

    pub(crate) fn set_history(&mut self, attempts: u32, started: Duration, elapsed: Duration) {
        self.attempts = attempts;
        self.started = started;
        self.elapsed = elapsed;
    }

    /// The status, for instance `201 Created`.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The HTTP version of the response.
    pub const fn version(&self) -> Version {
        self.version
    }

    /// The headers. One that the server sent several times is there as often.
    pub const fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// How many attempts the call took, the one that brought this response
    /// included.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The time from the call to this response: waiting for slots, delays and
    /// all attempts.
    pub const fn elapsed(&self) -> Duration {
        self.elapsed
    }

    /// How long the attempt took that brought this response.
    pub const fn took(&self) -> Duration {
        self.elapsed.saturating_sub(self.started)
    }

    /// How long the call waited before that: for slots, in delays, and for
    /// attempts that failed.
    pub const fn waited(&self) -> Duration {
        self.started
    }

    /// The value.
    pub const fn value(&self) -> &T {
        &self.value
    }

    pub(crate) const fn value_mut(&mut self) -> &mut T {
        &mut self.value
    }

    /// The value, without the rest.
    pub fn into_value(self) -> T {
        self.value
    }

    /// A copy of the response with another value.
    pub(crate) fn with<U>(&self, value: U) -> Response<U> {
        Response {
            status: self.status,
            version: self.version,
            headers: self.headers.clone(),
            attempts: self.attempts,
            started: self.started,
            elapsed: self.elapsed,
            value,
        }
    }

    /// Whether it says that there is nothing: 404, or no content (204, 205).
    pub(crate) fn is_absent(&self) -> bool {
        matches!(
            self.status,
            StatusCode::NOT_FOUND | StatusCode::NO_CONTENT | StatusCode::RESET_CONTENT
        )
    }

    /// The same response with another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response {
            status: self.status,
            version: self.version,
            headers: self.headers,
            attempts: self.attempts,
            started: self.started,
            elapsed: self.elapsed,
            value: change(self.value),
        }
    }
}

/// A response as it comes from a server, for tests of a [`FromResponse`]: the first
/// attempt brought it, in no time. The extensions of the given one are lost.
///
/// ```
/// use cloudapi::{BoxError, Bytes, FromResponse, Response, http};
///
/// /// The version of a resource, from its header.
/// struct Version(String);
///
/// impl FromResponse for Version {
///     fn from_response(response: &Response<Bytes>) -> Result<Self, BoxError> {
///         let tag = response.headers().get("ETag").ok_or("there is no ETag")?;
///         Ok(Self(tag.to_str()?.to_owned()))
///     }
/// }
///
/// # fn main() -> Result<(), BoxError> {
/// let response = http::Response::builder().header("ETag", "\"v7\"").body("")?;
/// let version = Version::from_response(&response.into())?;
/// assert_eq!(version.0, "\"v7\"");
/// # Ok(())
/// # }
/// ```
impl<B: Into<Bytes>> From<http::Response<B>> for Response<Bytes> {
    fn from(response: http::Response<B>) -> Self {
        let (head, body) = response.into_parts();
        Self::new(head.status, head.version, head.headers, body.into())
    }
}

/// A type that reads itself from a response.
///
/// `()`, `String` and [`Bytes`] do, and so do `Option` and [`Response`] of such
/// types. Types that implement [`serde::de::DeserializeOwned`] need not: they
/// are read as JSON. Implement it for anything else:
///
/// ```
/// use cloudapi::{BoxError, Bytes, FromResponse, Response};
///
/// /// A line of text for each row.
/// struct Lines(Vec<String>);
///
/// impl FromResponse for Lines {
///     fn from_response(response: &Response<Bytes>) -> Result<Self, BoxError> {
///         let text = std::str::from_utf8(response.value())?;
///         Ok(Self(text.lines().map(str::to_owned).collect()))
///     }
/// }
/// ```
///
/// For a test of it a response is made from an [`http::Response`].
pub trait FromResponse: Sized {
    /// Whether a 404 is a value and not an error.
    const OPTIONAL: bool = false;

    /// Reads the response, which has a status of success, or is a 404 if
    /// [`OPTIONAL`](Self::OPTIONAL) says so.
    ///
    /// # Errors
    ///
    /// If the response is not what the type stands for. The call then ends with
    /// an error of the kind [`Decode`](crate::ErrorKind::Decode).
    fn from_response(response: &Response<Bytes>) -> Result<Self, BoxError>;
}

impl FromResponse for () {
    fn from_response(_: &Response<Bytes>) -> Result<Self, BoxError> {
        Ok(())
    }
}

impl FromResponse for Bytes {
    fn from_response(response: &Response<Bytes>) -> Result<Self, BoxError> {
        Ok(response.value().clone())
    }
}

/// The body as text. It must be UTF-8.
impl FromResponse for String {
    fn from_response(response: &Response<Bytes>) -> Result<Self, BoxError> {
        Ok(std::str::from_utf8(response.value())?.to_owned())
    }
}

/// `None` for a 404, and where there is no content (204 and 205).
impl<T: FromResponse> FromResponse for Option<T> {
    const OPTIONAL: bool = true;

    fn from_response(response: &Response<Bytes>) -> Result<Self, BoxError> {
        match response.is_absent() {
            true => Ok(None),
            false => T::from_response(response).map(Some),
        }
    }
}

impl<T: FromResponse> FromResponse for Response<T> {
    const OPTIONAL: bool = T::OPTIONAL;

    fn from_response(response: &Response<Bytes>) -> Result<Self, BoxError> {
        Ok(response.with(T::from_response(response)?))
    }
}
