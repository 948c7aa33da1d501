//! Figures on the `metrics` facade, made of the events.
//!
//! The histogram has OpenTelemetry's name and unit (semantic conventions, HTTP
//! client metrics); the others count what those have no name for.

use metrics::{Label, counter, gauge, histogram};

use super::{EventKind, names};
use crate::endpoint::Template;
use crate::engine::CallCell;
use crate::error::AttemptOutcome;

/// An event with what its labels say. A recorder is not ours, so it is told once the
/// scope is unlocked.
#[derive(Debug)]
pub(super) struct Measured {
    kind: EventKind,
    template: Template,
    server: String,
}

impl Measured {
    pub(super) fn new(cell: &CallCell, kind: EventKind) -> Self {
        let server = cell.client.baseurl().host_str().unwrap_or_default();
        Self {
            kind,
            template: cell.request.template.clone(),
            server: server.to_owned(),
        }
    }

    pub(super) fn record(self) {
        let kind = self.kind;
        let server = || Label::new("server.address", self.server.clone());
        let endpoint = || {
            vec![
                Label::new("http.request.method", self.template.method()),
                Label::new("url.template", self.template.path()),
                server(),
            ]
        };
        let waiting = || gauge!("cloudapi.calls.waiting", vec![server()]);
        let in_flight = || gauge!("cloudapi.attempts.in_flight", vec![server()]);
        let calls = |outcome: &'static str| {
            let mut labels = endpoint();
            labels.push(Label::new("outcome", outcome));
            counter!("cloudapi.calls", labels).increment(1);
        };
        match kind {
            EventKind::Submitted => waiting().increment(1.0),
            EventKind::Started => {
                waiting().decrement(1.0);
                in_flight().increment(1.0);
                counter!("cloudapi.attempts", endpoint()).increment(1);
            }
            EventKind::Answered { status, took } => {
                in_flight().decrement(1.0);
                waiting().increment(1.0);
                let mut labels = endpoint();
                let code = status.as_str().to_owned();
                labels.push(Label::new("http.response.status_code", code));
                let error = names::of_outcome(AttemptOutcome::Status(status));
                labels.extend(error.map(|error| Label::new("error.type", error)));
                histogram!("http.client.request.duration", labels).record(took.as_secs_f64());
            }
            EventKind::Failed { failure, took } => {
                in_flight().decrement(1.0);
                waiting().increment(1.0);
                let mut labels = endpoint();
                let error = names::of_outcome(AttemptOutcome::Failure(failure));
                labels.extend(error.map(|error| Label::new("error.type", error)));
                histogram!("http.client.request.duration", labels).record(took.as_secs_f64());
            }
            EventKind::Retries { .. } => counter!("cloudapi.retries", endpoint()).increment(1),
            EventKind::Requeued => counter!("cloudapi.requeues", endpoint()).increment(1),
            EventKind::Throttled { .. } => {
                counter!("cloudapi.throttles", endpoint()).increment(1);
            }
            EventKind::Done => {
                waiting().decrement(1.0);
                calls("done");
            }
            EventKind::Ended { kind } => {
                waiting().decrement(1.0);
                calls(names::of_kind(kind));
            }
            EventKind::Cancelled { in_flight: flies } => {
                let gauge = if flies { in_flight() } else { waiting() };
                gauge.decrement(1.0);
                calls("cancelled");
            }
            EventKind::CircuitOpened { .. } => {
                counter!("cloudapi.circuits.opened", vec![server()]).increment(1);
            }
            EventKind::CircuitClosed { .. } => {
                counter!("cloudapi.circuits.closed", vec![server()]).increment(1);
            }
            EventKind::StoreAway => {
                counter!("cloudapi.stores.away", vec![server()]).increment(1);
            }
            EventKind::StoreBack { .. }
            | EventKind::Redirected
            | EventKind::Renews
            | EventKind::Held
            | EventKind::Released
            | EventKind::Unreadable { .. }
            | EventKind::Unreachable { .. } => {}
        }
    }
}
