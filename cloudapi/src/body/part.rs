//! One part of a form (RFC 7578).

use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;
use http::HeaderValue;
use serde::Serialize;

use super::file::FileSource;
use super::source::{Made, Source};
use super::{Body, RequestBody};
use crate::outcome::BoxError;
use crate::value::{Plain, ToPlain};

/// One part of a [`Multipart`](super::Multipart) form: a field with a value, or
/// a file.
///
/// ```
/// use cloudapi::{Multipart, Part};
///
/// let form = Multipart::new()
///     .part("meta", Part::json(&[("region", "fra1")]))
///     .part("image", Part::file("image.iso").media_type("application/x-iso9660-image"))
///     .part("notes", Part::text("by night").file_name("notes.txt"));
/// ```
#[derive(Clone)]
pub struct Part {
    /// What was wrong with the value, if it could not be written.
    content: Result<Source, String>,
    file_name: Option<String>,
    media_type: Option<String>,
    /// It was given as a secret.
    secret: bool,
}

impl Part {
    /// A text. It says no media type, which means `text/plain` (RFC 7578 4.4).
    pub fn text(text: impl Into<String>) -> Self {
        Self::new(Ok(Source::Bytes(Bytes::from(text.into()))), None)
    }

    /// Bytes, as `application/octet-stream`.
    pub fn bytes(bytes: impl Into<Bytes>) -> Self {
        Self::new(Ok(Source::Bytes(bytes.into())), Some(OCTETS))
    }

    /// A value in JSON, as `application/json`.
    ///
    /// One that cannot be written so ends the call with an error of the kind
    /// [`Request`](crate::ErrorKind::Request).
    pub fn json<T: Serialize + ?Sized>(value: &T) -> Self {
        let json = serde_json::to_vec(value);
        let content = json
            .map(|json| Source::Bytes(json.into()))
            .map_err(|error| format!("cannot be written as JSON: {error}"));
        Self::new(content, Some("application/json"))
    }

    /// A file under its own name, as `application/octet-stream`; opened for each
    /// attempt, as [`RequestBody::file`] is.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        let mut part = Self::new(Ok(Made::File(FileSource::new(path)).into()), Some(OCTETS));
        part.file_name = name;
        part
    }

    /// What `make` makes, anew for each attempt, as `application/octet-stream`: see
    /// [`RequestBody::from_factory`].
    pub fn from_factory<F, Fut, E>(make: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Body, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::from(RequestBody::from_factory(make))
    }

    /// The name of the file that it is; servers take a part with one for a file.
    ///
    /// Default: that of the path for [`file`](Self::file), else none.
    #[must_use]
    pub fn file_name(mut self, name: impl Into<String>) -> Self {
        self.file_name = Some(name.into());
        self
    }

    /// What it is, as in `image/png`.
    ///
    /// What cannot be one ends the call with an error of the kind
    /// [`Request`](crate::ErrorKind::Request).
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }

    fn new(content: Result<Source, String>, media_type: Option<&str>) -> Self {
        Self {
            content,
            file_name: None,
            media_type: media_type.map(str::to_owned),
            secret: false,
        }
    }

    pub(crate) const fn is_secret(&self) -> bool {
        self.secret
    }

    /// Its head and its content, or what is wrong with it.
    pub(super) fn into_sources(self, name: &str) -> Result<(String, Source), String> {
        let of_this = |problem: String| format!("the part `{name}` {problem}");
        let content = self.content.map_err(of_this)?;
        let mut head = format!("Content-Disposition: form-data; name=\"{}\"", escaped(name));
        if let Some(file_name) = &self.file_name {
            head.push_str(&format!("; filename=\"{}\"", escaped(file_name)));
        }
        head.push_str("\r\n");
        if let Some(media_type) = &self.media_type {
            if HeaderValue::from_str(media_type).is_err() {
                return Err(of_this(
                    "has a media type with a character that none has".to_owned(),
                ));
            }
            head.push_str(&format!("Content-Type: {media_type}\r\n"));
        }
        Ok((head, content))
    }
}

const OCTETS: &str = "application/octet-stream";

/// A name between quotes, as all browsers write it (RFC 7578 4.2, and "escape" in
/// the WHATWG's multipart/form-data encoding algorithm).
fn escaped(name: &str) -> String {
    name.replace('"', "%22")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

/// The same content, as `application/octet-stream` unless it says otherwise.
impl From<RequestBody> for Part {
    fn from(body: RequestBody) -> Self {
        let mut part = Self::new(Ok(body.source), Some(OCTETS));
        part.media_type = body.media_type.or(part.media_type);
        part
    }
}

/// Kind and size, and nothing of what is sent.
impl fmt::Debug for Part {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.content {
            Ok(content) => write!(formatter, "Part({content:?})"),
            Err(_) => formatter.write_str("Part(not to be written)"),
        }
    }
}

/// A parameter that is one part of a form.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be a part of a form",
    label = "this is marked `#[part]`",
    note = "a part is a `cloudapi::Part`, of a file, of bytes or of JSON; or text: a type that \
            implements `std::fmt::Display`, or `cloudapi::Secret`; or an `Option` of one of those"
)]
pub trait PartParameter {
    #[doc(hidden)]
    fn to_part(&self) -> Part;
}

#[diagnostic::do_not_recommend]
impl<T: ToPlain> PartParameter for T {
    fn to_part(&self) -> Part {
        match self.plain() {
            Plain::Shown(text) => Part::text(text.to_string()),
            Plain::Secret(secret) => Part {
                secret: true,
                ..Part::text(secret.expose())
            },
        }
    }
}

impl PartParameter for Part {
    fn to_part(&self) -> Self {
        self.clone()
    }
}

impl PartParameter for &Part {
    fn to_part(&self) -> Part {
        (*self).clone()
    }
}

/// Finds out whether a part's parameter is an `Option`: inherent methods come
/// before those of a trait.
#[derive(Debug)]
pub struct PartProbe<'a, T>(pub &'a T);

impl<T: PartParameter> PartProbe<'_, Option<T>> {
    /// The part, if there is one.
    pub fn to_part(&self) -> Option<Part> {
        self.0.as_ref().map(PartParameter::to_part)
    }
}

impl<T: PartParameter> PartProbe<'_, &Option<T>> {
    /// The part, if there is one.
    pub fn to_part(&self) -> Option<Part> {
        self.0.as_ref().map(PartParameter::to_part)
    }
}

/// The parts of [`PartProbe`] that are there in any case.
pub trait PartFallback {
    /// What the parameter is.
    type Parameter;

    /// The part.
    fn to_part(&self) -> Option<Part>
    where
        Self::Parameter: PartParameter;
}

impl<T> PartFallback for PartProbe<'_, T> {
    type Parameter = T;

    fn to_part(&self) -> Option<Part>
    where
        T: PartParameter,
    {
        Some(self.0.to_part())
    }
}
