//! Other ways to a server than the built-in one.

use std::sync::{Arc, Mutex};
use std::time::Instant;

use bytes::Bytes;
use cloudapi::{Body, Failure, Transport, TransportError, TransportFuture};
use http::{Request, Response};
use http_body_util::Full;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;

/// The client of hyper-util.
pub type HyperClient = Client<HttpConnector, Full<Bytes>>;

/// hyper-util's client, without TLS.
pub fn hyper_client() -> HyperClient {
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    Client::builder(TokioExecutor::new()).build(connector)
}

/// A transport on hyper-util's client.
#[derive(Clone, Debug)]
pub struct HyperUtil(pub HyperClient);

impl Transport for HyperUtil {
    fn send(&self, request: Request<Body>) -> TransportFuture {
        let bytes = |body: Body| body.as_bytes().cloned().expect("a body in memory");
        let response = self.0.request(request.map(|body| Full::new(bytes(body))));
        Box::pin(async move {
            match response.await {
                Ok(response) => Ok(response.map(Body::new)),
                Err(error) => Err(TransportError::new(Failure::Interrupted, error)),
            }
        })
    }
}

/// Answers at once, with nothing, and remembers when it was asked and what.
#[derive(Clone, Debug, Default)]
pub struct AtOnce(Arc<Mutex<Vec<(Instant, String)>>>);

impl AtOnce {
    /// One with room for so many requests.
    pub fn with_room(requests: usize) -> Self {
        Self(Arc::new(Mutex::new(Vec::with_capacity(requests))))
    }

    /// When each request was sent, and its path; in the order in which they
    /// came.
    pub fn take(&self) -> Vec<(Instant, String)> {
        std::mem::take(&mut self.0.lock().expect("nothing panics while it holds this"))
    }
}

impl Transport for AtOnce {
    fn send(&self, request: Request<Body>) -> TransportFuture {
        let sent = (Instant::now(), request.uri().path().to_owned());
        self.0
            .lock()
            .expect("nothing panics while it holds this")
            .push(sent);
        Box::pin(std::future::ready(Ok(Response::new(Body::from(
            Bytes::new(),
        )))))
    }
}
