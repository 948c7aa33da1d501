//! From the arguments of a declared method to a request.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::auth::Text;
use crate::call::Call;
use crate::client::{ClientCore, RestApi};
use crate::decode::Decoder;
use crate::endpoint::{Endpoint, Template};
use crate::engine::CallCell;
use crate::pages::{PageItem, Pages, Paging};
use crate::schedule::{Judgement, Retry};
use crate::url_text::UrlText;
use crate::value::{FormBody, IntoBody, JsonBody, PathValue, Plain, QueryValue, header};

/// The header for a key, if none is declared (draft-ietf-httpapi-idempotency-key-header).
pub(crate) const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Everything that is sent, but for what the client adds to all its requests.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: UrlText,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) options: Options,
    pub(crate) template: Template,
}

/// How a call differs from its client's settings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    pub(crate) deadline: Option<Duration>,
    pub(crate) request_timeout: Option<Duration>,
    pub(crate) retry: Option<Retry>,
    pub(crate) idempotent: bool,
    /// A 404 is an answer.
    pub(crate) optional: bool,
    /// The answer is to be JSON.
    pub(crate) json: bool,
    /// The part of the answer that is wanted; empty for the whole.
    pub(crate) part: &'static str,
}

impl Request {
    /// The rules for an attempt, which after a redirect may have another method.
    pub(crate) fn judgement(&self, method: &Method, retry: Retry) -> Judgement {
        Judgement {
            retry: self.options.retry.unwrap_or(retry),
            // RFC 9110 9.2.2, and TRACE has no place here.
            idempotent: self.options.idempotent || method.is_idempotent(),
            optional: self.options.optional,
        }
    }

    /// RFC 9110 8.6: where a body is usual, its absence is said too. Some
    /// servers refuse the request otherwise (411).
    fn say_that_the_body_is_empty(&mut self) {
        let is_usual = matches!(self.method, Method::POST | Method::PUT | Method::PATCH);
        if is_usual && self.body.is_empty() {
            self.headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
        }
    }

    /// Gives the request a key by which the server knows it again, unless it has
    /// one. It stays the same over all attempts.
    fn make_idempotent(&mut self, name: &str) -> Result<(), String> {
        let (name, key) = header(name, Plain::Shown(&uuid::Uuid::new_v4()))?;
        self.headers.entry(name).or_insert(key);
        self.options.idempotent = true;
        Ok(())
    }

    /// The URL as people may see it.
    pub(crate) fn shown_url(&self) -> String {
        self.url.shown()
    }
}

/// A request that is being put together. The first problem is kept and ends
/// the call before anything is sent.
#[derive(Debug)]
pub struct Draft {
    client: Arc<ClientCore>,
    request: Request,
    problem: Option<String>,
}

impl Draft {
    /// Begins a request of the client's API.
    pub fn new<A: RestApi + ?Sized>(api: &A, endpoint: &'static Endpoint) -> Self {
        let client = api.__client();
        // Room for the values and a short query.
        let room = client.path().len() + endpoint.path.len() + 48;
        let mut url = UrlText::new(client.core().baseurl().as_str(), room);
        // An endpoint without a path of its own is the part itself: `volumes`, and
        // not `volumes/`, which is another resource.
        let path = url.literal(match endpoint.path {
            "" => client.path().trim_end_matches('/'),
            _ => client.path(),
        });
        let (method, problem) = match Method::from_bytes(endpoint.method.as_bytes()) {
            Ok(method) => (method, path.err()),
            Err(_) => (
                Method::GET,
                Some(format!("`{}` is not an HTTP method", endpoint.method)),
            ),
        };
        Self {
            client: Arc::clone(client.core()),
            request: Request {
                method,
                url,
                headers: HeaderMap::new(),
                body: Bytes::new(),
                options: Options {
                    request_timeout: endpoint.request_timeout,
                    retry: endpoint.retry,
                    deadline: endpoint.deadline,
                    idempotent: endpoint.idempotent,
                    ..Options::default()
                },
                template: client.template(endpoint),
            },
            problem,
        }
    }

    /// Text of the path, as declared.
    #[must_use]
    pub fn literal(mut self, text: &str) -> Self {
        let result = self.request.url.literal(text);
        self.check(result);
        self
    }

    /// A value in the path: one segment, or a part of one.
    #[must_use]
    pub fn segment<T: PathValue>(mut self, name: &'static str, value: &T) -> Self {
        let result = match value.plain() {
            Plain::Shown(value) => self.request.url.value(name, value),
            Plain::Secret(secret) => {
                self.request.url.secret(name, secret.expose());
                Ok(())
            }
        };
        self.check(result);
        self
    }

