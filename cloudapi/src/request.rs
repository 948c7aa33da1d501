//! From the arguments of a declared method to a request.

use std::sync::Arc;
use std::time::Duration;

use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, HeaderValue, Method};

use crate::auth::Text;
use crate::body::{IntoMultipart, Multipart, Part, Source};
use crate::call::Call;
use crate::client::{ClientCore, RestApi};
use crate::decode::{Decoder, Read};
use crate::endpoint::{Endpoint, Template};
use crate::engine::CallCell;
use crate::fields::{Fields, FormField, JsonField};
use crate::header;
use crate::pages::{PageItem, Pages, Paging};
use crate::query;
use crate::schedule::{Judgement, LaneId, Priority, Retry};
use crate::url_text::UrlText;
use crate::value::{
    FormBody, IntoBody, JsonBody, PathValue, Plain, QueryList, QueryValue, ToPlain,
};

/// The header for a key, if none is declared (draft-ietf-httpapi-idempotency-key-header).
const IDEMPOTENCY_KEY: &str = "Idempotency-Key";

/// Everything that is sent, but for what the client adds to all its requests.
#[derive(Clone, Debug)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) url: UrlText,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Source,
    pub(crate) options: Options,
    pub(crate) template: Template,
}

/// How a call differs from its client's settings.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Options {
    pub(crate) deadline: Option<Duration>,
    pub(crate) request_timeout: Option<Duration>,
    pub(crate) retry: Option<Retry>,
    pub(crate) priority: Option<Priority>,
    /// Where it waits, by the limits of its endpoint.
    pub(crate) lane: LaneId,
    pub(crate) idempotent: bool,
    /// The key by which the server knows the request again was not given, but made.
    pub(crate) has_made_key: bool,
    /// A 404 is an answer.
    pub(crate) optional: bool,
    /// The answer is to be JSON.
    pub(crate) json: bool,
    /// The body of the answer is left to the caller.
    pub(crate) streamed: bool,
    /// The body is a form of several parts.
    pub(crate) multipart: bool,
    /// The body has something in it that was given as a secret.
    pub(crate) secret_body: bool,
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

    fn say_that_the_body_is_empty(&mut self) {
        if self.body.is_empty() {
            say_that_there_is_no_body(&self.method, &mut self.headers);
        }
    }

    /// Sends a form. Its media type names the boundary, so no other will do.
    fn send_form(&mut self, form: Multipart) -> Result<(), String> {
        let body = form.into_body()?;
        let media_type = body.media_type.unwrap_or_default();
        let media_type = HeaderValue::from_str(&media_type)
            .map_err(|error| format!("the boundary of the form cannot be sent: {error}"))?;
        self.headers.insert(CONTENT_TYPE, media_type);
        self.options.multipart = true;
        self.body = body.source.afresh();
        Ok(())
    }

    /// Sends a header, in place of any of the same name.
    pub(crate) fn set_header(&mut self, name: &str, value: &impl ToPlain) -> Result<(), String> {
        let (name, value) = header::pair(name, value.plain())?;
        if name == CONTENT_TYPE && self.options.multipart {
            return Err(
                "the header `Content-Type` of a form of several parts names what is between \
                 them: leave it out; a part has a media type of its own, by `Part::media_type`"
                    .to_owned(),
            );
        }
        self.options.has_made_key &= name != self.key_header();
        self.headers.insert(name, value);
        Ok(())
    }

    /// Gives the request a key by which the server knows it again, unless it has
    /// one. It stays the same over all attempts.
    fn make_idempotent(&mut self, name: &str) -> Result<(), String> {
        let (name, key) = header::pair(name, Plain::Shown(&uuid::Uuid::new_v4()))?;
        self.options.has_made_key = !self.headers.contains_key(&name);
        self.headers.entry(name).or_insert(key);
        self.options.idempotent = true;
        Ok(())
    }

    /// The header that a key is in.
    pub(crate) fn key_header(&self) -> &'static str {
        let declared = self.template.endpoint.idempotency_key;
        declared.unwrap_or(IDEMPOTENCY_KEY)
    }

    /// The same request for another call, which the server is not to take for this one.
    pub(crate) fn for_another_call(&self) -> Result<Self, String> {
        let mut request = self.clone();
        let name = self.key_header();
        if !self.headers.contains_key(name) {
            return Ok(request);
        }
        if !self.options.has_made_key {
            return Err(format!(
                "the key in `{name}` is of one call, and this makes several: to all of them the \
                 server would say what it said to the first; give no key, and declare \
                 `idempotency_key` to have one made for each"
            ));
        }
        request.headers.remove(name);
        request.make_idempotent(name)?;
        Ok(request)
    }

    /// The URL as people may see it.
    pub(crate) fn shown_url(&self) -> String {
        self.url.shown()
    }
}

/// RFC 9110 8.6: where a body is usual, its absence is said too. Some servers
/// refuse the request otherwise (411).
pub(crate) fn say_that_there_is_no_body(method: &Method, headers: &mut HeaderMap) {
    if matches!(*method, Method::POST | Method::PUT | Method::PATCH) {
        headers.insert(CONTENT_LENGTH, HeaderValue::from(0));
    }
}

