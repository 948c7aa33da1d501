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

/// Whether no secure connection came about. One that breaks later breaks as any other
/// does: the request may have left by then.
fn is_tls(error: &reqwest::Error) -> bool {
    error.is_connect() && is_about_tls(error)
}

#[cfg(feature = "rustls")]
fn is_about_tls(error: &reqwest::Error) -> bool {
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
fn is_about_tls(error: &reqwest::Error) -> bool {
    // The platform's libraries have no type in common.
    causes(error).any(|cause| {
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

#[cfg(all(test, feature = "rustls"))]
mod tests {
    use std::pin::Pin;
    use std::task::{Context, Poll};

    use bytes::Bytes;
    use http_body::Frame;
    use tokio::net::TcpListener;

    use super::*;
    use crate::transport::reqwest::{secure, tls};

    /// Says what the TLS of a connection says that was given bytes which make no sense.
    struct Breaks;

    impl http_body::Body for Breaks {
        type Data = Bytes;
        type Error = io::Error;

        fn poll_frame(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
            let garbled = rustls::Error::DecryptError;
            Poll::Ready(Some(Err(io::Error::new(
                io::ErrorKind::InvalidData,
                garbled,
            ))))
        }
    }

    /// A POST would be taken for one that was never sent.
    #[tokio::test]
    async fn what_breaks_a_secure_connection_that_stands_says_nothing_of_the_request() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        let builder = reqwest::Client::builder().no_proxy();
        let client = secure(builder, &tls().unwrap()).build().unwrap();
        let body = reqwest::Body::wrap(Breaks);
        let error = client.post(url).body(body).send().await.unwrap_err();
        assert!(is_about_tls(&error), "{error:?}");
        assert_eq!(failure(&error), Failure::Interrupted);
    }
}
