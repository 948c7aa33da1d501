//! The way to the server and back: one request out, one response in.
//!
//! A transport knows no limits, no retries and no queue. [`Reqwest`] is the one
//! that clients use unless they are given another, and the only place that
//! names the crate it stands on.

mod body;
mod classify;
mod reqwest;

use std::fmt::Debug;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use http::{HeaderMap, Method};

pub use self::body::Body;
use self::body::read;
pub(crate) use self::reqwest::Reqwest;
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

/// One request, as the engine hands it over.
#[derive(Debug)]
pub(crate) struct Outgoing {
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

/// The transport of a client. The built-in one is named, so that its futures
/// need no box.
#[derive(Clone, Debug)]
pub(crate) enum AnyTransport {
    Reqwest(Reqwest),
    Custom(Arc<dyn Transport>),
}

impl AnyTransport {
    /// Sends the request and reads the response to its end.
    pub(crate) async fn exchange(self, outgoing: Outgoing, maximum_size: u64) -> Outcome {
        match self {
            Self::Reqwest(reqwest) => reqwest.exchange(outgoing, maximum_size).await,
            Self::Custom(transport) => {
                let mut request = http::Request::new(outgoing.body);
                *request.method_mut() = outgoing.method;
                *request.headers_mut() = outgoing.headers;
                *request.uri_mut() = http::Uri::try_from(outgoing.url)
                    .map_err(|error| TransportError::new(Failure::Unsendable, error))?;
                let (head, body) = transport.send(request).await?.into_parts();
                let body = read(body, maximum_size).await?;
                Ok(Response::new(head.status, head.version, head.headers, body))
            }
        }
    }
}
