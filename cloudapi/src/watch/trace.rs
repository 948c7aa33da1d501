//! Spans and events for `tracing`, with the names of OpenTelemetry's semantic
//! conventions for HTTP clients (stable, version 1.23 and later).
//!
//! Those want one client span for each attempt, and none around them all. So the
//! span of the call is one of the kind `internal`, and a child of whatever span the
//! caller is in; the attempts are its children.
//!
//! A subscriber is not ours. If it panics it gets less to see, and the call goes on.

#[cfg(feature = "store")]
use std::time::Duration;

use http::StatusCode;
use tracing::field::{Empty, display};
use tracing::instrument::Instrumented;
use tracing::{Instrument, Span, event, span};

#[cfg(feature = "store")]
use super::StoreNews;
use super::{EventKind, names};
use crate::client::ClientCore;
use crate::details::unless_it_panics;
use crate::engine::{CallCell, Concluded};
use crate::error::{AttemptOutcome, ErrorKind};
use crate::request::Request;
use crate::schedule::Unreadable;

/// The span of a call. It is closed when the call has its answer.
#[derive(Clone, Debug)]
pub(crate) struct CallTrace(Span);

/// The span of an attempt, and that of its call for what comes after it.
#[derive(Clone, Debug)]
pub(crate) struct AttemptTrace {
    call: Span,
    attempt: Span,
}

impl Default for CallTrace {
    fn default() -> Self {
        Self(Span::none())
    }
}

impl CallTrace {
    /// To be called where the caller is, whose span becomes the parent.
    pub(crate) fn begin(client: &ClientCore, request: &Request) -> Self {
        let span = span!(
            target: "cloudapi",
            tracing::Level::INFO,
            "call",
            otel.name = Empty,
            otel.kind = "internal",
            otel.status_code = Empty,
            http.request.method = Empty,
            url.template = Empty,
            url.full = Empty,
            server.address = Empty,
            server.port = Empty,
            http.response.status_code = Empty,
            error.r#type = Empty,
        );
        if !span.is_disabled() {
            let template = url_template(client, request);
            let method = request.method.as_str();
            span.record("otel.name", display(format_args!("{method} {template}")));
            span.record("http.request.method", method);
            span.record("url.template", template);
            span.record("url.full", request.shown_url());
            let baseurl = client.baseurl();
            span.record("server.address", baseurl.host_str());
            span.record("server.port", baseurl.port_or_known_default());
        }
        Self(span)
    }

    pub(crate) fn attempt(self, cell: &CallCell, number: u32) -> AttemptTrace {
        let Self(call) = self;
        let attempt = unless_it_panics(|| Self::span_of_attempt(&call, cell, number));
        let attempt = attempt.unwrap_or_else(Span::none);
        AttemptTrace { call, attempt }
    }

    pub(crate) fn without_attempt(self) -> AttemptTrace {
        let (Self(call), attempt) = (self, Span::none());
        AttemptTrace { call, attempt }
    }

    fn span_of_attempt(call: &Span, cell: &CallCell, number: u32) -> Span {
        let span = span!(
            target: "cloudapi",
            parent: call,
            tracing::Level::INFO,
            "attempt",
            otel.name = Empty,
            otel.kind = "client",
            otel.status_code = Empty,
            http.request.method = Empty,
            url.template = Empty,
            url.full = Empty,
            server.address = Empty,
            server.port = Empty,
            http.request.resend_count = Empty,
            http.response.status_code = Empty,
            error.r#type = Empty,
        );
        if !span.is_disabled() {
            let request = &cell.request;
            match cell.hop() {
                None => {
                    let template = url_template(&cell.client, request);
                    let method = request.method.as_str();
                    span.record("otel.name", display(format_args!("{method} {template}")));
                    span.record("http.request.method", method);
                    span.record("url.template", template);
                    span.record("url.full", request.shown_url());
                    let baseurl = cell.client.baseurl();
                    span.record("server.address", baseurl.host_str());
                    span.record("server.port", baseurl.port_or_known_default());
                }
                // A URL that came from a server may hold what nobody should see.
                Some(hop) => {
                    let method = hop.method.as_str();
                    span.record("otel.name", method);
                    span.record("http.request.method", method);
                    let origin = hop.url.origin().ascii_serialization();
                    span.record("url.full", display(format_args!("{origin}/***")));
                    span.record("server.address", hop.url.host_str());
                    span.record("server.port", hop.url.port_or_known_default());
                }
            }
            if number > 1 {
                span.record("http.request.resend_count", number - 1);
            }
        }
        span
    }

    /// The call has ended.
    pub(crate) fn end(self, ended: Result<StatusCode, ErrorKind>) {
        let Self(span) = self;
        // The span is closed inside too.
        unless_it_panics(move || match ended {
            Ok(status) => {
                span.record("http.response.status_code", status.as_u16());
            }
            Err(kind) => {
                span.record("otel.status_code", "ERROR");
                span.record("error.type", names::of_kind(kind));
            }
        });
    }

