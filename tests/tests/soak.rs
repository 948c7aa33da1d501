//! Twenty thousand calls that wait, in simulated time: nothing of them is lost, and
//! nothing of them stays.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::Simulation;
use cloudapi::{Body, Bytes, Transport, TransportFuture, http};
use tokio::task::JoinHandle;

const CALLS: usize = 20_000;

/// 360 an hour: one every ten seconds.
#[rest_api(baseurl = "http://soak.test/")]
#[derive(Clone)]
struct Api;

impl Api {
    #[put("{number}")]
    fn put(&self, number: usize, #[body] body: Bytes) -> Call<String>;
}

/// The bodies of all requests that are still known to anybody.
#[derive(Clone, Default)]
struct Alive(Arc<AtomicUsize>);

struct Text(Alive);

impl Alive {
    fn body(&self) -> Bytes {
        self.0.fetch_add(1, SeqCst);
        Bytes::from_owner(Text(self.clone()))
    }

    fn count(&self) -> usize {
        self.0.load(SeqCst)
    }
}

impl AsRef<[u8]> for Text {
    fn as_ref(&self) -> &[u8] {
        b"text"
    }
}

impl Drop for Text {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, SeqCst);
    }
}

/// Answers with the number of the call, but fails every so many requests.
#[derive(Clone, Debug)]
struct Echo {
    fails: usize,
    received: Arc<AtomicUsize>,
}

impl Transport for Echo {
    fn send(&self, request: http::Request<Body>) -> TransportFuture {
        let number = self.received.fetch_add(1, SeqCst) + 1;
        let path = request.uri().path().trim_start_matches('/').to_owned();
        let mut response = http::Response::new(Body::from(path));
        if number.is_multiple_of(self.fails) {
            *response.status_mut() = http::StatusCode::BAD_GATEWAY;
        }
        Box::pin(async { Ok(response) })
    }
}

fn world(fails: usize) -> (Simulation, Api, Echo) {
    let simulation = Simulation::new();
    let echo = Echo {
        fails,
        received: Arc::default(),
    };
    let builder = Api::builder().simulation(&simulation);
    let api = builder.transport(echo.clone()).build().unwrap();
    (simulation, api, echo)
}

fn all(api: &Api, alive: &Alive) -> Vec<JoinHandle<Result<String>>> {
    let call = |number| tokio::spawn(api.put(number, alive.body()));
    (0..CALLS).map(call).collect()
}

#[test]
fn all_run_to_their_end_in_the_time_that_it_takes() {
    let (simulation, api, echo) = world(usize::MAX);
    let alive = Alive::default();
    simulation.run(async {
        for (number, call) in all(&api, &alive).into_iter().enumerate() {
            assert_eq!(call.await.unwrap().unwrap(), number.to_string());
            // Those that have ended are gone, and the others are not.
            assert_eq!(alive.count(), CALLS - number - 1);
        }
    });
    assert_eq!(echo.received.load(SeqCst), CALLS);
    let slots = u32::try_from(CALLS - 1).unwrap();
    assert_eq!(simulation.now(), slots * Duration::from_secs(10));
}

#[test]
fn every_one_of_them_ends_where_every_third_request_fails() {
    let (simulation, api, echo) = world(3);
    let alive = Alive::default();
    simulation.run(async {
        for (number, call) in all(&api, &alive).into_iter().enumerate() {
            assert_eq!(call.await.unwrap().unwrap(), number.to_string());
        }
    });
    assert_eq!(alive.count(), 0);
    // A third of all requests failed, and each failure brought another one.
    let received = echo.received.load(SeqCst);
    assert_eq!(received - received / 3, CALLS);
}

#[test]
fn those_that_are_dropped_together_leave_nothing_and_hold_nobody_up() {
    let (simulation, api, echo) = world(usize::MAX);
    let alive = Alive::default();
    simulation.run(async {
        let calls = all(&api, &alive);
        // The first slot is the first call's.
        calls.into_iter().next().unwrap().await.unwrap().unwrap();
    });
    // With the runtime all of its tasks have gone.
    assert_eq!(alive.count(), 0);
    assert_eq!(echo.received.load(SeqCst), 1);
    let next = simulation.run(api.put(7, alive.body()));
    assert_eq!(next.unwrap(), "7");
    assert_eq!(simulation.now(), Duration::from_secs(10), "the next slot");
    assert_eq!(alive.count(), 0);
}

#[test]
fn every_other_one_may_go_and_the_rest_keep_their_order() {
    let (simulation, api, echo) = world(usize::MAX);
    let alive = Alive::default();
    simulation.run(async {
        let calls = all(&api, &alive);
        // All of them are in line.
        tokio::task::yield_now().await;
        for call in calls.iter().skip(1).step_by(2) {
            call.abort();
        }
        let mut slot = Duration::ZERO;
        for call in calls.into_iter().step_by(2) {
            call.await.unwrap().unwrap();
            assert_eq!(
                simulation.now(),
                slot,
                "each in the slot after the one before"
            );
            slot += Duration::from_secs(10);
        }
    });
    assert_eq!(echo.received.load(SeqCst), CALLS / 2);
    assert_eq!(alive.count(), 0);
}
