//! What a profile sees of a response.

use std::fmt;
use std::time::{Duration, SystemTime};

use http::header::{AGE, DATE};
use http::{HeaderMap, StatusCode};

use super::Unreadable;
use crate::schedule::retry_after;

/// The longest wait that is understood; a server that asks for more gets this.
const LONGEST: Duration = Duration::from_secs(366 * 86_400);

/// A response as a profile reads it.
#[derive(Clone, Copy)]
pub struct ResponseView<'a> {
    status: StatusCode,
    headers: &'a HeaderMap,
    body: &'a [u8],
    wall: SystemTime,
}

impl<'a> ResponseView<'a> {
    /// `wall` is the local time of day. It counts only where the response has no
    /// `Date`: the two clocks may differ.
    pub(crate) const fn new(
        status: StatusCode,
        headers: &'a HeaderMap,
        body: &'a [u8],
        wall: SystemTime,
    ) -> Self {
        Self {
            status,
            headers,
            body,
            wall,
        }
    }

    /// The status.
    pub const fn status(&self) -> StatusCode {
        self.status
    }

    /// The headers.
    pub const fn headers(&self) -> &'a HeaderMap {
        self.headers
    }

    /// The body, as far as it is there.
    pub const fn body(&self) -> &'a [u8] {
        self.body
    }

    /// The time of day by the server's clock.
    pub fn server_time(&self) -> SystemTime {
        let date = self.headers.get(DATE).and_then(|date| date.to_str().ok());
        date.and_then(|date| httpdate::parse_http_date(date).ok())
            .unwrap_or(self.wall)
    }

    /// The text of a field that a response has at most once. `None` if it is not
    /// there.
    ///
    /// # Errors
    ///
    /// If it is there twice, so that nobody knows which one counts, or is not
    /// text.
    pub fn text(&self, field: &'static str) -> Result<Option<&'a str>, Unreadable> {
        let mut values = self.headers.get_all(field).iter();
        let Some(value) = values.next() else {
            return Ok(None);
        };
        let unreadable = |reason| Unreadable { field, reason };
        if values.next().is_some() {
            return Err(unreadable("it is there more than once"));
        }
        let text = value.to_str().map_err(|_| unreadable("it is not text"))?;
        Ok(Some(text.trim()))
    }

    /// The whole number in a field that a response has at most once.
    ///
    /// # Errors
    ///
    /// As [`text`](Self::text), and if it is not a number.
    pub fn number(&self, field: &'static str) -> Result<Option<u64>, Unreadable> {
        let Some(text) = self.text(field)? else {
            return Ok(None);
        };
        digits(text).map(Some).ok_or(Unreadable {
            field,
            reason: "it is not a whole number",
        })
    }

    /// `Retry-After` (RFC 9110 10.2.3) in seconds or as a date.
    ///
    /// # Errors
    ///
    /// If it is there and neither.
    pub fn retry_after(&self) -> Result<Option<Duration>, Unreadable> {
        match retry_after(self.headers, self.wall) {
            Some(wait) => Ok(Some(wait.min(LONGEST))),
            None if !self.headers.contains_key("retry-after") => Ok(None),
            None => Err(Unreadable {
                field: "retry-after",
                reason: "it is neither one number of seconds nor one date",
            }),
        }
    }

    /// Whether it comes from a cache, so that what it says of budgets is old
    /// (draft-ietf-httpapi-ratelimit-headers-11, 7.3).
    pub fn is_from_a_cache(&self) -> bool {
        let age = self.headers.get(AGE).and_then(|age| age.to_str().ok());
        age.and_then(|age| digits(age.trim()))
            .is_some_and(|age| age > 0)
    }
}

/// The status alone: headers and bodies may hold secrets.
impl fmt::Debug for ResponseView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ResponseView")
            .field("status", &self.status)
            .finish_non_exhaustive()
    }
}

/// Digits and nothing else. More of them than fit is a very large number, not
/// nonsense.
pub(super) fn digits(text: &str) -> Option<u64> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().unwrap_or(u64::MAX))
}
