//! The URL of a request, put together as text in one go.
//!
//! A value can never leave its place: it is percent-encoded once, and a segment
//! that comes out empty, `.` or `..` is refused, since servers and proxies
//! resolve those.

use std::fmt::{self, Display, Write};
use std::ops::Range;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use url::{Position, Url};

use crate::query;

/// Everything but the unreserved characters of RFC 3986 2.3.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

#[derive(Clone, Debug)]
pub(crate) struct UrlText {
    text: String,
    segment: usize,
    /// The parameter that filled the current segment, if one did.
    filled_by: Option<&'static str>,
    has_query: bool,
    /// Where secrets stand. Nearly always empty, which costs nothing.
    secrets: Vec<Range<usize>>,
}

impl UrlText {
    /// `base` ends with a slash.
    pub(crate) fn new(base: &str, room: usize) -> Self {
        let mut text = String::with_capacity(base.len() + room);
        text.push_str(base);
        Self {
            segment: text.len(),
            text,
            filled_by: None,
            has_query: false,
            secrets: Vec::new(),
        }
    }

    /// Appends text of the path template as it stands.
    pub(crate) fn literal(&mut self, text: &str) -> Result<(), String> {
        let Some(slash) = text.find('/') else {
            self.text.push_str(text);
            return Ok(());
        };
        self.text.push_str(&text[..slash]);
        self.end_segment()?;
        self.text.push_str(&text[slash..]);
        self.segment = self.text.rfind('/').map_or(0, |slash| slash + 1);
        Ok(())
    }

    /// Appends a value to the current segment.
    pub(crate) fn value(&mut self, name: &'static str, value: &dyn Display) -> Result<(), String> {
        self.filled_by = Some(name);
        write!(Encoder(&mut self.text), "{value}")
            .map_err(|_| format!("the value of `{name}` could not be written into the path"))
    }

    /// Appends a value that must not be shown.
    pub(crate) fn secret(&mut self, name: &'static str, value: &str) {
        self.filled_by = Some(name);
        let start = self.text.len();
        self.text.extend(utf8_percent_encode(value, SEGMENT));
        self.secrets.push(start..self.text.len());
    }

    /// Appends a value whose slashes separate segments.
    pub(crate) fn values(
        &mut self,
        name: &'static str,
        value: &str,
        secret: bool,
    ) -> Result<(), String> {
        for (number, segment) in value.split('/').enumerate() {
            if number > 0 {
                self.literal("/")?;
            }
            if secret {
                self.secret(name, segment);
            } else {
                self.value(name, &segment)?;
            }
        }
        Ok(())
    }

    /// Ends the path.
    pub(crate) fn end_segment(&mut self) -> Result<(), String> {
        let Some(name) = self.filled_by.take() else {
            return Ok(());
        };
        let segment = &self.text[self.segment..];
        let problem = match dots(segment) {
            Some(0) => "nothing",
            Some(1 | 2) => segment,
            _ => return Ok(()),
        };
        Err(format!(
            "`{name}` makes a path segment of {problem}, which would reach another \
             resource than the one declared; give a value that is not empty, `.` or `..`"
        ))
    }

    /// Appends encoded pairs to the query, as `write` writes them.
    pub(crate) fn query<E>(
        &mut self,
        secret: bool,
        write: impl FnOnce(&mut String) -> Result<(), E>,
    ) -> Result<(), E> {
        let start = self.text.len();
        self.text.push(if self.has_query { '&' } else { '?' });
        let pairs = self.text.len();
        let written = write(&mut self.text);
        if written.is_err() || self.text.len() == pairs {
            self.text.truncate(start);
            return written;
        }
        self.has_query = true;
        if secret {
            self.secrets.push(pairs..self.text.len());
        }
        Ok(())
    }

    /// Appends a parameter to the query.
    pub(crate) fn add<T: Serialize + ?Sized>(
        &mut self,
        name: &str,
        value: &T,
    ) -> Result<(), String> {
        self.query(false, |target| query::append(target, name, value))
            .map_err(|error| {
                format!("the query parameter `{name}` cannot be written into a URL: {error}")
            })
    }

    /// Whether the query has a parameter of this name.
    pub(crate) fn has(&self, name: &str) -> bool {
        let query = self.text.split_once('?').map_or("", |(_, query)| query);
        query.split('&').any(|pair| {
            let key = pair.split_once('=').map_or(pair, |(key, _)| key);
            percent_encoding::percent_decode_str(key).eq(name.bytes())
        })
    }

    /// Becomes the URL that a server gave. If there was a secret in this one,
    /// the other may have it too, and its path and query are not shown.
    pub(crate) fn go_to(&mut self, mut url: Url) {
        url.set_fragment(None);
        self.has_query = url.query().is_some();
        let path = url[..Position::BeforePath].len() + 1;
        self.text = url.into();
        self.segment = self.text.len();
        if !self.secrets.is_empty() {
            self.secrets.clear();
            self.secrets.push(path..self.text.len());
        }
    }

    /// The URL that begins with `base` and goes on with what was stored of one.
    #[cfg(feature = "store")]
    pub(crate) fn resumed(base: &str, rest: &str) -> Self {
        let mut url = Self::new(base, rest.len() + 48);
        url.text.push_str(rest);
        url.segment = url.text.len();
        url.has_query = rest.contains('?');
        url
    }

