//! A server in memory.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};

use super::Simulation;
use super::pieces::Pieces;
use crate::body::Body;
use crate::outcome::{Failure, TransportError};
use crate::transport::{Transport, TransportFuture, read};

/// Answers requests as a function says, and remembers them. A clone is the same
/// server.
#[derive(Clone)]
pub struct Server(Arc<Inner>);

struct Inner {
    simulation: Simulation,
    state: Mutex<State>,
}

struct State {
    answer: Box<dyn FnMut(&Sent) -> Reply + Send>,
    sent: Vec<Sent>,
}

/// A request that reached the server.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Sent {
    /// How many came before it.
    pub number: usize,
    /// When it came, in simulated time.
    pub at: Duration,
    /// Its method.
    pub method: Method,
    /// Its whole URL.
    pub url: String,
    /// Its headers. `Debug` does not show those that hold secrets.
    pub headers: HeaderMap,
    /// Its body.
    pub body: Bytes,
}

impl Server {
    /// A server that answers each request with what `answer` returns for it.
    pub fn new(
        simulation: &Simulation,
        answer: impl FnMut(&Sent) -> Reply + Send + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            simulation: simulation.clone(),
            state: Mutex::new(State {
                answer: Box::new(answer),
                sent: Vec::new(),
            }),
        }))
    }

    /// All requests so far, in the order in which they came.
    #[must_use]
    pub fn requests(&self) -> Vec<Sent> {
        self.lock().sent.clone()
    }

    /// A request has come whole.
    fn receive(&self, head: http::request::Parts, body: Bytes) -> Reply {
        let mut state = self.lock();
        let sent = Sent {
            number: state.sent.len(),
            at: self.0.simulation.now(),
            method: head.method,
            url: head.uri.to_string(),
            headers: head.headers,
            body,
        };
        let reply = (state.answer)(&sent);
        state.sent.push(sent);
        reply
    }

    async fn answer(&self, reply: Reply) -> Result<http::Response<Body>, TransportError> {
        let simulation = &self.0.simulation;
        simulation.sleep(reply.after).await;
        let mut response = reply.outcome?;
        if let Some(pieces) = reply.pieces {
            *response.body_mut() = pieces.in_time(simulation);
        }
        Ok(response)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for Server {
    fn send(&self, request: http::Request<Body>) -> TransportFuture {
        let server = self.clone();
        let (head, mut body) = request.into_parts();
        if let Some(bytes) = body.as_bytes() {
            let reply = server.receive(head, bytes.clone());
            return Box::pin(async move { server.answer(reply).await });
        }
        Box::pin(async move {
            let bytes = read(&mut body, u64::MAX).await?;
            let reply = server.receive(head, bytes);
            server.answer(reply).await
        })
    }
}
impl fmt::Debug for Server {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sent = self.lock().sent.len();
        formatter
            .debug_struct("Server")
            .field("requests", &sent)
            .finish_non_exhaustive()
    }
}

/// What a [`Server`] answers, and after how long.
#[derive(Debug)]
#[must_use]
pub struct Reply {
    after: Duration,
    outcome: Result<http::Response<Body>, TransportError>,
    /// The body, if it comes piece by piece.
    pieces: Option<Pieces>,
}

impl Reply {
    /// An empty response with this status.
    ///
    /// # Panics
    ///
    /// If it is not a status from 100 to 999.
    pub fn status(status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status from 100 to 999");
        let mut response = http::Response::new(Body::from(Bytes::new()));
        *response.status_mut() = status;
        Self {
            after: Duration::ZERO,
            outcome: Ok(response),
            pieces: None,
        }
    }

    /// A `200 OK` with a text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::status(200).body("text/plain; charset=utf-8", text.into())
    }

    /// A `200 OK` with a value in JSON.
    ///
    /// # Panics
    ///
    /// If the value cannot be written as JSON.
    pub fn json(value: &impl serde::Serialize) -> Self {
        let json = serde_json::to_vec(value).expect("a value that has a form in JSON");
        Self::status(200).body("application/json", json)
    }

    /// No response, but this failure.
    pub fn failure(failure: Failure) -> Self {
        Self {
            after: Duration::ZERO,
            outcome: Err(failure.into()),
            pieces: None,
        }
    }

    /// No answer at all, ever.
    pub fn never() -> Self {
        Self::status(200).after(Duration::MAX)
    }

    /// A `200 OK` whose body comes in these pieces, each so long after what came
    /// before it.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudapi::testing::Reply;
    ///
    /// let second = Duration::from_secs(1);
    /// let reply = Reply::pieces([(second, "one "), (second, "two")]);
    /// ```
    pub fn pieces<T: Into<Bytes>>(pieces: impl IntoIterator<Item = (Duration, T)>) -> Self {
        let pieces = pieces.into_iter();
        let mut reply = Self::status(200);
        reply.pieces = Some(Pieces {
            left: pieces.map(|(after, piece)| (after, piece.into())).collect(),
            end: None,
        });
        reply
    }

    /// After the last of its [`pieces`](Self::pieces) this failure, in place of the
    /// end. Other replies have no end to replace.
    pub fn ending(mut self, failure: Failure) -> Self {
        if let Some(pieces) = &mut self.pieces {
            pieces.end = Some(failure);
        }
        self
    }

    /// Answers only after this time.
    pub fn after(mut self, time: Duration) -> Self {
        self.after = time;
        self
    }

    /// With another status.
    ///
    /// # Panics
    ///
    /// If it is not a status from 100 to 999.
    pub fn with_status(mut self, status: u16) -> Self {
        let status = StatusCode::from_u16(status).expect("a status from 100 to 999");
        if let Ok(response) = &mut self.outcome {
            *response.status_mut() = status;
        }
        self
    }

    /// With one more header.
    ///
    /// # Panics
    ///
    /// If the name or the value is not one that a header can have.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::from_bytes(name.as_bytes()).expect("the name of a header");
        let value = HeaderValue::from_str(value).expect("the value of a header");
        if let Ok(response) = &mut self.outcome {
            response.headers_mut().append(name, value);
        }
        self
    }

    fn body(mut self, media_type: &'static str, body: impl Into<Bytes>) -> Self {
        if let Ok(response) = &mut self.outcome {
            let media_type = HeaderValue::from_static(media_type);
            response.headers_mut().insert(CONTENT_TYPE, media_type);
            *response.body_mut() = Body::from(body);
        }
        self
    }
}
