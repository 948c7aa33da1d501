//! What is told of the calls, to whom, and in which order.

use std::collections::HashMap;
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{
    BoxError, Credential, ErrorKind, Event, EventKind, Events, Failure, Transport, TransportFuture,
    http,
};
use futures_core::Stream;

#[rest_api(baseurl = "https://events.test/v1/", callrateperhour = 3600)]
#[derive(Clone, Debug)]
struct Api;

impl Api {
    #[get("things/{id}")]
    fn get(&self, id: &str) -> Call<String>;
    #[post("things/{id}")]
    fn post(&self, id: &str) -> Call<String>;
}

#[rest_api(extends = Api, path = "volumes/")]
struct Volumes;

impl Volumes {
    #[get("{id}/snapshots")]
    fn snapshots(&self, id: &str) -> Call<String>;
    #[get("")]
    fn all(&self) -> Call<String>;
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let builder = Api::builder().simulation(&simulation).transport(server);
    let api = builder
        .maximum_geometric_delay_multiplications(1)
        .build()
        .unwrap();
    (simulation, api)
}

/// All that there is without waiting.
fn told(events: &mut Events) -> Vec<Event> {
    let mut context = Context::from_waker(Waker::noop());
    let mut all = Vec::new();
    while let Poll::Ready(Some(event)) = Pin::new(&mut *events).poll_next(&mut context) {
        all.push(event);
    }
    all
}

/// The events as people read them.
fn lines(events: &mut Events) -> Vec<String> {
    told(events).iter().map(ToString::to_string).collect()
}

#[test]
fn a_call_that_fails_tells_all_of_it_in_order() {
    let (simulation, api) = world(|sent| match sent.number {
        0 | 1 => Reply::status(500),
        2 => Reply::failure(Failure::NotSent),
        3 => Reply::status(429).header("Retry-After", "30"),
        4 => Reply::status(307).header("Location", "/v1/other"),
        _ => Reply::text("fine").after(Duration::from_secs(2)),
    });
    let mut events = api.events();
    simulation.run(api.get("7")).unwrap();
    let told = told(&mut events);
    let kinds: Vec<_> = told.iter().map(Event::kind).collect();
    let answered = |status: u16, seconds| EventKind::Answered {
        status: http::StatusCode::from_u16(status).unwrap(),
        took: Duration::from_secs(seconds),
    };
    let after = Duration::from_secs(2);
    assert_eq!(
        kinds,
        [
            EventKind::Submitted,
            EventKind::Started,
            answered(500, 0),
            EventKind::Retries { after },
            EventKind::Started,
            answered(500, 0),
            EventKind::Requeued,
            EventKind::Started,
            EventKind::Failed {
                failure: Failure::NotSent,
                took: Duration::ZERO
            },
            EventKind::Retries { after },
            EventKind::Started,
            answered(429, 0),
            EventKind::Throttled {
                wait: Duration::from_secs(30)
            },
            EventKind::Started,
            answered(307, 0),
            EventKind::Redirected,
            EventKind::Started,
            answered(200, 2),
            EventKind::Done,
        ]
    );
    let attempts: Vec<_> = told.iter().map(Event::attempt).collect();
    assert_eq!(
        attempts,
        [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 4, 4, 4, 5, 5, 5, 6, 6, 6]
    );
    assert!(told.iter().all(|event| event.call() == told[0].call()));
    assert!(told.iter().all(|event| event.method() == "GET"));
    assert!(told.iter().all(|event| event.path() == "things/{id}"));
    let at = |position: usize| told[position].at().duration_since(told[0].at()).unwrap();
    assert_eq!(at(4), Duration::from_secs(2));
    assert_eq!(at(18), simulation.now());
    assert_eq!(
        told[3].to_string(),
        "GET things/{id}, attempt 1: tried again in 2.0 s"
    );
}