    /// The caller has gone.
    pub(crate) fn cancel(self) {
        let Self(span) = self;
        unless_it_panics(move || {
            span.record("otel.status_code", "ERROR");
            span.record("error.type", "cancelled");
        });
    }
}

impl AttemptTrace {
    /// The attempt, inside its span.
    pub(crate) fn around<F: Future>(&self, attempt: F) -> Instrumented<F> {
        attempt.instrument(self.attempt.clone())
    }

    /// The attempt has ended, and so its call goes on: `None` if nobody wants to
    /// know any more.
    pub(crate) fn end(&self, outcome: AttemptOutcome, concluded: Option<Concluded>) {
        unless_it_panics(|| self.tell_end(outcome, concluded));
    }

    fn tell_end(&self, outcome: AttemptOutcome, concluded: Option<Concluded>) {
        let next = concluded.map(|concluded| concluded.then);
        let Self { call, attempt } = self;
        if let AttemptOutcome::Status(status) = outcome {
            attempt.record("http.response.status_code", status.as_u16());
        }
        // A 404 that is an answer is none of an error.
        if next != Some(EventKind::Done)
            && let Some(error) = names::of_outcome(outcome)
        {
            attempt.record("otel.status_code", "ERROR");
            attempt.record("error.type", &*error);
        }
        self.circuit(concluded.and_then(|concluded| concluded.circuit));
        match next {
            Some(EventKind::Retries { after }) => event!(
                target: "cloudapi",
                parent: call,
                tracing::Level::INFO,
                outcome = %outcome,
                delay = after.as_secs_f64(),
                "retry"
            ),
            Some(EventKind::Requeued) => event!(
                target: "cloudapi",
                parent: call,
                tracing::Level::WARN,
                outcome = %outcome,
                "requeue"
            ),
            Some(EventKind::Throttled { wait }) => event!(
                target: "cloudapi",
                parent: call,
                tracing::Level::WARN,
                outcome = %outcome,
                delay = wait.as_secs_f64(),
                "throttled"
            ),
            Some(EventKind::Unreachable { wait }) => event!(
                target: "cloudapi",
                parent: call,
                tracing::Level::INFO,
                outcome = %outcome,
                delay = wait.as_secs_f64(),
                "unreachable"
            ),
            Some(EventKind::Redirected) => event!(
                target: "cloudapi",
                parent: call,
                tracing::Level::INFO,
                outcome = %outcome,
                "redirect"
            ),
            Some(EventKind::Renews) => event!(
                target: "cloudapi",
                parent: call,
                tracing::Level::INFO,
                outcome = %outcome,
                "credentials refused"
            ),
            _ => {}
        }
    }

    /// The attempt has opened or closed the circuit of its scope.
    fn circuit(&self, change: Option<EventKind>) {
        let Self { call, .. } = self;
        match change {
            Some(EventKind::CircuitOpened { next_probe }) => event!(
                target: "cloudapi",
                parent: call,
                tracing::Level::WARN,
                delay = next_probe.as_secs_f64(),
                "circuit opened"
            ),
            Some(EventKind::CircuitClosed { after }) => event!(
                target: "cloudapi",
                parent: call,
                tracing::Level::INFO,
                outage = after.as_secs_f64(),
                "circuit closed"
            ),
            _ => {}
        }
    }
}

/// An answer has a field that makes no sense. To be called inside the span of its
/// attempt.
pub(super) fn unreadable(unreadable: &Unreadable) {
    event!(
        target: "cloudapi",
        tracing::Level::WARN,
        field = unreadable.field,
        reason = unreadable.reason,
        "field ignored"
    );
}

/// The store that keeps the limits is away, or back.
#[cfg(feature = "store")]
#[derive(Debug)]
pub(super) enum StoreTrace {
    Away(String),
    Back(Duration),
}

#[cfg(feature = "store")]
impl From<StoreNews<'_>> for StoreTrace {
    fn from(news: StoreNews<'_>) -> Self {
        match news {
            StoreNews::Away(error) => Self::Away(error.to_owned()),
            StoreNews::Back(after) => Self::Back(after),
        }
    }
}

#[cfg(feature = "store")]
impl StoreTrace {
    pub(super) fn tell(self) {
        match self {
            Self::Away(error) => event!(
                target: "cloudapi",
                tracing::Level::WARN,
                error,
                "store away"
            ),
            Self::Back(after) => event!(
                target: "cloudapi",
                tracing::Level::INFO,
                outage = after.as_secs_f64(),
                "store back"
            ),
        }
    }
}

/// The path as declared, from the root of the server.
fn url_template(client: &ClientCore, request: &Request) -> String {
    format!("{}{}", client.baseurl().path(), request.template.path())
}
