//! Any service of the tower ecosystem as a transport.

use std::fmt;
use std::future::poll_fn;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use http_body::Body as HttpBody;
use tower_service::Service;

use super::{Transport, TransportFuture};
use crate::body::Body;
use crate::outcome::{BoxError, Failure, TransportError};

/// Sends requests through a [`tower_service::Service`], and with it through
/// whatever layers are around it.
///
/// An error of the service is taken for a connection that broke, so that
/// nothing that may have been sent is repeated unasked; a service that knows
/// better returns a [`TransportError`]. A layer that retries or follows
/// redirects does so without a slot: leave that to this crate.
///
/// ```
/// use std::convert::Infallible;
/// use std::future::{Ready, ready};
/// use std::task::{Context, Poll};
///
/// use cloudapi::{Body, Tower, http};
/// use tower_service::Service;
///
/// /// Answers everything with an empty object.
/// #[derive(Clone)]
/// struct Empty;
///
/// impl Service<http::Request<Body>> for Empty {
///     type Response = http::Response<Body>;
///     type Error = Infallible;
///     type Future = Ready<Result<Self::Response, Infallible>>;
///
///     fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
///         Poll::Ready(Ok(()))
///     }
///
///     fn call(&mut self, _: http::Request<Body>) -> Self::Future {
///         ready(Ok(http::Response::new(Body::from("{}"))))
///     }
/// }
///
/// # #[cloudapi::rest_api(baseurl = "https://api.example.com/")]
/// # struct Example;
/// # fn main() -> cloudapi::Result<()> {
/// let example = Example::builder().transport(Tower::new(Empty)).build()?;
/// # Ok(())
/// # }
/// ```
pub struct Tower<S> {
    // Many services can be sent and not shared.
    service: Mutex<S>,
}

impl<S> Tower<S> {
    /// Each request goes through a clone of the service.
    pub const fn new(service: S) -> Self {
        Self {
            service: Mutex::new(service),
        }
    }
}

impl<S, B> Transport for Tower<S>
where
    S: Service<http::Request<Body>, Response = http::Response<B>> + Clone + Send + 'static,
    S::Error: Into<BoxError>,
    S::Future: Send,
    B: HttpBody<Data = Bytes> + Send + 'static,
    B::Error: Into<BoxError>,
{
    fn send(&self, request: http::Request<Body>) -> TransportFuture {
        let service = self.service.lock().unwrap_or_else(PoisonError::into_inner);
        let mut service = service.clone();
        Box::pin(async move {
            poll_fn(|context| service.poll_ready(context))
                .await
                .map_err(failed)?;
            let response = service.call(request).await.map_err(failed)?;
            Ok(response.map(Body::new))
        })
    }
}

fn failed(error: impl Into<BoxError>) -> TransportError {
    match error.into().downcast::<TransportError>() {
        Ok(error) => *error,
        Err(error) => TransportError::new(Failure::Interrupted, error),
    }
}

impl<S> fmt::Debug for Tower<S> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Tower").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_service_may_say_how_it_failed() {
        let error = TransportError::from(Failure::NotSent);
        assert_eq!(failed(error).failure(), Failure::NotSent);
        assert_eq!(failed("no idea").failure(), Failure::Interrupted);
    }

    /// Answers with what it gets.
    #[derive(Clone)]
    struct Echo;

    impl Service<http::Request<Body>> for Echo {
        type Response = http::Response<Body>;
        type Error = std::convert::Infallible;
        type Future = std::future::Ready<Result<Self::Response, Self::Error>>;

        fn poll_ready(
            &mut self,
            _: &mut std::task::Context<'_>,
        ) -> std::task::Poll<Result<(), Self::Error>> {
            std::task::Poll::Ready(Ok(()))
        }

        fn call(&mut self, request: http::Request<Body>) -> Self::Future {
            std::future::ready(Ok(http::Response::new(request.into_body())))
        }
    }

    #[tokio::test]
    async fn a_body_that_is_not_in_memory_goes_through_a_service() {
        let made = crate::RequestBody::from_factory(async || Ok::<_, BoxError>(Body::from("made")));
        let body = made.with_length(4).source;
        let body = body.open(&crate::body::FileIo::current()).await.unwrap();
        assert!(body.as_bytes().is_none());
        let answer = Tower::new(Echo)
            .send(http::Request::new(body))
            .await
            .unwrap();
        assert_eq!(answer.into_body().collect(4).await.unwrap(), "made");
    }
}
