//! What an error of the HTTP stack means for the request.

use std::error::Error;
#[cfg(feature = "rustls")]
use std::io;

use crate::outcome::{Failure, TransportError};

/// Turns an error of reqwest into ours. Its URL is taken out: it may hold
/// secrets, and ours is shown without them.
pub(super) fn classify(error: reqwest::Error) -> TransportError {
    let failure = failure(&error);
    TransportError::new(failure, error.without_url())
}

fn failure(error: &reqwest::Error) -> Failure {
    if error.is_builder() {
        return Failure::Unsendable;
    }
    if is_tls(error) {
        return Failure::Tls;
    }
    if is_refused_stream(error) {
        return Failure::Refused;
    }
    if error.is_connect() {
        return Failure::NotSent;
    }
    if error.is_timeout() {
        return Failure::Timeout;
    }
    // What is left happened on an open connection: how far the request got,
    // nobody can tell.
    Failure::Interrupted
}

fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    let mut next = error.source();
    std::iter::from_fn(move || {
        let cause = next?;
        next = cause.source();
        Some(cause)
    })
}

#[cfg(feature = "rustls")]
fn is_tls(error: &reqwest::Error) -> bool {
    causes(error).any(|mut cause| {
        // An IO error keeps to itself what it was made of: its source is that of
        // its content.
        while let Some(inner) = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref)
        {
            cause = inner;
        }
        cause.is::<rustls::Error>()
    })
}

#[cfg(not(feature = "rustls"))]
fn is_tls(error: &reqwest::Error) -> bool {
    // The platform's libraries have no type in common.
    error.is_connect()
        && causes(error).any(|cause| {
            let text = cause.to_string().to_ascii_lowercase();
            ["certificate", "ssl", "tls", "handshake"]
                .iter()
                .any(|word| text.contains(word))
        })
}

/// RFC 9113 8.7: a stream that is refused was not processed.
#[cfg(feature = "http2")]
fn is_refused_stream(error: &reqwest::Error) -> bool {
    causes(error).any(|cause| {
        cause
            .downcast_ref::<h2::Error>()
            .is_some_and(|error| error.reason() == Some(h2::Reason::REFUSED_STREAM))
    })
}

#[cfg(not(feature = "http2"))]
fn is_refused_stream(_: &reqwest::Error) -> bool {
    false
}