    /// Several segments in the path.
    #[must_use]
    pub fn segments<T: PathValue>(mut self, name: &'static str, value: &T) -> Self {
        let result = match value.plain() {
            Plain::Shown(value) => self.request.url.values(name, &value.to_string(), false),
            Plain::Secret(secret) => self.request.url.values(name, secret.expose(), true),
        };
        self.check(result);
        self
    }

    /// A query parameter.
    #[must_use]
    pub fn query<T: QueryValue>(mut self, name: &'static str, value: &T) -> Self {
        let result = self.request.url.end_segment();
        self.check(result);
        let result = self
            .request
            .url
            .query(value.is_secret(), |target| value.append(target, name));
        self.check(result.map_err(|error| {
            format!("the query parameter `{name}` cannot be written into a URL: {error}")
        }));
        self
    }

    /// A header; `None` leaves it out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Option<Plain<'_>>) -> Self {
        let Some(value) = value else { return self };
        let result = header(name, value);
        match result {
            Ok((name, value)) => {
                self.request.headers.insert(name, value);
            }
            Err(problem) => self.check(Err(problem)),
        }
        self
    }

    /// A header of the endpoint itself.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "generated code has no other use for it"
    )]
    pub fn text_header(mut self, name: &'static str, text: Text) -> Self {
        let header = HeaderName::from_bytes(name.as_bytes())
            .map_err(|_| format!("`{name}` is not the name of a header"));
        let value = text
            .header_value(name)
            .map_err(|problem| problem.to_string());
        match header.and_then(|header| Ok((header, value?))) {
            Ok((header, value)) => {
                self.request.headers.insert(header, value);
            }
            Err(problem) => self.check(Err(problem)),
        }
        self
    }

    /// A query parameter of the endpoint itself.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "generated code has no other use for it"
    )]
    pub fn text_query(mut self, name: &'static str, text: Text) -> Self {
        let result = self.request.url.end_segment();
        self.check(result);
        let result = text.append_to(&mut self.request.url, name);
        self.check(result);
        self
    }

    /// A body in JSON.
    #[must_use]
    pub fn json<T: JsonBody>(self, body: &T) -> Self {
        match serde_json::to_vec(body) {
            Ok(body) => self.with_body(Bytes::from(body), "application/json"),
            Err(error) => self.fail("the body cannot be written as JSON", error),
        }
    }

    /// A body as a form.
    #[must_use]
    pub fn form<T: FormBody>(self, body: &T) -> Self {
        match serde_html_form::to_string(body) {
            Ok(body) => self.with_body(Bytes::from(body), "application/x-www-form-urlencoded"),
            Err(error) => self.fail("the body cannot be written as a form", error),
        }
    }

    /// A body as it is.
    #[must_use]
    pub fn body<T: IntoBody>(self, body: T) -> Self {
        let media_type = T::MEDIA_TYPE;
        self.with_body(body.into_body(), media_type)
    }

    /// Takes only this part of the answer.
    #[must_use]
    pub fn unwrap(mut self, part: &'static str) -> Self {
        self.request.options.part = part;
        self
    }

    /// The call, which is sent when it is awaited.
    pub fn call<T>(mut self, decoder: Decoder<T>) -> Call<T> {
        self.finish();
        self.request.options.optional = decoder.optional;
        self.request.options.json = decoder.json;
        let cell = CallCell::new(self.client, self.request);
        Call::new(cell, decoder.read, self.problem)
    }

    /// The pages, each of which is asked for when it is needed.
    pub fn pages<T: PageItem>(mut self, paging: Paging) -> Pages<T> {
        self.finish();
        self.request.options.json = true;
        Pages::new(self.client, self.request, paging, self.problem)
    }

    /// What is the same for all requests.
    fn finish(&mut self) {
        let result = self.request.url.end_segment();
        self.check(result);
        let result = self.client.add_query(&mut self.request.url);
        self.check(result);
        self.request.say_that_the_body_is_empty();
        if let Some(name) = self.request.template.endpoint.idempotency_key {
            let result = self.request.make_idempotent(name);
            self.check(result);
        }
    }

    fn with_body(mut self, body: Bytes, media_type: &'static str) -> Self {
        // One that the caller gave as a header stands.
        self.request
            .headers
            .entry(CONTENT_TYPE)
            .or_insert_with(|| HeaderValue::from_static(media_type));
        self.request.body = body;
        self
    }

    fn fail(mut self, what: &str, error: impl std::fmt::Display) -> Self {
        self.check(Err(format!("{what}: {error}")));
        self
    }

    fn check(&mut self, result: Result<(), String>) {
        if let Err(message) = result
            && self.problem.is_none()
        {
            self.problem = Some(message);
        }
    }
}
