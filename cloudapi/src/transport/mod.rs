//! The way to the server and back: one request out, one response in.
//!
//! A transport knows no limits, no retries and no queue. [`Reqwest`] is the one
//! that clients use unless they are given another, and the only place that
//! names the crate it stands on.

mod body;
mod classify;
mod reqwest;
#[cfg(feature = "tower")]
mod tower;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use url::Url;

pub use self::body::Body;
use self::body::read;
pub(crate) use self::reqwest::Reqwest;
#[cfg(feature = "tower")]
pub use self::tower::Tower;
use crate::outcome::{Failure, Outcome, TransportError};
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
/// ```
/// use cloudapi::{Body, Transport, TransportFuture, http};
///
/// /// Answers everything with an empty object.
/// #[derive(Debug)]
/// struct Empty;
///
/// impl Transport for Empty {
///     fn send(&self, _: http::Request<cloudapi::Bytes>) -> TransportFuture {
///         Box::pin(async { Ok(http::Response::new(Body::from("{}"))) })
///     }
/// }
/// ```
pub trait Transport: Debug + Send + Sync + 'static {
    /// Sends the request and returns the response once its head is there.
    fn send(&self, request: http::Request<Bytes>) -> TransportFuture;
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
    pub(crate) body: &'a Bytes,
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
    /// so that the future holds no more than what is to come.
    pub(crate) fn exchange(&self, outgoing: Outgoing<'_>) -> impl Future<Output = Outcome> + use<> {
        let maximum_size = outgoing.maximum_response_size;
        let sent = match self {
            Self::Reqwest(reqwest) => Sent::Reqwest(reqwest.send(outgoing)),
            Self::Custom(transport) => {
                Sent::Custom(request(outgoing).map(|request| transport.send(request)))
            }
        };
        async move {
            match sent {
                Sent::Reqwest(response) => reqwest::receive(response, maximum_size).await,
                Sent::Custom(response) => {
                    let (head, body) = response?.await?.into_parts();
                    let body = read(body, maximum_size).await?;
                    Ok(Response::new(head.status, head.version, head.headers, body))
                }
            }
        }
    }
}

/// A response that is on its way.
enum Sent<R> {
    Reqwest(R),
    Custom(Result<TransportFuture, TransportError>),
}

fn request(mut outgoing: Outgoing<'_>) -> Result<http::Request<Bytes>, TransportError> {
    let mut request = http::Request::new(outgoing.body.clone());
    *request.method_mut() = outgoing.method.clone();
    *request.headers_mut() = outgoing.all_headers();
    *request.uri_mut() = http::Uri::try_from(outgoing.url)
        .map_err(|error| TransportError::new(Failure::Unsendable, error))?;
    Ok(request)
}