#[test]
fn how_a_call_ends_is_told() {
    let (simulation, api) = world(|sent| match sent.url.rsplit('/').next() {
        Some("lost") => Reply::failure(Failure::Interrupted),
        Some("none") => Reply::status(404),
        _ => Reply::never(),
    });
    let mut events = api.events();
    simulation.run(async {
        api.post("lost").await.unwrap_err();
        api.get("none").await.unwrap_err();
        api.get("slow")
            .request_timeout(Duration::from_secs(1))
            .retry(Retry::Never)
            .await
            .unwrap_err();
        // Dropped while its attempt is under way, and while it waits.
        for wait in [500, 10] {
            tokio::select! {
                biased;
                _ = api.get("gone") => unreachable!(),
                () = simulation.sleep(Duration::from_millis(wait)) => {}
            }
        }
        // Turned away, since its slot is later.
        let error = api
            .get("late")
            .deadline(Duration::from_micros(1))
            .await
            .unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
    });
    let ends: Vec<_> = told(&mut events)
        .iter()
        .map(Event::kind)
        .filter(|kind| {
            matches!(
                kind,
                EventKind::Done | EventKind::Ended { .. } | EventKind::Cancelled { .. }
            )
        })
        .collect();
    let ended = |kind| EventKind::Ended { kind };
    assert_eq!(
        ends,
        [
            ended(ErrorKind::UnknownOutcome),
            ended(ErrorKind::Status),
            ended(ErrorKind::Timeout),
            EventKind::Cancelled { in_flight: true },
            EventKind::Cancelled { in_flight: false },
            ended(ErrorKind::Deadline),
        ]
    );
    let status = api.status();
    assert_eq!(
        (status.failed, status.cancelled, status.calls, status.open()),
        (4, 2, 6, 0)
    );
}

#[test]
fn the_wait_for_credentials_is_told() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| match sent.number {
        0 => Reply::status(401),
        _ => Reply::text("fine"),
    });
    let clock = simulation.clone();
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server)
        .credentials(move || {
            let clock = clock.clone();
            async move {
                clock.sleep(Duration::from_secs(5)).await;
                Ok::<_, BoxError>(Credential::bearer("s3cr3t"))
            }
        })
        .build()
        .unwrap();
    let mut events = api.events();
    simulation.run(api.get("1")).unwrap();
    assert_eq!(
        lines(&mut events),
        [
            "GET things/{id}: in the queue",
            "GET things/{id}: waits for credentials",
            "GET things/{id}: waits no longer for credentials",
            "GET things/{id}, attempt 1: started",
            "GET things/{id}, attempt 1: 401 Unauthorized",
            "GET things/{id}, attempt 1: sent again with new credentials",
            "GET things/{id}, attempt 1: waits for credentials",
            "GET things/{id}, attempt 1: waits no longer for credentials",
            "GET things/{id}, attempt 2: started",
            "GET things/{id}, attempt 2: 200 OK",
            "GET things/{id}, attempt 2: done",
        ]
    );
}

#[test]
fn credentials_that_cannot_be_had_end_the_call_in_the_events_too() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server)
        .credentials(|| async { Err::<Credential, BoxError>("none".into()) })
        .build()
        .unwrap();
    let mut events = api.events();
    simulation.run(api.get("1")).unwrap_err();
    let kind = ErrorKind::Credentials;
    assert_eq!(
        told(&mut events).last().unwrap().kind(),
        EventKind::Ended { kind }
    );
}

#[test]
fn no_value_is_in_them_and_a_part_of_an_api_names_its_path() {
    let (simulation, api) = world(|_| Reply::text("fine"));
    let volumes = Volumes::new(&api);
    let mut events = api.events();
    simulation.run(async {
        volumes.snapshots("s3cr3t").await.unwrap();
        volumes.all().await.unwrap();
    });
    let told = told(&mut events);
    let shown = format!("{told:?} {told:#?}");
    assert!(
        shown.contains("GET volumes/{id}/snapshots") && !shown.contains("s3cr3t"),
        "{shown}"
    );
    assert_eq!(told[0].path(), "volumes/{id}/snapshots");
    assert_eq!(told[4].path(), "volumes");
    assert_ne!(told[0].call(), told[4].call());
}