/// A request that is being put together. The first problem is kept and ends
/// the call before anything is sent.
#[derive(Debug)]
pub struct Draft {
    client: Arc<ClientCore>,
    request: Request,
    /// The parts of a form, as far as they are given.
    form: Option<Multipart>,
    /// The body, if it is put together field by field.
    fields: Fields,
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
        let prefix = match endpoint.path {
            "" => client.path().trim_end_matches('/'),
            _ => client.path(),
        };
        let path = url.literal(prefix);
        let lane = match endpoint.limits {
            [] => LaneId::MAIN,
            rates => {
                let scope = client.core().scope();
                scope.lane(endpoint.method, [prefix, endpoint.path], rates)
            }
        };
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
                body: Source::EMPTY,
                options: Options {
                    request_timeout: endpoint.request_timeout,
                    retry: endpoint.retry,
                    priority: endpoint.priority,
                    lane,
                    deadline: endpoint.deadline,
                    idempotent: endpoint.idempotent,
                    ..Options::default()
                },
                template: client.template(endpoint),
            },
            form: None,
            fields: Fields::None,
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
    pub fn query<T: QueryValue<W>, W>(mut self, name: &'static str, value: &T) -> Self {
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

    /// A query parameter that is a list, with a delimiter between its items.
    #[must_use]
    pub fn query_list<T: QueryList>(
        mut self,
        name: &'static str,
        delimiter: char,
        value: &T,
    ) -> Self {
        let result = self.request.url.end_segment();
        self.check(result);
        let result = self.request.url.query(false, |target| {
            query::append_list(target, name, delimiter, value)
        });
        self.check(result.map_err(|error| {
            format!("the query parameter `{name}` cannot be written into a URL: {error}")
        }));
        self
    }

    /// A header; `None` leaves it out.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: Option<Plain<'_>>) -> Self {
        let Some(value) = value else { return self };
        let result = header::pair(name, value);
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
        let value = text
            .header_value(name)
            .map_err(|problem| problem.to_string());
        match header::name(name).and_then(|header| Ok((header, value?))) {
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
            Ok(body) => self.with_body(
                Source::Bytes(body.into()),
                HeaderValue::from_static("application/json"),
            ),
            Err(error) => self.fail("the body cannot be written as JSON", error),
        }
    }

    /// A field of a body in JSON.
    #[must_use]
    pub fn json_field<T: JsonField<W>, W>(mut self, name: &'static str, value: &T) -> Self {
        self.request.options.secret_body |= value.is_secret();
        let result = self.fields.json(name, value);
        self.check(result);
        self
    }

    /// A field of a body in JSON, of the endpoint itself.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "generated code has no other use for it"
    )]
    pub fn json_text(mut self, name: &'static str, text: Text) -> Self {
        self.request.options.secret_body |= text.may_be_secret();
        let text = text.finish().map_err(|problem| problem.to_string());
        let result = text.and_then(|text| self.fields.json(name, text));
        self.check(result);
        self
    }

    /// A field of a body as a form.
    #[must_use]
    pub fn form_field<T: FormField<W>, W>(mut self, name: &'static str, value: &T) -> Self {
        self.request.options.secret_body |= value.is_secret();
        let result = self.fields.form(name, value);
        self.check(result);
        self
    }

    /// A field of a body as a form, of the endpoint itself.
    #[must_use]
    #[expect(
        clippy::needless_pass_by_value,
        reason = "generated code has no other use for it"
    )]
    pub fn form_text(mut self, name: &'static str, text: Text) -> Self {
        self.request.options.secret_body |= text.may_be_secret();
        let text = text.finish().map_err(|problem| problem.to_string());
        let result = text.and_then(|text| self.fields.form(name, text));
        self.check(result);
        self
    }

    /// A body as a form.
    #[must_use]
    pub fn form<T: FormBody>(self, body: &T) -> Self {
        match serde_html_form::to_string(body) {
            Ok(body) => self.with_body(
                Source::Bytes(body.into()),
                HeaderValue::from_static("application/x-www-form-urlencoded"),
            ),
            Err(error) => self.fail("the body cannot be written as a form", error),
        }
    }

    /// A body as it is.
    #[must_use]
    pub fn body<T: IntoBody>(self, body: T) -> Self {
        let body = body.into_body();
        let Some(media_type) = body.media_type else {
            return self.with_body(body.source, HeaderValue::from_static(T::MEDIA_TYPE));
        };
        match HeaderValue::from_str(&media_type) {
            Ok(media_type) => self.with_body(body.source, media_type),
            Err(error) => self.fail("the media type of the body cannot be sent", error),
        }
    }

    /// A form of several parts.
    #[must_use]
    pub fn multipart<T: IntoMultipart>(mut self, form: T) -> Self {
        self.form = Some(form.into_multipart());
        self
    }

    /// A part of a form; `None` leaves it out, and not the form.
    #[must_use]
    pub fn part(mut self, name: &'static str, part: Option<Part>) -> Self {
        let form = self.form.take().unwrap_or_default();
        self.request.options.secret_body |= part.as_ref().is_some_and(Part::is_secret);
        self.form = Some(match part {
            Some(part) => form.part(name, part),
            None => form,
        });
        self
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
        self.request.options.streamed = matches!(decoder.read, Read::Streamed(_));
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
        if let Some(form) = self.form.take() {
            let result = self.request.send_form(form);
            self.check(result);
        }
        if let Some((body, media_type)) = std::mem::take(&mut self.fields).finish() {
            self.set_body(Source::Bytes(body), HeaderValue::from_static(media_type));
        }
        self.request.say_that_the_body_is_empty();
        if let Some(name) = self.request.template.endpoint.idempotency_key {
            let result = self.request.make_idempotent(name);
            self.check(result);
        }
    }

    fn with_body(mut self, body: Source, media_type: HeaderValue) -> Self {
        self.set_body(body, media_type);
        self
    }

    fn set_body(&mut self, body: Source, media_type: HeaderValue) {
        // One that the caller gave as a header stands.
        self.request
            .headers
            .entry(CONTENT_TYPE)
            .or_insert(media_type);
        self.request.body = body.afresh();
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
