//! A caller whose waker panics harms nobody else. In a process of its own: what
//! it could harm is the one thread that watches all slots.

use std::future::{Future, pending};
use std::pin::pin;
use std::sync::{Arc, Mutex, mpsc};
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{Body, Transport, TransportFuture, http};

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
