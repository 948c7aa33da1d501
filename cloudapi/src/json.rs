//! Reading a JSON body, or a part of it, with errors that say where.

mod path;

use std::borrow::Cow;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    DeserializeOwned, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess,
    Unexpected, Visitor,
};
use serde_json::Value;

use self::path::Steps;

/// How much of the body around an error is shown, to each side.
const EXCERPT: usize = 40;

/// A body that is not what was declared.
pub(crate) struct JsonError {
    /// Where in the document, as in `droplets[3].id`; empty at its top.
    pub(crate) path: String,
    /// What stands there, shortened.
    pub(crate) excerpt: String,
    source: serde_json::Error,
}

impl fmt::Display for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.path.is_empty() {
            write!(formatter, "at `{}`: ", self.path)?;
        }
        self.source.fmt(formatter)
    }
}

/// Without the excerpt, which may hold a secret.
impl fmt::Debug for JsonError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("JsonError")
            .field("path", &self.path)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}

impl std::error::Error for JsonError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.source)
    }
}

/// Reads the part of the document that `path` leads to, as in `links.pages` or,
/// as a JSON Pointer, in `/links/pages`; an empty path leads to the whole. `None`
/// if there is nothing.
pub(crate) fn find<T: DeserializeOwned>(body: &[u8], path: &str) -> Result<Option<T>, JsonError> {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let found = Part::new(path)
        .deserialize(&mut deserializer)
        .and_then(|found| deserializer.end().map(|()| found));
    found.map_err(|error| explain::<T>(body, path, error))
}

/// Reads the part of the document that `path` leads to, which has to be there.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8], path: &str) -> Result<T, JsonError> {
    find(body, path)?.ok_or_else(|| missing(body, &format!("there is no `{path}`")))
}

/// Something is not there, so the error is nowhere in particular.
pub(crate) fn missing(body: &[u8], problem: &str) -> JsonError {
    JsonError {
        path: String::new(),
        excerpt: excerpt(body, 0),
        source: serde_json::Error::custom(problem),
    }
}

/// What the path leads to, whatever it is. `None` too where the way there is not
/// the one that was expected; but what is no JSON is an error.
pub(crate) fn find_any(body: &[u8], path: &str) -> Result<Option<Value>, JsonError> {
    match find(body, path) {
        // It was read up to there and no further.
        Err(error) if error.source.is_data() => find::<IgnoredAny>(body, "").map(|_| None),
        found => found,
    }
}

/// Reads once more, to learn where the error is; the first reading is fast
/// because it does not keep track.
fn explain<T: DeserializeOwned>(body: &[u8], path: &str, error: serde_json::Error) -> JsonError {
    let mut deserializer = serde_json::Deserializer::from_slice(body);
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(&mut deserializer, &mut track);
    let again = Part::<T>::new(path).deserialize(tracked);
    let path = match again {
        Err(_) => track.path().to_string(),
        // What follows the document is wrong.
        Ok(_) => String::new(),
    };
    JsonError {
        path: if path == "." { String::new() } else { path },
        excerpt: excerpt(body, offset(body, &error)),
        source: error,
    }
}

fn offset(body: &[u8], error: &serde_json::Error) -> usize {
    let lines = body.split_inclusive(|byte| *byte == b'\n');
    let before: usize = lines
        .take(error.line().saturating_sub(1))
        .map(<[u8]>::len)
        .sum();
    before + error.column().saturating_sub(1)
}

fn excerpt(body: &[u8], offset: usize) -> String {
    let start = offset.min(body.len()).saturating_sub(EXCERPT);
    let end = offset.saturating_add(EXCERPT).min(body.len());
    let text = String::from_utf8_lossy(&body[start..end]);
    let dots = |is_cut| if is_cut { ".." } else { "" };
    format!("{}{text}{}", dots(start > 0), dots(end < body.len()))
}

/// A part of a document, which is looked for without reading the rest.
struct Part<'p, T> {
    /// There is none where the part begins.
    key: Option<Cow<'p, str>>,
    rest: Steps<'p>,
    value: PhantomData<T>,
}

impl<'p, T> Part<'p, T> {
    fn new(path: &'p str) -> Self {
        Self::at(Steps::new(path))
    }

    fn at(mut rest: Steps<'p>) -> Self {
        Self {
            key: rest.next(),
            rest,
            value: PhantomData,
        }
    }
}

