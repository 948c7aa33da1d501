//! What is not ours and panics (a waker, a subscriber, a recorder) harms nobody else. In a
//! process of its own: what it could harm is the one thread that watches all slots.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::thread;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Server, Simulation};
use cloudapi::{Body, Transport, TransportFuture, http};
use metrics::{Counter, Gauge, Histogram, Key, KeyName, Metadata, Recorder, SharedString, Unit};
use tracing::span::{Attributes, Id, Record};
use tracing::{Event, Subscriber};

#[rest_api(baseurl = "http://wakers.test/", callrateperhour = 360_000)]
struct Api;

impl Api {
    #[get("things")]
    fn get(&self) -> Call<String>;
}

#[derive(Debug)]
struct Silent;

impl Transport for Silent {
    fn send(&self, _: http::Request<Body>) -> TransportFuture {
        Box::pin(pending())
    }
}

#[derive(Debug)]
struct Prompt;

impl Transport for Prompt {
    fn send(&self, _: http::Request<Body>) -> TransportFuture {
        Box::pin(async { Ok(http::Response::new(Body::from("done"))) })
    }
}

struct Panicking(Mutex<mpsc::Sender<()>>);

impl Wake for Panicking {
    fn wake(self: Arc<Self>) {
        self.0.lock().unwrap().send(()).unwrap();
        panic!("this waker panics, as the test wants it");
    }
}

/// So long a test waits for what comes at once, to fail and not to hang.
const AT_MOST: Duration = Duration::from_secs(60);

#[test]
fn a_waker_that_panics_stops_no_gate() {
    let runtime = tests::current_thread();
    let busy = Api::builder()
        .baseurl("http://busy.test/")
        .maximum_in_flight(1)
        .transport(Silent)
        .build()
        .unwrap();
    let (woken, was_woken) = mpsc::channel();
    let waker = Waker::from(Arc::new(Panicking(Mutex::new(woken))));
    let _inside = runtime.enter();
    let mut first = pin!(busy.get());
    assert!(
        first
            .as_mut()
            .poll(&mut Context::from_waker(Waker::noop()))
            .is_pending()
    );
    // There is no room for it, so the thread that watches ends it at its
    // deadline.
    let mut second = pin!(busy.get().deadline(Duration::from_millis(50)));
    assert!(
        second
            .as_mut()
            .poll(&mut Context::from_waker(&waker))
            .is_pending()
    );
    was_woken
        .recv_timeout(AT_MOST)
        .expect("the deadline passes");

    // The second of two calls has its slot from the same thread.
    let other = Api::builder().transport(Prompt).build().unwrap();
    let answers = runtime.block_on(async {
        let both = async { tokio::try_join!(other.get(), other.get()) };
        tokio::time::timeout(AT_MOST, both).await
    });
    assert!(answers.expect("the gate is alive").is_ok());
    let mut context = Context::from_waker(Waker::noop());
    let std::task::Poll::Ready(Err(error)) = second.as_mut().poll(&mut context) else {
        panic!("the call has ended");
    };
    assert_eq!(error.kind(), ErrorKind::Deadline);
}

/// A subscriber and a recorder that panic whatever they are told, on that thread.
#[derive(Clone, Default)]
struct Faulty {
    only_on: Option<&'static str>,
    told: Arc<AtomicUsize>,
}

impl Faulty {
    fn told(&self) {
        let thread = thread::current();
        if self.only_on.is_none_or(|name| thread.name() == Some(name)) {
            self.told.fetch_add(1, Ordering::SeqCst);
            panic!("this one panics, as the test wants it");
        }
    }
}

impl Subscriber for Faulty {
    fn enabled(&self, metadata: &tracing::Metadata<'_>) -> bool {
        metadata.target() == "cloudapi"
    }

    fn new_span(&self, span: &Attributes<'_>) -> Id {
        // The other one is made where the call is, and so are its caller's panics.
        if span.metadata().name() == "attempt" {
            self.told();
        }
        Id::from_u64(1)
    }

    fn record(&self, _: &Id, values: &Record<'_>) {
        if format!("{values:?}").contains("error.type") {
            self.told();
        }
    }

    fn record_follows_from(&self, _: &Id, _: &Id) {}

    fn event(&self, _: &Event<'_>) {
        self.told();
    }

    fn enter(&self, _: &Id) {}

    fn exit(&self, _: &Id) {}
}

impl Recorder for Faulty {
    fn describe_counter(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_gauge(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn describe_histogram(&self, _: KeyName, _: Option<Unit>, _: SharedString) {}

    fn register_counter(&self, _: &Key, _: &Metadata<'_>) -> Counter {
        self.told();
        Counter::noop()
    }

    fn register_gauge(&self, _: &Key, _: &Metadata<'_>) -> Gauge {
        self.told();
        Gauge::noop()
    }

    fn register_histogram(&self, _: &Key, _: &Metadata<'_>) -> Histogram {
        self.told();
        Histogram::noop()
    }
}

#[test]
fn a_subscriber_and_a_recorder_that_panic_stop_no_gate() {
    let faulty = || Faulty {
        only_on: Some("cloudapi-pacer"),
        told: Arc::default(),
    };
    let (subscriber, recorder) = (faulty(), faulty());
    tracing::subscriber::set_global_default(subscriber.clone()).unwrap();
    metrics::set_global_recorder(recorder.clone()).unwrap();
    let api = Api::builder()
        .baseurl("http://watched.test/")
        .transport(Prompt)
        .build()
        .unwrap();
    // All but the first have their slots from the thread that watches.
    let answers = tests::current_thread().block_on(async {
        let three = async { tokio::try_join!(api.get(), api.get(), api.get()) };
        tokio::time::timeout(AT_MOST, three).await
    });
    assert!(answers.expect("the gate is alive").is_ok());
    assert!(subscriber.told.load(Ordering::SeqCst) >= 2);
    assert!(recorder.told.load(Ordering::SeqCst) >= 2);
}

/// It is told of the first, and panics, before the others are ended.
#[test]
fn calls_that_end_in_one_turn_all_end_whatever_a_subscriber_does() {
    let subscriber = Faulty::default();
    let _default = tracing::subscriber::set_default(subscriber.clone());
    let simulation = Simulation::new();
    let takes = Duration::from_secs(20);
    let server = Server::new(&simulation, move |_| Reply::text("late").after(takes));
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server)
        .maximum_in_flight(1)
        .build()
        .unwrap();
    simulation.run(async {
        let refused = || async {
            let error = api.get().deadline(takes / 2).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Deadline);
        };
        let (answer, ..) = tokio::join!(api.get(), refused(), refused(), refused());
        assert_eq!(answer.unwrap(), "late");
    });
    assert!(subscriber.told.load(Ordering::SeqCst) >= 3);
}