#[test]
fn a_slow_listener_loses_the_oldest_and_is_told_how_many() {
    let (simulation, api) = world(|_| Reply::text("fine"));
    let (mut slow, mut quick) = (api.events(), api.events());
    let mut seen = 0;
    simulation.run(async {
        for _ in 0..1_500 {
            api.get("1").await.unwrap();
            seen += told(&mut quick).len();
        }
    });
    assert_eq!(seen, 6_000);
    let told = told(&mut slow);
    assert_eq!(told.len(), 4_096);
    assert_eq!(told[0].missed(), 6_000 - 4_096);
    assert!(told[1..].iter().all(|event| event.missed() == 0));
    // One that comes later hears only what happens then.
    assert!(lines(&mut api.events()).is_empty());
}

#[test]
fn they_wake_a_listener_and_end_with_the_last_client() {
    let (simulation, api) = world(|_| Reply::text("fine"));
    let mut events = api.events();
    let heard = simulation.run(async move {
        let listener = tokio::spawn(async move {
            let mut heard = 0;
            while events.next().await.is_some() {
                heard += 1;
            }
            heard
        });
        let other = api.clone();
        drop(api);
        other.get("1").await.unwrap();
        other.get("2").await.unwrap();
        drop(other);
        listener.await.unwrap()
    });
    assert_eq!(heard, 8);
}

/// Answers at once, now and then with a failure.
#[derive(Debug)]
struct Flaky;

impl Transport for Flaky {
    fn send(&self, request: http::Request<cloudapi::Body>) -> TransportFuture {
        let number: usize = request
            .uri()
            .path()
            .rsplit('/')
            .next()
            .unwrap()
            .parse()
            .unwrap();
        Box::pin(async move {
            if number.is_multiple_of(3) {
                tokio::task::yield_now().await;
            }
            match number % 5 {
                0 => Err(Failure::NotSent.into()),
                _ => Ok(http::Response::new("fine".to_owned().into())),
            }
        })
    }
}

#[test]
fn the_events_of_a_call_are_in_order_whatever_the_threads_do() {
    let api = Api::builder()
        .baseurl("http://threads-of-events.test/")
        .callrateperhour(4_000_000_000)
        .maximum_in_flight(16)
        .maximum_delay(Duration::from_micros(1))
        .maximum_geometric_delay_multiplications(1)
        // Each call goes through all of its series.
        .circuit_threshold(0)
        .retry_budget(None)
        .transport(Flaky)
        .build()
        .unwrap();
    let mut events = api.events();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap();
    let told = runtime.block_on(async move {
        let listener = tokio::spawn(async move {
            let mut told = Vec::new();
            while let Some(event) = events.next().await {
                assert_eq!(event.missed(), 0);
                told.push(event);
            }
            told
        });
        for round in 0..20 {
            let calls: Vec<_> = (0..100)
                .map(|id| {
                    let call = api.get(&(round * 100 + id).to_string());
                    tokio::spawn(async move {
                        let _ = call.await;
                    })
                })
                .collect();
            for call in calls {
                call.await.unwrap();
            }
        }
        drop(api);
        listener.await.unwrap()
    });
    let mut calls: HashMap<u64, Vec<EventKind>> = HashMap::new();
    for event in &told {
        calls.entry(event.call()).or_default().push(event.kind());
    }
    assert_eq!(calls.len(), 2_000);
    for kinds in calls.values() {
        let good = ["Submitted", "Started", "Answered", "Done"];
        let bad = [
            "Submitted",
            "Started",
            "Failed",
            "Retries",
            "Started",
            "Failed",
            "Requeued",
            "Started",
            "Failed",
            "Retries",
            "Started",
            "Failed",
            "Ended",
        ];
        let names: Vec<_> = kinds.iter().map(|kind| name(*kind)).collect();
        assert!(names == good || names == bad, "{names:?}");
    }
    assert!(told.is_sorted_by_key(Event::at));
}

fn name(kind: EventKind) -> &'static str {
    match kind {
        EventKind::Submitted => "Submitted",
        EventKind::Started => "Started",
        EventKind::Answered { .. } => "Answered",
        EventKind::Failed { .. } => "Failed",
        EventKind::Retries { .. } => "Retries",
        EventKind::Requeued => "Requeued",
        EventKind::Done => "Done",
        EventKind::Ended { .. } => "Ended",
        _ => "another",
    }
}
