//! Many calls from several runtimes at once: up to the maximum in flight, and
//! dropped at any moment.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cloudapi::prelude::*;
use cloudapi::{Body, Failure, Transport, TransportFuture, http};
use tests::current_thread;

const THREADS: usize = 4;

#[rest_api(
    baseurl = "http://threads.test/",
    callrateperhour = 4_000_000_000,
    maximum_in_flight = 64,
    maximum_delay = "1ms",
    maximum_geometric_delay_multiplications = 2,
    circuit_threshold = 0,
    retry_budget = none,
    request_timeout = "10m"
)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("{id}")]
    fn get(&self, id: usize) -> Call<Response<String>>;
}

const IN_FLIGHT: usize = 4;

/// Counts how many attempts are under way, each of which takes some turns of
/// its runtime. A clone is the same.
#[derive(Clone, Debug)]
struct Counting(Arc<Counts>);

#[derive(Debug)]
struct Counts {
    sent: AtomicUsize,
    under_way: AtomicUsize,
    most: AtomicUsize,
    /// Where attempts meet, once there is nothing else to wait for.
    meeting: tokio::sync::Barrier,
    meets: std::sync::atomic::AtomicBool,
}

impl Counting {
    fn new() -> Self {
        Self(Arc::new(Counts {
            sent: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            most: AtomicUsize::new(0),
            meeting: tokio::sync::Barrier::new(IN_FLIGHT),
            meets: false.into(),
        }))
    }

    fn api(&self, host: &str) -> Api {
        Api::builder()
            .baseurl(format!("http://{host}.test/"))
            .maximum_in_flight(IN_FLIGHT as u32)
            .transport(self.clone())
            .build()
            .unwrap()
    }
}

impl Transport for Counting {
    fn send(&self, _: http::Request<Body>) -> TransportFuture {
        let counting = self.clone();
        Box::pin(async move {
            let counts = &counting.0;
            let number = counts.sent.fetch_add(1, Ordering::SeqCst);
            let _under_way = UnderWay::begin(&counting);
            for _ in 0..number % 5 {
                tokio::task::yield_now().await;
            }
            if counts.meets.load(Ordering::SeqCst) {
                counts.meeting.wait().await;
            } else if number.is_multiple_of(3) {
                return Err(Failure::NotSent.into());
            }
            Ok(http::Response::new(Body::from("fine")))
        })
    }
}

struct UnderWay(Counting);

impl UnderWay {
    fn begin(counting: &Counting) -> Self {
        let now = counting.0.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        counting.0.most.fetch_max(now, Ordering::SeqCst);
        Self(counting.clone())
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Runs `one` for so many numbers on each thread.
fn on_threads<F>(api: &Api, each: usize, one: fn(Api, usize) -> F)
where
    F: Future<Output = ()> + 'static,
{
    thread::scope(|scope| {
        for _ in 0..THREADS {
            scope.spawn(|| {
                current_thread().block_on(async {
                    let calls = tokio::task::LocalSet::new();
                    for id in 0..each {
                        calls.spawn_local(one(api.clone(), id));
                    }
                    calls.await;
                });
            });
        }
    });
}

#[test]
fn never_are_more_than_the_maximum_under_way() {
    let counting = Counting::new();
    on_threads(&counting.api("maximum"), 500, |api: Api, id| async move {
        drop(api.get(id).await);
    });
    let most = counting.0.most.load(Ordering::SeqCst);
    assert!(most <= IN_FLIGHT, "{most}");
}

#[test]
fn calls_that_are_dropped_at_any_moment_leave_no_place_taken() {
    let counting = Counting::new();
    let api = counting.api("dropped");
    on_threads(&api, 1_000, |api: Api, id| async move {
        let patience = async {
            for _ in 0..id % 11 {
                tokio::task::yield_now().await;
            }
        };
        tokio::select! {
            biased;
            answer = api.get(id) => drop(answer),
            () = patience => {}
        }
    });
    // These come through only if all of them are under way together.
    counting.0.meets.store(true, Ordering::SeqCst);
    on_threads(&api, 1, |api: Api, id| async move {
        assert_eq!(api.get(id).await.unwrap().value(), "fine");
    });
}