    /// What comes after the first `start` bytes, without those parameters of the query
    /// that are `common`; `None` if there is a secret in it.
    #[cfg(feature = "store")]
    pub(crate) fn storable(&self, start: usize, common: &[String]) -> Option<String> {
        let is_open = |piece: &Range<usize>| {
            let overlaps =
                |secret: &Range<usize>| secret.start < piece.end && piece.start < secret.end;
            !self.secrets.iter().any(overlaps)
        };
        let path = start..self.text.find('?').unwrap_or(self.text.len());
        if !is_open(&path) {
            return None;
        }
        let mut kept = self.text[path.clone()].to_owned();
        let mut at = path.end + 1;
        let query = self.text.get(at..).unwrap_or_default();
        let mut separator = '?';
        for pair in query.split('&') {
            let piece = at..at + pair.len();
            at = piece.end + 1;
            if pair.is_empty() || common.iter().any(|common| common == pair) {
                continue;
            }
            if !is_open(&piece) {
                return None;
            }
            kept.push(separator);
            kept.push_str(pair);
            separator = '&';
        }
        Some(kept)
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    #[cfg(feature = "testing")]
    pub(crate) fn memory(&self) -> usize {
        self.text.capacity() + self.secrets.capacity() * size_of::<Range<usize>>()
    }

    /// The URL with each secret replaced.
    pub(crate) fn shown(&self) -> String {
        let mut shown = String::with_capacity(self.text.len());
        let mut end = 0;
        for secret in &self.secrets {
            shown.push_str(&self.text[end..secret.start]);
            shown.push_str("***");
            end = secret.end;
        }
        shown.push_str(&self.text[end..]);
        shown
    }
}

/// The number of dots in a segment of nothing else. To a URL parser `%2e`, which
/// only a declared text can hold, is one.
fn dots(mut segment: &str) -> Option<usize> {
    let mut dots = 0;
    while !segment.is_empty() {
        segment = [".", "%2e", "%2E"]
            .iter()
            .find_map(|dot| segment.strip_prefix(dot))?;
        dots += 1;
    }
    Some(dots)
}

/// Percent-encodes whatever is written, piece by piece.
struct Encoder<'a>(&'a mut String);

impl Write for Encoder<'_> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.0.extend(utf8_percent_encode(text, SEGMENT));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(value: &str) -> Result<String, String> {
        let mut url = UrlText::new("https://api.example.com/v2/", 64);
        url.literal("droplets/")?;
        url.value("id", &value)?;
        url.literal("/actions")?;
        url.end_segment()?;
        Ok(url.text)
    }

    #[test]
    fn a_value_stays_in_its_segment() {
        for (value, segment) in [
            ("7", "7"),
            ("a b", "a%20b"),
            ("a/b", "a%2Fb"),
            ("%2F", "%252F"),
            ("../admin", "..%2Fadmin"),
            ("../../admin?x=1#", "..%2F..%2Fadmin%3Fx%3D1%23"),
            ("...", "..."),
            ("%2e%2e", "%252e%252e"),
            ("ü\\\t\n", "%C3%BC%5C%09%0A"),
            (";v=1", "%3Bv%3D1"),
        ] {
            let expected = format!("https://api.example.com/v2/droplets/{segment}/actions");
            assert_eq!(url(value).unwrap(), expected, "{value:?}");
            let parsed = Url::parse(&expected).unwrap();
            assert_eq!(parsed.as_str(), expected, "survives parsing");
        }
    }

    #[test]
    fn segments_that_are_resolved_are_refused() {
        for value in ["", ".", ".."] {
            let message = url(value).unwrap_err();
            assert!(message.contains("`id`"), "{message}");
        }
    }

    #[test]
    fn several_segments_are_each_encoded_and_checked() {
        let several = |value: &str| {
            let mut url = UrlText::new("https://h/", 8);
            url.values("rest", value, false)?;
            url.end_segment()?;
            Ok::<_, String>(url.text)
        };
        assert_eq!(several("a b/c").unwrap(), "https://h/a%20b/c");
        for value in ["", "/a", "a/", "a//b", "a/../b", "./a"] {
            assert!(several(value).is_err(), "{value:?}");
        }
    }

    #[test]
    fn two_values_may_not_make_dots_together() {
        let mut url = UrlText::new("https://h/", 8);
        url.value("a", &".").unwrap();
        url.value("b", &".").unwrap();
        assert!(url.end_segment().is_err());
    }

    #[test]
    fn a_declared_dot_and_a_value_may_not_make_dots_together() {
        for (literal, value) in [("%2e", "."), ("%2E", "."), ("%2e%2e", ""), ("%2e", "")] {
            let mut url = UrlText::new("https://h/", 8);
            url.literal(literal).unwrap();
            url.value("a", &value).unwrap();
            assert!(url.end_segment().is_err(), "{literal}{value}");
        }
    }

    #[test]
    fn literal_and_value_share_a_segment() {
        let mut url = UrlText::new("https://h/", 8);
        url.literal("v").unwrap();
        url.value("version", &"").unwrap();
        url.literal(".json/").unwrap();
        url.value("name", &"x").unwrap();
        url.end_segment().unwrap();
        assert_eq!(url.as_str(), "https://h/v.json/x");
    }

    #[test]
    fn a_query_that_comes_out_empty_leaves_no_trace() {
        let mut url = UrlText::new("https://h/", 8);
        url.query::<()>(false, |_| Ok(())).unwrap();
        assert_eq!(url.as_str(), "https://h/");
    }

    #[test]
    fn secrets_are_not_shown() {
        let mut url = UrlText::new("https://h/", 8);
        url.secret("key", "s3cret/x");
        url.query::<()>(true, |text| {
            text.push_str("api_key=t0ps3cret");
            Ok(())
        })
        .unwrap();
        assert_eq!(url.shown(), "https://h/***?***");
        assert_eq!(url.as_str(), "https://h/s3cret%2Fx?api_key=t0ps3cret");
    }
}
