//! What goes to `tracing`: spans and events with OpenTelemetry's names, under the
//! caller's span, and no secret.

use std::fmt::Debug;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{BoxError, Credential};
use tracing::field::{Field, Visit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Instrument, Subscriber};
use tracing_subscriber::layer::{Context, SubscriberExt};
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::{Layer, Registry};

#[rest_api(
    baseurl = "https://tracing.test:8443/v2/",
    callrateperhour = 3600,
    bearer = "{token}",
    headers("X-Key" = "{token}"),
    query("api_key" = "{token}")
)]
#[derive(Clone, Debug)]
struct Api {
    token: Secret,
}

impl Api {
    #[get("things/{id}/{key}")]
    fn get(&self, id: u64, key: &Secret) -> Call<Option<String>>;

    #[post("things")]
    fn post(&self, #[header("X-Session")] session: &Secret, #[body] body: String) -> Call<String>;
}

const TOKEN: &str = "s3cr3t-t0k3n";

#[derive(Clone, Debug, Default)]
struct Seen {
    name: String,
    parent: Option<u64>,
    fields: Vec<(String, String)>,
    closed: bool,
}

impl Seen {
    fn field(&self, name: &str) -> Option<&str> {
        let fields = self.fields.iter().rev();
        let mut found = fields.filter(|(field, _)| field == name);
        found.next().map(|(_, value)| value.as_str())
    }
}

impl Visit for Seen {
    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields
            .push((field.name().to_owned(), value.to_owned()));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields
            .push((field.name().to_owned(), format!("{value:?}")));
    }
}

/// Keeps all that it is told.
#[derive(Clone, Default)]
struct Capture(Arc<Mutex<Captured>>);

#[derive(Clone, Debug, Default)]
struct Captured {
    spans: Vec<(u64, Seen)>,
    events: Vec<Seen>,
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for Capture {
    fn on_new_span(&self, attributes: &Attributes<'_>, id: &Id, context: Context<'_, S>) {
        let mut seen = Seen {
            name: attributes.metadata().name().to_owned(),
            parent: context
                .span(id)
                .unwrap()
                .parent()
                .map(|parent| parent.id().into_u64()),
            ..Seen::default()
        };
        attributes.record(&mut seen);
        self.0.lock().unwrap().spans.push((id.into_u64(), seen));
    }

    fn on_record(&self, id: &Id, values: &Record<'_>, _: Context<'_, S>) {
        let mut captured = self.0.lock().unwrap();
        let spans = captured.spans.iter_mut().rev();
        let mut own = spans.filter(|(span, _)| *span == id.into_u64());
        values.record(&mut own.next().unwrap().1);
    }

    fn on_event(&self, event: &tracing::Event<'_>, context: Context<'_, S>) {
        let mut seen = Seen {
            name: event.metadata().level().to_string(),
            parent: context
                .event_span(event)
                .map(|parent| parent.id().into_u64()),
            ..Seen::default()
        };
        event.record(&mut seen);
        self.0.lock().unwrap().events.push(seen);
    }

    fn on_close(&self, id: Id, _: Context<'_, S>) {
        let mut captured = self.0.lock().unwrap();
        let spans = captured.spans.iter_mut().rev();
        let mut own = spans.filter(|(span, _)| *span == id.into_u64());
        own.next().unwrap().1.closed = true;
    }
}

/// What is told while `work` runs in a world with that server.
fn captured<F: Future>(
    answer: impl FnMut(&Sent) -> Reply + Send + 'static,
    work: impl FnOnce(Api, Simulation) -> F,
) -> Captured {
    let capture = Capture::default();
    let subscriber = Registry::default().with(capture.clone());
    tracing::subscriber::with_default(subscriber, || {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let api = Api::builder()
            .token(TOKEN.into())
            .simulation(&simulation)
            .transport(server)
            .build()
            .unwrap();
        simulation.run(work(api, simulation.clone()));
    });
    capture.0.lock().unwrap().clone()
}

impl Captured {
    fn named(&self, name: &str) -> Vec<&(u64, Seen)> {
        let spans = self.spans.iter();
        spans.filter(|(_, span)| span.name == name).collect()
    }

