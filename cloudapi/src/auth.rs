//! Secrets, and texts that may hold them.

use std::fmt::{self, Write};
use std::path::Path;

use base64::prelude::{BASE64_STANDARD, Engine as _};
use http::HeaderValue;
use secrecy::{ExposeSecret, SecretString};
use serde::de::{self, Deserialize, Deserializer};

use crate::error::Error;
use crate::query;
use crate::url_text::UrlText;
use crate::value::{Plain, TextField};

/// A token, key or password. It is shown nowhere: `Debug` prints `Secret(..)`,
/// there is no `Display`, and its memory is wiped when it is dropped.
///
/// It is read by serde from a text, as in the answer of an OAuth server; but there is no
/// `Serialize`, so no struct writes it somewhere unnoticed. An endpoint sends it as a
/// parameter of its own (`#[json("key")]`, `#[query]`, `#[header("X-Key")]`, ..).
///
/// ```
/// use cloudapi::Secret;
///
/// let token = Secret::new("dop_v1_0123456789");
/// assert_eq!(format!("{token:?}"), "Secret(..)");
/// assert_eq!(token.expose(), "dop_v1_0123456789");
/// ```
#[derive(Clone)]
pub struct Secret(SecretString);

impl Secret {
    /// Keeps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(SecretString::from(secret.into()))
    }

    /// Reads a secret from an environment variable. White space around it, such
    /// as the line end of a file it was read from, is taken off.
    ///
    /// ```
    /// # fn main() -> cloudapi::Result<()> {
    /// # if std::env::var_os("DIGITALOCEAN_ACCESS_TOKEN").is_none() { return Ok(()) }
    /// let token = cloudapi::Secret::from_env("DIGITALOCEAN_ACCESS_TOKEN")?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// If the variable is not set, is empty, or is not Unicode. The error names
    /// the variable and never its value.
    pub fn from_env(variable: &str) -> Result<Self, Error> {
        let problem = match std::env::var(variable) {
            Ok(value) if !value.trim().is_empty() => return Ok(Self::new(value.trim())),
            Ok(_) => "is empty",
            Err(std::env::VarError::NotPresent) => "is not set",
            Err(std::env::VarError::NotUnicode(_)) => "is not Unicode",
        };
        Err(Error::settings(format!(
            "the environment variable `{variable}`, which should hold a secret, {problem}"
        )))
    }

    /// Reads a secret from a file, such as one that an orchestrator mounts. White
    /// space around it is taken off.
    ///
    /// # Errors
    ///
    /// If the file cannot be read, is empty, or is not UTF-8. The error names the
    /// file and never what is in it.
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let problem = match std::fs::read_to_string(path) {
            Ok(text) if !text.trim().is_empty() => return Ok(Self::new(text.trim())),
            Ok(_) => "it is empty".to_owned(),
            Err(error) => error.to_string(),
        };
        Err(Error::settings(format!(
            "the file `{}`, which should hold a secret, cannot be used: {problem}",
            path.display()
        )))
    }

    /// The secret itself. Take care where it goes.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(..)")
    }
}

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer).map_err(|_| {
            // What is no text may be a secret all the same, as a code of digits is. The
            // format's own error would show it.
            de::Error::custom("expected a secret as a text")
        })?;
        Ok(Self::new(text))
    }
}

impl From<String> for Secret {
    fn from(secret: String) -> Self {
        Self::new(secret)
    }
}

impl From<&str> for Secret {
    fn from(secret: &str) -> Self {
        Self::new(secret)
    }
}

/// A text put together from literals and values, for a header or a scope.
#[derive(Clone, Default)]
pub struct Text {
    text: String,
    filled: bool,
    problem: Option<String>,
}

impl Text {
    /// An empty text.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends text as it stands in the declaration.
    #[must_use]
    pub fn literal(mut self, text: &str) -> Self {
        self.text.push_str(text);
        self
    }

    /// Appends the value of a field.
    #[must_use]
    pub fn value<T: TextField>(mut self, name: &str, value: &T) -> Self {
        self.filled = true;
        let written = match value.plain() {
            Plain::Shown(value) => write!(self.text, "{value}").is_ok(),
            Plain::Secret(secret) => {
                self.text.push_str(secret.expose());
                true
            }
        };
        if !written && self.problem.is_none() {
            self.problem = Some(format!("the field `{name}` could not be written as text"));
        }
        self
    }

    /// Whether a field is in it, which may be a key, whatever its type.
    pub(crate) const fn may_be_secret(&self) -> bool {
        self.filled
    }

    /// Appends another text.
    pub(crate) fn text(mut self, other: Self) -> Self {
        self.text.push_str(&other.text);
        self.filled |= other.filled;
        self.problem = self.problem.or(other.problem);
        self
    }

    /// The text, or what was wrong with one of its fields.
    pub(crate) fn finish(&self) -> Result<&str, Error> {
        match &self.problem {
            None => Ok(&self.text),
            Some(problem) => Err(Error::settings(problem.clone())),
        }
    }

    /// Appends the text to a query. What comes from a field may be a key.
    pub(crate) fn append_to(&self, url: &mut UrlText, name: &str) -> Result<(), String> {
        let text = self.finish().map_err(|problem| problem.to_string())?;
        url.query(self.filled, |target| query::append(target, name, text))
            .map_err(|error| format!("the query parameter `{name}` cannot be written: {error}"))
    }

    /// As the value of a header. What comes from a field may be a key, whatever
    /// its type, so it is sensitive: neither shown nor kept in HTTP/2's tables.
    pub(crate) fn header_value(&self, header: &str) -> Result<HeaderValue, Error> {
        let text = self.finish()?;
        let mut value = HeaderValue::from_str(text).map_err(|_| {
            Error::settings(format!(
                "the header `{header}` cannot be made: one of the fields in it has a character \
                 that no header may have, such as a line break; trim the secret where it is read"
            ))
        })?;
        value.set_sensitive(self.filled);
        Ok(value)
    }
}

/// How a client says who it is.
#[derive(Debug)]
pub(crate) enum Authorization {
    Bearer(Text),
    /// User name and password.
    Basic(Text, Text),
}

impl Authorization {
    /// The value of the Authorization header (RFC 6750, RFC 7617).
    pub(crate) fn header_value(&self) -> Result<HeaderValue, Error> {
        let text = match self {
            Self::Bearer(token) => {
                if token.finish()?.trim().is_empty() {
                    return Err(Error::settings(
                        "the token for `bearer` is empty: every request would be refused"
                            .to_owned(),
                    ));
                }
                Text::new().literal("Bearer ").text(token.clone())
            }
            Self::Basic(user, password) => {
                let (user, password) = (user.finish()?, password.finish()?);
                if user.contains(':') {
                    return Err(Error::settings(
                        "the user name for `basic` has a colon, which ends it".to_owned(),
                    ));
                }
                let encoded = BASE64_STANDARD.encode(format!("{user}:{password}"));
                Text {
                    filled: true,
                    ..Text::new().literal("Basic ").literal(&encoded)
                }
            }
        };
        text.header_value("Authorization")
    }
}

impl fmt::Debug for Text {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Text(..)")
    }
}
