//! How what a store keeps of a call is written: JSON of our own, with a version.
//!
//! A program may find what an older or a newer one has written. What it cannot read it
//! leaves alone.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Deserialize, Serialize};

/// The version that is written, and the only one that is read.
pub(super) const VERSION: u32 = 1;

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Reads what a store keeps, or says why it cannot be read.
pub(super) fn read<'a, T: Deserialize<'a>>(what: &str, json: &'a [u8]) -> Result<T, String> {
    let versioned: Result<Versioned, _> = serde_json::from_slice(json);
    match versioned {
        Err(error) => Err(format!(
            "the {what} in the store is not one of ours: {error}"
        )),
        Ok(Versioned { version }) if version != VERSION => Err(format!(
            "the {what} in the store has the version {version}, and this program reads \
             {VERSION}: use the program that wrote it, or a newer one"
        )),
        Ok(_) => serde_json::from_slice(json)
            .map_err(|error| format!("the {what} in the store cannot be read: {error}")),
    }
}

/// Bytes in a text.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Encoded(String);

impl From<&[u8]> for Encoded {
    fn from(bytes: &[u8]) -> Self {
        Self(BASE64_STANDARD.encode(bytes))
    }
}

impl Encoded {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn decode(&self) -> Result<Bytes, String> {
        let bytes = BASE64_STANDARD.decode(&self.0);
        bytes
            .map(Bytes::from)
            .map_err(|error| format!("a body in the store is damaged: {error}"))
    }
}

/// Names and values of headers. A value is bytes, and each is a character here (ISO
/// 8859-1), so that people can read most of them.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Headers(Vec<(String, String)>);

impl Headers {
    pub(super) fn of<'a>(headers: impl Iterator<Item = (&'a HeaderName, &'a HeaderValue)>) -> Self {
        let text = |value: &HeaderValue| value.as_bytes().iter().copied().map(char::from).collect();
        let pairs = headers.map(|(name, value)| (name.as_str().to_owned(), text(value)));
        Self(pairs.collect())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn decode(&self) -> Result<HeaderMap, String> {
        let mut headers = HeaderMap::with_capacity(self.0.len());
        for (name, text) in &self.0 {
            let bytes: Result<Vec<u8>, _> = text.chars().map(u8::try_from).collect();
            let value = bytes
                .ok()
                .and_then(|bytes| HeaderValue::from_bytes(&bytes).ok());
            let header = HeaderName::from_bytes(name.as_bytes()).ok().zip(value);
            let Some((name, value)) = header else {
                return Err(format!("the header `{name}` in the store is damaged"));
            };
            headers.append(name, value);
        }
        Ok(headers)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_read_back_whatever_is_in_them() {
        let mut headers = HeaderMap::new();
        headers.append("x-a", HeaderValue::from_static("plain"));
        headers.append("x-a", HeaderValue::from_bytes(b"\xff\xe4 bytes").unwrap());
        headers.append("x-b", HeaderValue::from_str("schön").unwrap());
        let json = serde_json::to_vec(&Headers::of(headers.iter())).unwrap();
        let read: Headers = serde_json::from_slice(&json).unwrap();
        assert_eq!(read.decode().unwrap(), headers);
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        #[derive(Debug, Deserialize)]
        struct Any {
            #[allow(dead_code, reason = "only whether it is there matters")]
            version: u32,
            #[allow(dead_code, reason = "only whether it is there matters")]
            more: bool,
        }
        for (json, why) in [
            (&b"\x00\x01"[..], "not one of ours"),
            (b"{}", "not one of ours"),
            (br#"{"version": 2, "more": true}"#, "has the version 2"),
            (br#"{"version": 1}"#, "cannot be read"),
        ] {
            let problem = read::<Any>("request", json).unwrap_err();
            assert!(problem.contains(why), "{problem}");
        }
        assert!(Headers(vec![("x".into(), "€".into())]).decode().is_err());
        assert!(Encoded("%".into()).decode().is_err());
    }
}
