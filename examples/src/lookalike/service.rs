//! From HTTP to the look-alike's world and back.

use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use http::{Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;

use super::Fault;
use super::answer::Answer;
use super::world::World;

/// No request of this API comes near it.
const LARGEST_BODY: usize = 1 << 20;

/// The connection is to be closed without an answer: hyper does so when a
/// service fails.
#[derive(Debug)]
pub(super) struct HangUp;

impl fmt::Display for HangUp {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection is closed on purpose")
    }
}

impl std::error::Error for HangUp {}

pub(super) async fn serve(
    world: Arc<World>,
    request: Request<Incoming>,
) -> Result<Response<Full<Bytes>>, HangUp> {
    let (head, body) = request.into_parts();
    let arrival = world.arrive(&head.headers);
    // Read to its end also where it is of no use: closing a connection with
    // unread data resets it, and the client would not see the answer.
    let body = Limited::new(body, LARGEST_BODY).collect().await;
    let answer = match body {
        Ok(body) => world.answer(&arrival, &head, &body.to_bytes()),
        Err(_) => {
            let message = "The body is too large, or broke off.";
            let status = StatusCode::PAYLOAD_TOO_LARGE;
            Some(Answer::error(status, "payload_too_large", message))
        }
    };
    let mut latency = world.settings.latency;
    if let Some(Fault::Late(late)) = arrival.fault {
        latency += late;
    }
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    world.record(&arrival, &head, answer.as_ref());
    answer.map(response).ok_or(HangUp)
}

fn response(answer: Answer) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(answer.body)));
    *response.status_mut() = answer.status;
    *response.headers_mut() = answer.headers;
    response
}
