//! An answer before it is HTTP: a status, a JSON body, and the few headers
//! that differ.

use std::time::{Duration, SystemTime};

use http::header::{ALLOW, CONTENT_TYPE, HeaderName, HeaderValue, RETRY_AFTER};
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::limiter::Standing;

#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn json(status: StatusCode, body: &Value) -> Self {
        let mut headers = HeaderMap::new();
        let json = HeaderValue::from_static("application/json; charset=utf-8");
        headers.insert(CONTENT_TYPE, json);
        Self {
            status,
            headers,
            body: body.to_string().into_bytes(),
        }
    }

    pub(super) fn no_content() -> Self {
        Self {
            status: StatusCode::NO_CONTENT,
            headers: HeaderMap::new(),
            body: Vec::new(),
        }
    }

    /// DigitalOcean's form of an error.
    pub(super) fn error(status: StatusCode, id: &str, message: &str) -> Self {
        Self::json(status, &json!({ "id": id, "message": message }))
    }

    pub(super) fn unauthorized() -> Self {
        let message = "Unable to authenticate you";
        Self::error(StatusCode::UNAUTHORIZED, "unauthorized", message)
    }

    pub(super) fn not_found() -> Self {
        let message = "The resource you requested could not be found.";
        Self::error(StatusCode::NOT_FOUND, "not_found", message)
    }

    pub(super) fn bad_request(message: &str) -> Self {
        Self::error(StatusCode::BAD_REQUEST, "bad_request", message)
    }

    pub(super) fn unprocessable(message: &str) -> Self {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        Self::error(status, "unprocessable_entity", message)
    }

    pub(super) fn not_allowed(allowed: &'static str) -> Self {
        let status = StatusCode::METHOD_NOT_ALLOWED;
        let message = "The resource does not have this method.";
        let mut answer = Self::error(status, "method_not_allowed", message);
        let allowed = HeaderValue::from_static(allowed);
        answer.headers.insert(ALLOW, allowed);
        answer
    }

    pub(super) fn too_many_requests(standing: Standing) -> Self {
        let status = StatusCode::TOO_MANY_REQUESTS;
        let message = "API Rate limit exceeded.";
        let mut answer = Self::error(status, "too_many_requests", message);
        // Whole seconds, rounded up: coming back when they are over must do.
        answer.retry_after(whole_seconds(standing.reset).max(1));
        answer
    }

    /// A failure on purpose.
    pub(super) fn failure(status: u16) -> Self {
        let status = match StatusCode::from_u16(status) {
            // A server may not end an exchange with a 1xx, and hyper refuses to.
            Ok(status) if (200..600).contains(&status.as_u16()) => status,
            _ => StatusCode::INTERNAL_SERVER_ERROR,
        };
        let (id, message) = match status {
            StatusCode::SERVICE_UNAVAILABLE => ("service_unavailable", "Service Unavailable"),
            _ => ("server_error", "Unexpected server-side error"),
        };
        Self::error(status, id, message)
    }

    pub(super) fn unavailable(seconds: u64) -> Self {
        let mut answer = Self::failure(503);
        answer.retry_after(seconds);
        answer
    }

    fn retry_after(&mut self, seconds: u64) {
        self.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
    }

    /// For how long it asks to stay away.
    pub(super) fn asked_wait(&self) -> Option<Duration> {
        let seconds = self.headers.get(RETRY_AFTER)?.to_str().ok()?;
        Some(Duration::from_secs(seconds.parse().ok()?))
    }

    /// The headers that say how the account stands.
    pub(super) fn rate_limit(&mut self, standing: Standing, wall: SystemTime) {
        let reset = (wall + standing.reset)
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or_default();
        for (name, value) in [
            ("ratelimit-limit", standing.limit as u64),
            ("ratelimit-remaining", standing.remaining as u64),
            ("ratelimit-reset", whole_seconds(reset)),
        ] {
            let name = HeaderName::from_static(name);
            self.headers.insert(name, HeaderValue::from(value));
        }
    }
}

fn whole_seconds(span: Duration) -> u64 {
    span.as_secs() + u64::from(span.subsec_nanos() > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STANDING: Standing = Standing {
        admitted: false,
        limit: 8,
        remaining: 0,
        reset: Duration::from_millis(1_200),
    };

    #[test]
    fn a_refusal_says_when_to_come_back() {
        let mut answer = Answer::too_many_requests(STANDING);
        answer.rate_limit(STANDING, SystemTime::UNIX_EPOCH + Duration::from_secs(100));
        assert_eq!(answer.status, 429);
        assert_eq!(answer.headers[RETRY_AFTER], "2");
        assert_eq!(answer.asked_wait(), Some(Duration::from_secs(2)));
        assert_eq!(answer.headers["ratelimit-limit"], "8");
        assert_eq!(answer.headers["ratelimit-remaining"], "0");
        assert_eq!(answer.headers["ratelimit-reset"], "102");
        let body: Value = serde_json::from_slice(&answer.body).unwrap();
        assert_eq!(body["id"], "too_many_requests");
        assert_eq!(body["message"], "API Rate limit exceeded.");
    }

    #[test]
    fn a_status_that_ends_nothing_is_a_500() {
        assert_eq!(Answer::failure(503).status, 503);
        for status in [0, 99, 100, 101, 600, 999, 1_000, u16::MAX] {
            assert_eq!(Answer::failure(status).status, 500, "{status}");
        }
    }
}
