//! Which headers a request may have besides those of the transport.

use http::{HeaderName, HeaderValue};

use crate::value::Plain;

/// Headers that say how a message is framed, or that concern one connection. The macros
/// refuse the same ones where they are declared.
const OF_THE_TRANSPORT: &[&str] = &[
    "connection",
    "content-length",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// The name of a header that a request may have besides those of the transport.
pub(crate) fn name(name: &str) -> Result<HeaderName, String> {
    let header = HeaderName::from_bytes(name.as_bytes())
        .map_err(|_| format!("`{name}` is not the name of a header"))?;
    match OF_THE_TRANSPORT.contains(&header.as_str()) {
        true => Err(format!(
            "the header `{name}` is written by the transport: leave it out, since another \
             value would break the request"
        )),
        false => Ok(header),
    }
}

/// Makes a header, or says what is wrong with it without showing the value: it
/// may be a secret that was pasted badly.
pub(crate) fn pair(name: &str, value: Plain<'_>) -> Result<(HeaderName, HeaderValue), String> {
    let header = self::name(name)?;
    let value = match value {
        Plain::Shown(value) => HeaderValue::from_str(&value.to_string()),
        Plain::Secret(secret) => HeaderValue::from_str(secret.expose()).map(|mut value| {
            value.set_sensitive(true);
            value
        }),
    };
    let value = value.map_err(|_| {
        format!(
            "the value of the header `{name}` has a character that no header may have, such as \
             a line break"
        )
    })?;
    Ok((header, value))
}