    #[track_caller]
    fn hides_secrets(&self) {
        let shown = format!("{self:?}");
        for part in ["s3cr3t", "t0k3n", "elsewhere-token"] {
            assert!(!shown.contains(part), "{part} appears in {shown}");
        }
    }
}

#[test]
fn a_call_and_its_attempts_are_spans_under_the_callers() {
    let captured = captured(
        |sent| match sent.number {
            0 => Reply::status(503),
            1 => Reply::status(429).header("Retry-After", "7"),
            2 => {
                Reply::status(302).header("Location", "https://elsewhere.test/x?t=elsewhere-token")
            }
            _ => Reply::text("fine"),
        },
        |api, _| async move {
            let caller = tracing::info_span!("caller");
            let key = Secret::new(TOKEN);
            api.get(7, &key).instrument(caller).await.unwrap();
        },
    );
    captured.hides_secrets();

    let [(caller, _)] = captured.named("caller")[..] else {
        panic!("one caller");
    };
    let [(call, span)] = captured.named("call")[..] else {
        panic!("one call");
    };
    assert_eq!(span.parent, Some(*caller));
    assert!(span.closed);
    for (field, value) in [
        ("otel.name", "GET /v2/things/{id}/{key}"),
        ("otel.kind", "internal"),
        ("http.request.method", "GET"),
        ("url.template", "/v2/things/{id}/{key}"),
        ("url.full", "https://tracing.test:8443/v2/things/7/***?***"),
        ("server.address", "tracing.test"),
        ("server.port", "8443"),
        ("http.response.status_code", "200"),
    ] {
        assert_eq!(span.field(field), Some(value), "{field}");
    }
    assert_eq!(span.field("error.type"), None);

    let attempts = captured.named("attempt");
    let expected = [
        (None, "503", Some("503"), "tracing.test", "8443"),
        (Some("1"), "429", Some("429"), "tracing.test", "8443"),
        (Some("2"), "302", None, "tracing.test", "8443"),
        (Some("3"), "200", None, "elsewhere.test", "443"),
    ];
    assert_eq!(attempts.len(), expected.len());
    for ((_, attempt), (resends, status, error, address, port)) in attempts.iter().zip(expected) {
        assert_eq!(attempt.parent, Some(*call));
        assert!(attempt.closed);
        assert_eq!(attempt.field("otel.kind"), Some("client"));
        assert_eq!(attempt.field("http.request.method"), Some("GET"));
        assert_eq!(attempt.field("http.request.resend_count"), resends);
        assert_eq!(attempt.field("http.response.status_code"), Some(status));
        assert_eq!(attempt.field("error.type"), error);
        assert_eq!(attempt.field("otel.status_code"), error.map(|_| "ERROR"));
        assert_eq!(attempt.field("server.address"), Some(address));
        assert_eq!(attempt.field("server.port"), Some(port));
    }
    assert_eq!(
        attempts[0].1.field("otel.name"),
        Some("GET /v2/things/{id}/{key}")
    );
    assert_eq!(attempts[3].1.field("otel.name"), Some("GET"));
    assert_eq!(
        attempts[3].1.field("url.full"),
        Some("https://elsewhere.test/***")
    );

    let events: Vec<_> = captured
        .events
        .iter()
        .map(|event| {
            assert_eq!(event.parent, Some(*call));
            (
                event.name.as_str(),
                event.field("message").unwrap(),
                event.field("delay"),
            )
        })
        .collect();
    assert_eq!(
        events,
        [
            ("INFO", "retry", Some("2.0")),
            ("WARN", "throttled", Some("7.0")),
            ("INFO", "redirect", None),
        ]
    );
}

#[test]
fn errors_have_their_type_and_a_404_that_is_an_answer_is_none() {
    let captured = captured(
        |sent| match sent.number {
            0 => Reply::status(404),
            1 => Reply::failure(cloudapi::Failure::Interrupted),
            _ => Reply::never(),
        },
        |api, simulation| async move {
            let key = Secret::new(TOKEN);
            assert_eq!(api.get(7, &key).await.unwrap(), None);
            api.post(&key, TOKEN.to_owned()).await.unwrap_err();
            let deadline = Duration::from_micros(1);
            api.get(7, &key).deadline(deadline).await.unwrap_err();
            tokio::select! {
                biased;
                _ = api.get(7, &key) => unreachable!(),
                () = simulation.sleep(Duration::from_secs(5)) => {}
            }
        },
    );
    captured.hides_secrets();
    let of = |name, field: &'static str| -> Vec<Option<&str>> {
        let spans = captured.named(name).into_iter();
        spans.map(|(_, span)| span.field(field)).collect()
    };
    let errors = [
        None,
        Some("unknown_outcome"),
        Some("deadline"),
        Some("cancelled"),
    ];
    assert_eq!(of("call", "error.type"), errors);
    let errors = [None, Some("interrupted"), Some("abandoned")];
    assert_eq!(of("attempt", "error.type"), errors);
    assert!(captured.spans.iter().all(|(_, span)| span.closed));
}

#[test]
fn renewed_credentials_are_shown_nowhere() {
    let capture = Capture::default();
    let subscriber = Registry::default().with(capture.clone());
    #[rest_api(baseurl = "https://renewed.test/")]
    struct Renewed;
    impl Renewed {
        #[get("things")]
        async fn things(&self) -> Result<String>;
    }
    tracing::subscriber::with_default(subscriber, || {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |sent| match sent.number {
            0 => Reply::status(401),
            _ => Reply::text("fine"),
        });
        let api = Renewed::builder()
            .simulation(&simulation)
            .transport(server)
            .credentials(|| async { Ok::<_, BoxError>(Credential::bearer(TOKEN)) })
            .build()
            .unwrap();
        simulation.run(api.things()).unwrap();
    });
    let captured = capture.0.lock().unwrap().clone();
    captured.hides_secrets();
    assert_eq!(
        captured.events[0].field("message"),
        Some("credentials refused")
    );
    assert_eq!(captured.named("attempt").len(), 2);
}

#[test]
fn a_field_that_makes_no_sense_is_told_once_in_the_attempt_that_brought_it() {
    let captured = captured(
        |_| Reply::text("fine").header("Retry-After", "s3cr3t-t0k3n"),
        |api, _| async move {
            let key = Secret::new(TOKEN);
            api.get(7, &key).await.unwrap();
            api.get(7, &key).await.unwrap();
        },
    );
    captured.hides_secrets();
    let [event] = &captured.events[..] else {
        panic!("one event: {:?}", captured.events);
    };
    let (attempt, _) = captured.named("attempt")[0];
    assert_eq!(event.parent, Some(*attempt));
    assert_eq!(event.name, "WARN");
    assert_eq!(event.field("message"), Some("field ignored"));
    assert_eq!(event.field("field"), Some("retry-after"));
    let reason = "it is neither one number of seconds nor one date";
    assert_eq!(event.field("reason"), Some(reason));
}
