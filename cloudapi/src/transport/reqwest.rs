//! The built-in transport, on reqwest. It is the only file that makes a client
//! of that crate.

use std::fmt;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::BodyExt as _;
use url::{Position, Url};

use super::body::Collector;
use super::classify::classify;
use super::runtimes::PerRuntime;
use super::{Outgoing, TransportFuture};
use crate::body::Body;
use crate::error::Error;
use crate::outcome::Outcome;
use crate::response::Response;

/// A client of reqwest for each runtime that sends something. A connection is
/// driven by the runtime that opened it, so in one pool for all of them a call
/// would hang, or break, on the connection of a runtime that stands still or ends.
#[derive(Clone)]
pub(crate) struct Reqwest(Arc<Clients>);

struct Clients {
    settings: Settings,
    of_runtimes: PerRuntime<reqwest::Client>,
}

/// What each of the clients is made of.
struct Settings {
    connect_timeout: Duration,
    tls: Tls,
}

impl Reqwest {
    pub(crate) fn new(connect_timeout: Duration) -> Result<Self, Error> {
        let settings = Settings {
            connect_timeout,
            tls: tls()?,
        };
        let first = settings.client().map_err(|error| {
            Error::settings("the HTTP client cannot be made".to_owned()).caused_by(error)
        })?;
        Ok(Self(Arc::new(Clients {
            settings,
            of_runtimes: PerRuntime::with(first),
        })))
    }

    pub(super) fn send(
        &self,
        outgoing: Outgoing<'_>,
        body: &Bytes,
    ) -> impl Future<Output = reqwest::Result<reqwest::Response>> + use<> {
        let mut request = request(outgoing);
        if !body.is_empty() {
            *request.body_mut() = Some(body.clone().into());
        }
        let response = self.client().map(|client| client.execute(request));
        async move { response?.await }
    }

    /// The same for any body, with a response that is not read yet.
    pub(super) fn send_with(&self, mut request: reqwest::Request, body: Body) -> TransportFuture {
        *request.body_mut() = to_reqwest(body);
        match self.client() {
            Ok(client) => execute(&client, request),
            Err(error) => Box::pin(async { Err(classify(error)) }),
        }
    }

    fn client(&self) -> reqwest::Result<reqwest::Client> {
        let Clients {
            settings,
            of_runtimes,
        } = &*self.0;
        of_runtimes.get(|| settings.client())
    }
}

impl fmt::Debug for Reqwest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Reqwest(..)")
    }
}

impl Settings {
    fn client(&self) -> reqwest::Result<reqwest::Client> {
        let builder = reqwest::Client::builder()
            .connect_timeout(self.connect_timeout)
            // Every attempt and every hop pays for a slot, so they are ours. With
            // a maximum of none, reqwest keeps no copy of the request either.
            .retry(reqwest::retry::never().max_retries_per_request(0))
            .redirect(reqwest::redirect::Policy::none())
            .referer(false);
        secure(builder, &self.tls).build()
    }
}

/// Sends requests through a client of your own, with all that is set in it:
/// proxies, certificates, cookies, resolvers, connection pools.
///
/// Two things have to be off in it, which reqwest has on by default:
///
/// - its retries: `.retry(reqwest::retry::never())`
/// - its redirects: `.redirect(reqwest::redirect::Policy::none())`
///
/// Each attempt and each hop has to pay for a slot, or the limit is not kept; and a
/// POST whose answer was lost must not be sent twice. This crate does both, with a
/// slot for each. What the client can be told about time still holds, and comes first
/// where it is shorter: `request_timeout` bounds an attempt in any case, so
/// do not set its `timeout`, which would also bound the whole of a body that is read
/// piece by piece; `connect_timeout` is the client's, not that of the `#[rest_api]`.
///
/// With the feature `rustls` of this crate alone, reqwest has no cryptography of its
/// own and panics when a client is made without: install a provider first
/// (`rustls::crypto::ring::default_provider().install_default()`), or switch on the
/// TLS that you want in your dependency on reqwest.
///
/// Its default headers are sent where neither `#[rest_api]` nor the endpoint says
/// another value. The former always says a `User-Agent`: declare yours there, as
/// `headers("User-Agent" = "..")`.
///
/// ```
/// use std::time::Duration;
///
/// use cloudapi::prelude::*;
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # #[cfg(feature = "rustls")]
/// # let _ = rustls::crypto::ring::default_provider().install_default();
/// let client = reqwest::Client::builder()
///     .retry(reqwest::retry::never())
///     .redirect(reqwest::redirect::Policy::none())
///     .connect_timeout(Duration::from_secs(10))
///     .build()?;
/// let example = Example::builder().transport(client).build()?;
/// # Ok(())
/// # }
/// ```
#[cfg(feature = "reqwest")]
impl super::Transport for reqwest::Client {
    fn send(&self, request: http::Request<Body>) -> TransportFuture {
        let (head, body) = request.into_parts();
        let body = to_reqwest(body).unwrap_or_default();
        match reqwest::Request::try_from(http::Request::from_parts(head, body)) {
            Ok(request) => execute(self, request),
            Err(error) => Box::pin(std::future::ready(Err(classify(error)))),
        }
    }
}

