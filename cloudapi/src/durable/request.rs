//! A request on its way into a store, and back.

use std::time::Duration;

use http::{HeaderName, HeaderValue, Method};
use serde::{Deserialize, Serialize};
use url::Url;

use super::bench::Declared;
use super::stored::{self, Encoded, Headers, VERSION};
use crate::body::Source;
use crate::client::ClientCore;
use crate::redirect;
use crate::request::{Options, Request};
use crate::schedule::{LaneId, Retry};
use crate::url_text::UrlText;

/// What a store keeps of a request: all that is sent but for what the client adds to all
/// its requests, its credentials above all.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StoredRequest {
    version: u32,
    pub(super) method: String,
    /// As declared, with what the client puts before it.
    pub(super) template: String,
    /// What comes after the base URL.
    pub(super) url: String,
    #[serde(default, skip_serializing_if = "Headers::is_empty")]
    headers: Headers,
    #[serde(default, skip_serializing_if = "Encoded::is_empty")]
    body: Encoded,
    #[serde(default)]
    idempotent: bool,
    /// A 404 is an answer.
    #[serde(default)]
    optional: bool,
    /// The answer is to be JSON.
    #[serde(default)]
    json: bool,
    /// The part of the answer that is wanted.
    #[serde(default)]
    pub(super) part: String,
    /// In milliseconds, if it is not that of the endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    request_timeout: Option<u64>,
    /// If it is not that of the endpoint.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    retry: Option<RetryWord>,
}

/// A rule for retries that can be written down.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum RetryWord {
    Standard,
    Always,
    Never,
}

impl RetryWord {
    const fn of(retry: Retry) -> Self {
        match retry {
            Retry::Standard => Self::Standard,
            Retry::Always => Self::Always,
            Retry::Never => Self::Never,
        }
    }

    const fn meant(self) -> Retry {
        match self {
            Self::Standard => Retry::Standard,
            Self::Always => Retry::Always,
            Self::Never => Retry::Never,
        }
    }
}

impl StoredRequest {
    /// What is to be kept, or why it cannot be.
    pub(super) fn of(client: &ClientCore, request: &Request) -> Result<Self, String> {
        let Options {
            request_timeout,
            retry,
            idempotent,
            optional,
            json,
            secret_body,
            part,
            ..
        } = request.options;
        let endpoint = request.template.endpoint;
        if secret_body {
            return Err(SECRET_BODY.to_owned());
        }
        let timeout = request_timeout.filter(|_| request_timeout != endpoint.request_timeout);
        let retry = retry.filter(|_| retry != endpoint.retry);
        Ok(Self {
            version: VERSION,
            method: request.method.as_str().to_owned(),
            template: request.template.path().into_owned(),
            url: url(client, request)?,
            headers: headers(request)?,
            body: Encoded::from(&*body(request)?),
            idempotent,
            optional,
            json,
            part: part.to_owned(),
            request_timeout: timeout.map(milliseconds),
            retry: retry.map(RetryWord::of),
        })
    }

    pub(super) fn read(json: &[u8]) -> Result<Self, String> {
        stored::read("request", json)
    }

    pub(super) fn write(&self) -> Result<Vec<u8>, String> {
        serde_json::to_vec(self).map_err(|error| format!("the request cannot be kept: {error}"))
    }

    pub(super) fn body(&self) -> Result<bytes::Bytes, String> {
        self.body.decode()
    }

    /// The URL, as people may see it: nothing in it was given as a secret.
    pub(super) fn shown_url(&self, client: &ClientCore) -> String {
        format!("{}{}", client.baseurl(), self.url)
    }

    /// The request as the endpoint of a client sends it now, or why it cannot.
    pub(super) fn resume(&self, declared: &Declared<'_>, lane: LaneId) -> Result<Request, String> {
        let (client, endpoint) = (declared.client, declared.template.endpoint);
        let method = Method::from_bytes(self.method.as_bytes())
            .map_err(|_| format!("`{}` is not an HTTP method", self.method))?;
        let base = client.baseurl().as_str();
        let mut url = UrlText::resumed(base, &self.url);
        // Credentials go with it, so it has to stay where it was declared.
        let is_below = Url::parse(url.as_str()).is_ok_and(|url| url.as_str().starts_with(base));
        if !is_below {
            return Err(format!(
                "the URL `{}` in the store does not continue {base}",
                self.url
            ));
        }
        client.add_query(&mut url)?;
        let timeout = self.request_timeout.map(Duration::from_millis);
        Ok(Request {
            method,
            url,
            headers: self.headers.decode()?,
            body: Source::Bytes(self.body()?),
            options: Options {
                request_timeout: timeout.or(endpoint.request_timeout),
                retry: self.retry.map(RetryWord::meant).or(endpoint.retry),
                lane,
                idempotent: self.idempotent,
                optional: self.optional,
                json: self.json,
                ..Options::default()
            },
            template: declared.template.clone(),
        })
    }
}

const SECRET_BODY: &str = "the body has a `Secret` or a field of the client in it, which must not \
                           come into a store: such a call cannot be enqueued";

fn url(client: &ClientCore, request: &Request) -> Result<String, String> {
    let base = client.baseurl().as_str().len();
    let stored = request.url.storable(base, &client.common_query());
    stored.ok_or_else(|| {
        "the path or the query has a `Secret` or a field of the client in it, which must not come \
         into a store: declare it on the struct, where it is sent with every request"
            .to_owned()
    })
}

fn headers(request: &Request) -> Result<Headers, String> {
    let is_secret = |(name, value): &(&HeaderName, &HeaderValue)| {
        value.is_sensitive() || redirect::is_called_a_secret(name)
    };
    match request.headers.iter().find(is_secret) {
        None => Ok(Headers::of(request.headers.iter())),
        Some((name, _)) => Err(format!(
            "the header `{name}` holds a secret, or may hold one, which must not come into a \
             store: declare it on the struct, where it is sent with every request"
        )),
    }
}

fn body(request: &Request) -> Result<bytes::Bytes, String> {
    request.body.to_bytes().map_err(|kind| {
        format!(
            "the body is {kind}, and a durable call needs one that is kept with it: give it as \
             bytes"
        )
    })
}

fn milliseconds(time: Duration) -> u64 {
    // One of nothing would not be the same as a very short one.
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX).max(1)
}
