//! A response body that comes piece by piece, in simulated time.

use std::collections::VecDeque;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame};

use super::Simulation;
use crate::body::Body;
use crate::engine::manual::Sleep;
use crate::outcome::{Failure, TransportError};

/// What comes, and how long after what came before it.
#[derive(Debug)]
pub(super) struct Pieces {
    pub(super) left: VecDeque<(Duration, Bytes)>,
    /// What comes in place of the end.
    pub(super) end: Option<Failure>,
}

impl Pieces {
    pub(super) fn in_time(self, simulation: &Simulation) -> Body {
        Body::new(Coming {
            pieces: self,
            simulation: simulation.clone(),
            wait: None,
        })
    }
}

struct Coming {
    pieces: Pieces,
    simulation: Simulation,
    wait: Option<Sleep>,
}

impl HttpBody for Coming {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let Some((after, _)) = self.pieces.left.front() else {
            return Poll::Ready(self.pieces.end.take().map(|failure| Err(failure.into())));
        };
        if self.wait.is_none() {
            self.wait = Some(self.simulation.wait(*after));
        }
        if let Some(wait) = &mut self.wait {
            ready!(Pin::new(wait).poll(context));
        }
        self.wait = None;
        let piece = self.pieces.left.pop_front();
        Poll::Ready(piece.map(|(_, piece)| Ok(Frame::data(piece))))
    }
}
