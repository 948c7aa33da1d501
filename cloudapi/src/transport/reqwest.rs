//! The built-in transport, on reqwest. It is the only file that makes a client
//! of that crate.

use std::time::Duration;

use bytes::Bytes;

use super::Outgoing;
use super::body::Collector;
use super::classify::classify;
use crate::error::Error;
use crate::outcome::{Failure, Outcome, TransportError};
use crate::response::Response;

#[derive(Clone, Debug)]
pub(crate) struct Reqwest(reqwest::Client);

impl Reqwest {
    pub(crate) fn new(connect_timeout: Duration) -> Result<Self, Error> {
        let builder = reqwest::Client::builder()
            .connect_timeout(connect_timeout)
            // Every attempt and every hop pays for a slot, so they are ours.
            .retry(reqwest::retry::never())
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        secure(builder)?.build().map(Self).map_err(|error| {
            Error::settings("the HTTP client cannot be made".to_owned()).caused_by(error)
        })
    }

    pub(super) async fn exchange(self, outgoing: Outgoing, maximum_size: u64) -> Outcome {
        let url = url::Url::parse(&outgoing.url)
            .map_err(|error| TransportError::new(Failure::Unsendable, error))?;
        let mut request = reqwest::Request::new(outgoing.method, url);
        *request.headers_mut() = outgoing.headers;
        if !outgoing.body.is_empty() {
            *request.body_mut() = Some(outgoing.body.into());
        }
        let mut response = self.0.execute(request).await.map_err(classify)?;
        let headers = std::mem::take(response.headers_mut());
        let (status, version) = (response.status(), response.version());
        let body = read(response, maximum_size).await?;
        Ok(Response::new(status, version, headers, body))
    }
}

async fn read(mut response: reqwest::Response, maximum_size: u64) -> Result<Bytes, TransportError> {
    let mut collected = Collector::new(maximum_size);
    // Of a compressed body this is nothing: what counts is what comes out.
    collected.expect(response.content_length().unwrap_or(0))?;
    while let Some(chunk) = response.chunk().await.map_err(classify)? {
        collected.push(chunk)?;
    }
    Ok(collected.finish())
}

/// TLS with the provider named, so that another one in the dependency graph
/// neither takes over nor makes rustls panic for want of a default.
#[cfg(feature = "rustls")]
fn secure(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    use std::sync::Arc;

    use rustls_platform_verifier::BuilderVerifierExt;

    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .and_then(BuilderVerifierExt::with_platform_verifier)
        .map_err(|error| Error::settings("TLS cannot be set up".to_owned()).caused_by(error))?
        .with_no_client_auth();
    config.alpn_protocols = if cfg!(feature = "http2") {
        vec![b"h2".to_vec(), b"http/1.1".to_vec()]
    } else {
        vec![b"http/1.1".to_vec()]
    };
    Ok(builder.tls_backend_preconfigured(config))
}

#[cfg(not(feature = "rustls"))]
fn secure(builder: reqwest::ClientBuilder) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder)
}
