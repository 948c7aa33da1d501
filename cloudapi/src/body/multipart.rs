//! Forms of several parts (RFC 7578).

use bytes::Bytes;

use super::source::{Made, Source};
use super::{Part, RequestBody};

/// A form as `multipart/form-data`, for `#[multipart]`: fields and files in their
/// order.
///
/// ```
/// use cloudapi::prelude::*;
/// use cloudapi::{Multipart, Part};
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// impl Example {
///     #[post("images")]
///     async fn upload(&self, #[multipart] form: &Multipart) -> Result<()>;
/// }
///
/// # async fn run() -> Result<()> {
/// let example = Example::new()?;
/// let form = Multipart::new()
///     .text("name", "debian")
///     .part("file", Part::file("debian.iso").media_type("application/x-iso9660-image"));
/// example.upload(&form).await?;
/// # Ok(())
/// # }
/// ```
///
/// Where the parts are always the same, an endpoint can declare them one by one,
/// as `#[part]`.
///
/// All attempts of a call send the same bytes. Files are opened before anything is
/// sent, so one that is missing ends the call without harm. The length is sent
/// along if that of every part is known.
#[derive(Clone, Debug, Default)]
pub struct Multipart {
    parts: Vec<(String, Part)>,
}

impl Multipart {
    /// A form without parts.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a field with a text.
    #[must_use]
    pub fn text(self, name: impl Into<String>, text: impl Into<String>) -> Self {
        self.part(name, Part::text(text))
    }

    /// Adds a part. Several may have one name: so a form sends several files (RFC
    /// 7578 4.3).
    #[must_use]
    pub fn part(mut self, name: impl Into<String>, part: Part) -> Self {
        self.parts.push((name.into(), part));
        self
    }

    /// The body, with a boundary that no part has in it.
    pub(crate) fn into_body(self) -> Result<RequestBody, String> {
        // 122 random bits, so that nobody can put it into a part on purpose.
        let boundary = format!("cloudapi-{}", uuid::Uuid::new_v4().simple());
        let mut sources = Vec::with_capacity(2 * self.parts.len() + 1);
        let mut between = String::new();
        for (name, part) in self.parts {
            let (head, content) = part.into_sources(&name)?;
            between.push_str(&format!("--{boundary}\r\n{head}\r\n"));
            sources.push(Source::Bytes(Bytes::from(between)));
            sources.push(content);
            between = "\r\n".to_owned();
        }
        between.push_str(&format!("--{boundary}--\r\n"));
        sources.push(Source::Bytes(Bytes::from(between)));
        let body =
            RequestBody::new(in_memory(&sources).unwrap_or_else(|| Made::Sequence(sources).into()));
        Ok(body.media_type(format!("multipart/form-data; boundary={boundary}")))
    }
}

/// All in one piece, if all is in memory: to join it costs less than a stream
/// does.
fn in_memory(sources: &[Source]) -> Option<Source> {
    let mut all = Vec::new();
    for source in sources {
        let Source::Bytes(bytes) = source else {
            return None;
        };
        all.extend_from_slice(bytes);
    }
    Some(Source::Bytes(all.into()))
}

/// A parameter that is sent as a form of several parts.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be sent as a form of several parts",
    label = "this is marked `#[multipart]`",
    note = "`#[multipart]` takes `cloudapi::Multipart`, by value or lent; mark a struct `#[form]` \
            to have it sent as `application/x-www-form-urlencoded`"
)]
pub trait IntoMultipart {
    #[doc(hidden)]
    fn into_multipart(self) -> Multipart;
}

impl IntoMultipart for Multipart {
    fn into_multipart(self) -> Multipart {
        self
    }
}

impl IntoMultipart for &Multipart {
    fn into_multipart(self) -> Multipart {
        self.clone()
    }
}