impl<'de, T: DeserializeOwned> DeserializeSeed<'de> for Part<'_, T> {
    type Value = Option<T>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Option<T>, D::Error> {
        if self.key.is_none() {
            return T::deserialize(deserializer).map(Some);
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de, T: DeserializeOwned> Visitor<'de> for Part<'_, T> {
    type Value = Option<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = self.key.as_deref().unwrap_or_default();
        write!(formatter, "an object with `{key}`")
    }

    fn visit_unit<E>(self) -> Result<Option<T>, E> {
        Ok(None)
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<Option<T>, M::Error> {
        let mut found = None;
        while let Some(key) = map.next_key::<String>()? {
            if self.key.as_deref() == Some(key.as_str()) && found.is_none() {
                found = map.next_value_seed(Part::at(self.rest))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut items: S) -> Result<Option<T>, S::Error> {
        let key = self.key.as_deref().unwrap_or_default();
        let Some(index) = self.rest.index(key) else {
            return Err(S::Error::invalid_type(Unexpected::Seq, &self));
        };
        for _ in 0..index {
            if items.next_element::<IgnoredAny>()?.is_none() {
                return Ok(None);
            }
        }
        let found = items.next_element_seed(Part::at(self.rest))?.flatten();
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(found)
    }
}

#[cfg(test)]
mod properties;

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: &[u8] = br#"{"droplets": [{"id": 1}, {"id": "two"}],
        "links": {"pages": {"next": "https://h/?page=2"}}, "meta": null}"#;

    #[test]
    fn a_part_is_found_wherever_it_is() {
        let next: Option<String> = find(PAGE, "links.pages.next").unwrap();
        assert_eq!(next.as_deref(), Some("https://h/?page=2"));
        let whole: Value = read(PAGE, "").unwrap();
        assert!(whole["droplets"].is_array());
    }

    #[test]
    fn what_is_not_there_is_none() {
        for path in ["none", "links.pages.last", "meta.total", "meta"] {
            let found: Option<Option<u64>> = find(PAGE, path).unwrap();
            assert_eq!(found.flatten(), None, "{path}");
        }
        let error = read::<String>(PAGE, "droplet").unwrap_err();
        assert_eq!(error.to_string(), "there is no `droplet`");
    }

    #[test]
    fn a_pointer_leads_to_any_key_and_into_lists() {
        let body = br#"{"@odata.nextLink": "next", "a/b": {"m~n": 1, "": 2},
            "list": [{"id": 1}, {"id": 2}], "01": "text"}"#;
        for (pointer, value) in [
            ("/@odata.nextLink", Some(Value::from("next"))),
            ("/a~1b/m~0n", Some(1.into())),
            ("/a~1b/", Some(2.into())),
            ("/a/b", None),
            ("/list/1/id", Some(2.into())),
            ("/list/2/id", None),
            ("/list/0/name", None),
            ("/01", Some("text".into())),
        ] {
            assert_eq!(find::<Value>(body, pointer).unwrap(), value, "{pointer}");
        }
        // RFC 6901 4: an index has no zeros in front, and `-` is past the end.
        for pointer in ["/list/01/id", "/list/-", "/list/+1", "/list/"] {
            let error = find::<Value>(body, pointer).unwrap_err();
            assert!(error.to_string().contains("sequence"), "{error}");
        }
        assert!(find::<Value>(b"[[1], [2]", "/0/0").is_err(), "not closed");
        assert_eq!(
            find::<Value>(b"[[1], [2]]", "/1/0").unwrap(),
            Some(2.into())
        );
    }

    #[test]
    fn an_error_behind_a_pointer_says_where_it_is() {
        let error = read::<Vec<u64>>(br#"{"a.b": [[1], [2, "3"]]}"#, "/a.b/1").unwrap_err();
        assert!(error.path.ends_with("[1][1]"), "{}", error.path);
        assert!(error.excerpt.contains("\"3\""), "{}", error.excerpt);
    }

    #[test]
    fn whatever_stands_in_the_way_is_not_what_was_looked_for() {
        for (body, path) in [
            ("{\"action\": \"none\"}", "action.status"),
            ("{\"action\": [1]}", "action.status"),
            ("{\"action\": null}", "action.status"),
            ("7", "action"),
            ("[]", "/0"),
        ] {
            assert_eq!(find_any(body.as_bytes(), path).unwrap(), None, "{body}");
        }
        assert_eq!(find_any(b"{\"a\": null}", "a").unwrap(), Some(Value::Null));
        assert_eq!(find_any(b"7", "").unwrap(), Some(7.into()));
        for body in ["", "<html>", "{\"action\": 1"] {
            assert!(
                find_any(body.as_bytes(), "action.status").is_err(),
                "{body}"
            );
        }
    }

    #[test]
    fn an_error_says_where_it_is_and_what_stands_there() {
        #[derive(Debug, serde::Deserialize)]
        struct Droplet {
            #[allow(dead_code, reason = "read by nobody but serde")]
            id: u64,
        }
        for path in ["droplets", ""] {
            #[derive(Debug, serde::Deserialize)]
            struct Page {
                #[allow(dead_code, reason = "read by nobody but serde")]
                droplets: Vec<Droplet>,
            }
            let error = match path {
                "" => read::<Page>(PAGE, path).unwrap_err(),
                _ => read::<Vec<Droplet>>(PAGE, path).unwrap_err(),
            };
            assert_eq!(error.path, "droplets[1].id");
            assert!(error.excerpt.contains("\"two\""), "{}", error.excerpt);
            let message = error.to_string();
            assert!(
                message.starts_with("at `droplets[1].id`: invalid type"),
                "{message}"
            );
        }
    }

    #[test]
    fn what_is_no_json_or_more_than_json_is_an_error() {
        for body in ["", "{", "<html>", "{} {}", "[1", "\u{0}"] {
            assert!(find::<IgnoredAny>(body.as_bytes(), "").is_err(), "{body:?}");
            assert!(
                find::<IgnoredAny>(body.as_bytes(), "a.b").is_err(),
                "{body:?}"
            );
        }
        assert!(find::<IgnoredAny>(b"[1]", "a").is_err(), "no object");
    }
}
