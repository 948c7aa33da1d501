//! What a request sends, made anew for each attempt.

use std::fmt;
use std::path::PathBuf;

use bytes::Bytes;
use futures_core::Stream;

use super::Body;
use super::file::FileSource;
use super::source::{Made, Source};
use crate::outcome::BoxError;

/// What a request sends, for `#[body]`: bytes, a file, or what a function makes.
///
/// A call may take several attempts, and each sends the whole body again. So
/// this is not the body itself but what makes one: a file is opened anew, and a
/// function called again. A clone makes the same.
///
/// ```
/// use std::time::Duration;
///
/// use cloudapi::RequestBody;
/// use cloudapi::prelude::*;
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// impl Example {
///     #[put("images/{name}")]
///     fn upload(&self, name: &str, #[body] image: RequestBody) -> Call<()>;
/// }
///
/// # async fn run() -> Result<()> {
/// let example = Example::new()?;
/// let image = RequestBody::file("image.iso").media_type("application/x-iso9660-image");
/// // An attempt ends with its last byte, so it needs time for all of them.
/// example.upload("a", image).request_timeout(Duration::from_secs(3600)).await?;
/// # Ok(())
/// # }
/// ```
///
/// It is sent as `application/octet-stream`, unless [`media_type`](Self::media_type)
/// or a `Content-Type` header says otherwise. Where its length is known it is
/// sent along, as `Content-Length`; without, the body goes out in chunks (RFC 9112
/// 7.1), which not every server takes.
///
/// A body that cannot be made, or that fails while it is sent, ends the call with
/// an error of the kind [`Request`](crate::ErrorKind::Request). It is not tried
/// again, and the server got at most a part of the request, which it does not act
/// upon (RFC 9112 8).
#[derive(Clone)]
pub struct RequestBody {
    pub(crate) source: Source,
    /// If it is another than that of its type.
    pub(crate) media_type: Option<String>,
}

impl RequestBody {
    pub(crate) const fn new(source: Source) -> Self {
        Self {
            source,
            media_type: None,
        }
    }

    /// A file, which is opened for each attempt and read in pieces, away from the
    /// threads of the runtime.
    ///
    /// It has to be a regular file. One that is not there, or has another length
    /// at a later attempt, ends the call; before the first attempt that is before
    /// anything is sent.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        Self::new(Made::File(FileSource::new(path.into())).into())
    }

    /// What `make` makes, anew for each attempt; it has to be the same each time.
    ///
    /// ```
    /// use cloudapi::{Body, BoxError, RequestBody};
    ///
    /// let body = RequestBody::from_factory(async || Ok::<_, BoxError>(Body::from("made anew")));
    /// ```
    ///
    /// So one API's answer is sent to another without being held:
    ///
    /// ```
    /// use cloudapi::prelude::*;
    /// use cloudapi::{Body, RequestBody};
    ///
    /// #[rest_api(baseurl = "https://api.example.com/")]
    /// #[derive(Clone)]
    /// struct Example;
    ///
    /// impl Example {
    ///     #[get("images/{id}")]
    ///     async fn download(&self, id: u64) -> Result<Body>;
    ///     #[put("backups/{id}")]
    ///     async fn upload(&self, id: u64, #[body] image: RequestBody) -> Result<()>;
    /// }
    ///
    /// # async fn run() -> Result<()> {
    /// let example = Example::new()?;
    /// let from = example.clone();
    /// let image = RequestBody::from_factory(move || {
    ///     let from = from.clone();
    ///     async move { from.download(7).await }
    /// });
    /// example.upload(7, image).await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn from_factory<F, Fut, E>(make: F) -> Self
    where
        F: Fn() -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Result<Body, E>> + Send + 'static,
        E: Into<BoxError> + 'static,
    {
        Self::new(Made::Factory(Box::new(make)).into())
    }

    /// The pieces of a stream, which `make` makes anew for each attempt.
    ///
    /// ```
    /// use cloudapi::RequestBody;
    /// # use std::pin::Pin;
    /// # use std::task::{Context, Poll};
    /// # struct Iter(std::vec::IntoIter<&'static str>);
    /// # impl futures_core::Stream for Iter {
    /// #     type Item = Result<&'static str, std::io::Error>;
    /// #     fn poll_next(mut self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Option<Self::Item>> {
    /// #         Poll::Ready(self.0.next().map(Ok))
    /// #     }
    /// # }
    /// # fn iter(pieces: Vec<&'static str>) -> Iter { Iter(pieces.into_iter()) }
    ///
    /// // `iter` of `futures::stream`, say.
    /// let body = RequestBody::from_stream(|| iter(vec!["one ", "two"])).with_length(7);
    /// ```
    pub fn from_stream<F, S, T, E>(make: F) -> Self
    where
        F: Fn() -> S + Send + Sync + 'static,
        S: Stream<Item = Result<T, E>> + Send + 'static,
        T: Into<Bytes>,
        E: Into<BoxError>,
    {
        Self::from_factory(move || {
            let body = Body::from_stream(make());
            async { Ok::<_, BoxError>(body) }
        })
    }

    /// Says how many bytes it has, so that it is sent with a `Content-Length`. If
    /// it has more or less, the call ends with an error.
    ///
    /// Default: the length of bytes and files, and that of what a function makes if
    /// that knows its own.
    #[must_use]
    pub fn with_length(mut self, length: u64) -> Self {
        self.source = Made::Exactly(self.source, length).into();
        self
    }

    /// Says what it is, as in `application/zip`. A `Content-Type` header of the
    /// endpoint or the call comes first.
    ///
    /// What cannot be one ends the call with an error of the kind
    /// [`Request`](crate::ErrorKind::Request).
    #[must_use]
    pub fn media_type(mut self, media_type: impl Into<String>) -> Self {
        self.media_type = Some(media_type.into());
        self
    }
}

impl From<&Self> for RequestBody {
    fn from(body: &Self) -> Self {
        body.clone()
    }
}

macro_rules! in_memory {
    ($($type:ty, $value:ident => $bytes:expr;)*) => {$(
        impl From<$type> for RequestBody {
            fn from($value: $type) -> Self {
                Self::new(Source::Bytes($bytes))
            }
        }
    )*};
}

in_memory! {
    Bytes, bytes => bytes;
    &Bytes, bytes => bytes.clone();
    Vec<u8>, bytes => bytes.into();
    &Vec<u8>, bytes => Bytes::copy_from_slice(bytes);
    &[u8], bytes => Bytes::copy_from_slice(bytes);
}

macro_rules! text {
    ($($type:ty, $value:ident => $bytes:expr;)*) => {$(
        impl From<$type> for RequestBody {
            fn from($value: $type) -> Self {
                Self::new(Source::Bytes($bytes)).media_type("text/plain; charset=utf-8")
            }
        }
    )*};
}

text! {
    String, text => text.into();
    &String, text => Bytes::copy_from_slice(text.as_bytes());
    &str, text => Bytes::copy_from_slice(text.as_bytes());
}

/// Kind and size, and nothing of what is sent.
impl fmt::Debug for RequestBody {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "RequestBody({:?})", self.source)
    }
}
