//! The way to the server and back: one request out, one response in.
//!
//! A transport knows no limits, no retries and no queue. [`Reqwest`] is the one
//! that clients use unless they are given another, and the only place that
//! names the crate it stands on.

mod body;
mod classify;
mod reqwest;
mod runtimes;
#[cfg(feature = "tower")]
mod tower;
mod upload;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use http_body::Body as _;
use url::Url;

pub(crate) use self::body::read;
pub(crate) use self::reqwest::Reqwest;
#[cfg(feature = "tower")]
pub use self::tower::Tower;
use self::upload::{Upload, UploadError};
use crate::body::{Body, FileIo, Source};
use crate::outcome::{Failure, Outcome, TransportError};
use crate::request::say_that_there_is_no_body;
use crate::response::Response;

/// What [`Transport::send`] returns.
pub type TransportFuture =
    Pin<Box<dyn Future<Output = Result<http::Response<Body>, TransportError>> + Send>>;

/// Carries requests to the server, for a client that is to use other means than
/// the built-in ones: another HTTP stack, a proxy of one's own, a test.
///
/// It sends each request once, at once. It does not retry and does not follow
/// redirects, since each attempt has to pay for a slot; and it needs no timeout,
/// since the engine drops the future when `request_timeout` has passed.
///
/// The body of the request is in memory ([`Body::as_bytes`]) or comes piece by
/// piece, as an [`http_body::Body`]; its size hint is exact where its length is
/// known. An error in it is told by the call whatever the transport makes of it.
///
/// [`http_body::Body`]: https://docs.rs/http-body/1/http_body/trait.Body.html
///
/// ```
/// use cloudapi::{Body, Transport, TransportFuture, http};
///
/// /// Answers everything with an empty object.
/// #[derive(Debug)]
/// struct Empty;
///
/// impl Transport for Empty {
///     fn send(&self, _: http::Request<Body>) -> TransportFuture {
///         Box::pin(async { Ok(http::Response::new(Body::from("{}"))) })
///     }
/// }
/// ```
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends the request and returns the response once its head is there.
    fn send(&self, request: http::Request<Body>) -> TransportFuture;
}

/// One transport for several clients.
impl<T: Transport + ?Sized> Transport for Arc<T> {
    fn send(&self, request: http::Request<Body>) -> TransportFuture {
        (**self).send(request)
    }
}

/// One request, as the engine hands it over. It is borrowed, since it may have
/// to be sent again.
#[derive(Debug)]
pub(crate) struct Outgoing<'a> {
    pub(crate) method: &'a Method,
    /// What `url` begins with.
    pub(crate) baseurl: &'a Url,
    pub(crate) url: &'a str,
    /// What the client sends with every request.
    pub(crate) common_headers: &'a HeaderMap,
    /// What this request says itself, in place of what is said for all.
    pub(crate) headers: &'a HeaderMap,
    /// Who calls, where that is renewed.
    pub(crate) credential: Option<(HeaderName, HeaderValue)>,
    pub(crate) body: &'a Source,
    pub(crate) maximum_response_size: u64,
}

impl Outgoing<'_> {
    fn all_headers(&mut self) -> HeaderMap {
        let mut all = self.common_headers.clone();
        if let Some((name, value)) = self.credential.take() {
            all.insert(name, value);
        }
        for name in self.headers.keys() {
            all.remove(name);
        }
        for (name, value) in self.headers {
            all.append(name.clone(), value.clone());
        }
        all
    }
}

/// The transport of a client. The built-in one is named, so that its futures
/// need no box.
#[derive(Clone, Debug)]
pub(crate) enum AnyTransport {
    Reqwest(Reqwest),
    Custom(Arc<dyn Transport>),
}

impl AnyTransport {
    /// Sends the request and reads the response to its end. It is sent at once,
    /// so that the future holds no more than what is to come; but a body that is
    /// not in memory has to be opened before.
    pub(crate) fn exchange(
        &self,
        outgoing: Outgoing<'_>,
        io: &dyn Fn() -> FileIo,
    ) -> impl Future<Output = Outcome> + use<> {
        let maximum_size = outgoing.maximum_response_size;
        let sent = match (self, outgoing.body) {
            (Self::Reqwest(reqwest), Source::Bytes(body)) => {
                Sent::Reqwest(reqwest.send(outgoing, body))
            }
            (Self::Custom(_), Source::Bytes(_)) => Sent::Custom(self.send(outgoing, io).response),
            (_, Source::Made(_)) => {
                Sent::Made(Box::pin(self.send(outgoing, io).receive(maximum_size)))
            }
        };
        async move {
            match sent {
                Sent::Reqwest(response) => reqwest::receive(response, maximum_size).await,
                Sent::Custom(response) => {
                    let (head, mut body) = response?.await?.into_parts();
                    let body = read(&mut body, maximum_size).await?;
                    Ok(Response::new(head.status, head.version, head.headers, body))
                }
                Sent::Made(outcome) => outcome.await,
            }
        }
    }