fn execute(client: &reqwest::Client, request: reqwest::Request) -> TransportFuture {
    let response = client.execute(request);
    Box::pin(async move {
        let response = http::Response::<reqwest::Body>::from(response.await.map_err(classify)?);
        Ok(response.map(|body| Body::new(body.map_err(classify))))
    })
}

fn to_reqwest(body: Body) -> Option<reqwest::Body> {
    match body.as_bytes() {
        Some(bytes) if bytes.is_empty() => None,
        Some(bytes) => Some(bytes.clone().into()),
        None => Some(reqwest::Body::wrap(body)),
    }
}

pub(super) async fn receive(
    response: impl Future<Output = reqwest::Result<reqwest::Response>>,
    maximum_size: u64,
) -> Outcome {
    let mut response = response.await.map_err(classify)?;
    let mut body = Collector::new(maximum_size);
    // Of a compressed body this is nothing: what counts is what comes out.
    body.expect(response.content_length().unwrap_or(0))?;
    while let Some(chunk) = response.chunk().await.map_err(classify)? {
        body.push(chunk)?;
    }
    let headers = std::mem::take(response.headers_mut());
    let (status, version) = (response.status(), response.version());
    Ok(Response::new(status, version, headers, body.finish()))
}

/// A request without its body.
pub(super) fn request(mut outgoing: Outgoing<'_>) -> reqwest::Request {
    let url = parsed(outgoing.baseurl, outgoing.url);
    let mut request = reqwest::Request::new(outgoing.method.clone(), url);
    *request.headers_mut() = outgoing.all_headers();
    request
}

/// Parses a URL that begins with a parsed one. To parse its host again would be
/// most of the work.
fn parsed(base: &Url, text: &str) -> Url {
    let mut url = base.clone();
    let rest = &text[base[..Position::BeforePath].len()..];
    let (path, query) = match rest.split_once('?') {
        Some((path, query)) => (path, Some(query)),
        None => (rest, None),
    };
    url.set_path(path);
    url.set_query(query);
    url
}

#[cfg(feature = "rustls")]
type Tls = rustls::ClientConfig;

/// TLS with the provider named, so that another one in the dependency graph
/// neither takes over nor makes rustls panic for want of a default.
#[cfg(feature = "rustls")]
pub(super) fn tls() -> Result<Tls, Error> {
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
    Ok(config)
}

#[cfg(feature = "rustls")]
pub(super) fn secure(builder: reqwest::ClientBuilder, tls: &Tls) -> reqwest::ClientBuilder {
    builder.tls_backend_preconfigured(tls.clone())
}

/// reqwest sets up what the platform has.
#[cfg(not(feature = "rustls"))]
struct Tls;

#[cfg(not(feature = "rustls"))]
fn tls() -> Result<Tls, Error> {
    Ok(Tls)
}

#[cfg(not(feature = "rustls"))]
fn secure(builder: reqwest::ClientBuilder, Tls: &Tls) -> reqwest::ClientBuilder {
    builder
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_is_the_same_however_it_is_parsed() {
        for base in ["https://api.example.com/v2/", "http://[::1]:8080/"] {
            let base = Url::parse(base).unwrap();
            for rest in [
                "",
                "droplets",
                "droplets/..%2Fadmin/%252e/actions",
                "droplets/a%20b?page=2&name=%C3%BC%2Fa?b",
                "?page=2",
            ] {
                let text = format!("{base}{rest}");
                let url = parsed(&base, &text);
                assert_eq!(url, Url::parse(&text).unwrap());
                assert_eq!(url.as_str(), text);
            }
        }
    }
}