    /// Sends the request and returns the response once its head is there. That
    /// of a success comes with its body, of which nothing has been read; any
    /// other is read to its end.
    pub(crate) fn open(
        &self,
        outgoing: Outgoing<'_>,
        io: &dyn Fn() -> FileIo,
    ) -> impl Future<Output = Result<(Response<Bytes>, Option<Body>), TransportError>> + use<> {
        let maximum_size = outgoing.maximum_response_size;
        self.send(outgoing, io).open(maximum_size)
    }

    fn send(&self, outgoing: Outgoing<'_>, io: &dyn Fn() -> FileIo) -> Sending {
        if let Source::Bytes(bytes) = outgoing.body {
            let response = self
                .prepare(outgoing)
                .map(|prepared| prepared.send(Body::from(bytes.clone())));
            return Sending {
                response,
                upload: None,
            };
        }
        let failed = Arc::<UploadError>::default();
        let upload = Some(Arc::clone(&failed));
        let source = outgoing.body;
        let response = self.prepare(outgoing).map(|prepared| -> TransportFuture {
            let (source, io) = (source.clone(), io());
            Box::pin(async move {
                let mut body = source.open(&io).await?;
                if body.as_bytes().is_none() {
                    body = Body::new(Upload::new(body, failed));
                }
                prepared.send(body).await
            })
        });
        Sending { response, upload }
    }

    /// All but the body.
    fn prepare(&self, outgoing: Outgoing<'_>) -> Result<Prepared, TransportError> {
        Ok(match self {
            Self::Reqwest(reqwest) => {
                Prepared::Reqwest(reqwest.clone(), reqwest::request(outgoing))
            }
            Self::Custom(transport) => Prepared::Custom(Arc::clone(transport), head(outgoing)?),
        })
    }
}

/// A response that is on its way.
enum Sent<R> {
    Reqwest(R),
    Custom(Result<TransportFuture, TransportError>),
    /// In a box, so that the task of an ordinary call is no larger.
    Made(Pin<Box<dyn Future<Output = Outcome> + Send>>),
}

/// A request that lacks its body only.
enum Prepared {
    Reqwest(Reqwest, ::reqwest::Request),
    Custom(Arc<dyn Transport>, http::Request<()>),
}

impl Prepared {
    fn send(mut self, body: Body) -> TransportFuture {
        // A file turns out to be empty when it is opened.
        if body.size_hint().exact() == Some(0) {
            let (method, headers) = match &mut self {
                Self::Reqwest(_, request) => (request.method().clone(), request.headers_mut()),
                Self::Custom(_, head) => (head.method().clone(), head.headers_mut()),
            };
            say_that_there_is_no_body(&method, headers);
        }
        match self {
            Self::Reqwest(reqwest, request) => reqwest.send_with(request, body),
            Self::Custom(transport, head) => transport.send(head.map(|()| body)),
        }
    }
}

/// A response that is on its way, in a box of its own.
struct Sending {
    response: Result<TransportFuture, TransportError>,
    /// Where the body of the request leaves its error, if it is not in memory.
    upload: Option<Arc<UploadError>>,
}

impl Sending {
    async fn receive(self, maximum_size: u64) -> Outcome {
        let received = receive(self.response, maximum_size).await;
        received.map_err(|error| explained(error, self.upload.as_deref()))
    }

    async fn open(
        self,
        maximum_size: u64,
    ) -> Result<(Response<Bytes>, Option<Body>), TransportError> {
        let opened = open(self.response, maximum_size).await;
        opened.map_err(|error| explained(error, self.upload.as_deref()))
    }
}

async fn receive(response: Result<TransportFuture, TransportError>, maximum_size: u64) -> Outcome {
    let (head, mut body) = response?.await?.into_parts();
    let body = read(&mut body, maximum_size).await?;
    Ok(Response::new(head.status, head.version, head.headers, body))
}

async fn open(
    response: Result<TransportFuture, TransportError>,
    maximum_size: u64,
) -> Result<(Response<Bytes>, Option<Body>), TransportError> {
    let (head, mut body) = response?.await?.into_parts();
    let (bytes, body) = match head.status.is_success() {
        true => (Bytes::new(), Some(body)),
        false => (read(&mut body, maximum_size).await?, None),
    };
    let response = Response::new(head.status, head.version, head.headers, bytes);
    Ok((response, body))
}

/// What a transport takes for a broken connection may be our own body's doing.
fn explained(error: TransportError, upload: Option<&UploadError>) -> TransportError {
    upload.and_then(UploadError::take).unwrap_or(error)
}

fn head(mut outgoing: Outgoing<'_>) -> Result<http::Request<()>, TransportError> {
    let mut request = http::Request::new(());
    *request.method_mut() = outgoing.method.clone();
    *request.headers_mut() = outgoing.all_headers();
    *request.uri_mut() = http::Uri::try_from(outgoing.url)
        .map_err(|error| TransportError::new(Failure::Unsendable, error))?;
    Ok(request)
}
