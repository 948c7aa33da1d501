//! Many calls from several runtimes at once: through a storm of faults, up to
//! the maximum in flight, and dropped at any moment.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Body, ErrorKind, Failure, Transport, TransportFuture, http};
use tests::current_thread;
use tests::faults::{Answer, FaultServer, Received, Then};

const CALLS: usize = 10_000;
const THREADS: usize = 4;

#[rest_api(
    baseurl = "http://threads.test/",
    callrateperhour = 4_000_000_000,
    maximum_in_flight = 64,
    maximum_delay = "1ms",
    maximum_geometric_delay_multiplications = 2,
    request_timeout = "10m"
)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("{id}")]
    fn get(&self, id: usize) -> Call<Response<String>>;
    #[post("{id}")]
    fn post(&self, id: usize) -> Call<Response<String>>;
}

/// The same storm in every run, whoever comes when.
fn answer(request: &Received) -> Answer {
    let half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    let chunk = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhel";
    match request.number * 7_919 % 100 {
        0..5 => Answer::raw("").then(Then::Close),
        5..10 => Answer::raw("").then(Then::Reset),
        10..15 => Answer::raw(half).then(Then::Close),
        15..20 => Answer::raw(chunk).then(Then::Reset),
        20..30 => Answer::status(500),
        30..35 => Answer::status(404),
        35..38 => Answer::status(429),
        38..40 => Answer::new(503, &[("Retry-After", "0")], ""),
        40..42 => Answer::ok([0xFF]),
        42..44 => Answer::raw("nonsense\r\n\r\n").then(Then::Close),
        _ => Answer::ok(request.target.trim_start_matches('/')),
    }
}

/// How a call ended: after how many attempts, and whether each of them reached
/// the server.
struct Ended {
    id: usize,
    attempts: usize,
    unsent: usize,
    repeated: bool,
}

fn ended(id: usize, result: Result<Response<String>>) -> Ended {
    let (attempts, log) = match &result {
        Ok(response) => {
            assert_eq!(response.value(), &id.to_string(), "its own answer");
            (response.attempts() as usize, &[][..])
        }
        Err(error) if error.kind() == ErrorKind::Decode => {
            (error.response().unwrap().attempts() as usize, &[][..])
        }
        Err(error) => (error.attempts().len(), error.attempts()),
    };
    let unsent = |outcome| outcome == AttemptOutcome::Failure(Failure::NotSent);
    let refused = |outcome| match outcome {
        AttemptOutcome::Status(status) => status == 429 || status == 503,
        AttemptOutcome::Failure(failure) => failure == Failure::NotSent,
        _ => false,
    };
    let before_the_last = log.len().saturating_sub(1);
    Ended {
        id,
        attempts,
        unsent: log.iter().filter(|a| unsent(a.outcome)).count(),
        repeated: log[..before_the_last].iter().any(|a| !refused(a.outcome)),
    }
}

#[test]
fn each_of_ten_thousand_calls_in_a_storm_ends_once_and_is_accounted_for() {
    let server = Arc::new(FaultServer::new(answer));
    let api = Api::builder().baseurl(server.url()).build().unwrap();
    let threads: Vec<_> = (0..THREADS)
        .map(|number| {
            let api = api.clone();
            thread::spawn(move || {
                current_thread().block_on(async {
                    let calls: Vec<_> = (number..CALLS)
                        .step_by(THREADS)
                        .map(|id| {
                            let call = if id % 3 == 0 {
                                api.post(id)
                            } else {
                                api.get(id)
                            };
                            (id, tokio::spawn(call))
                        })
                        .collect();
                    let mut all = Vec::new();
                    for (id, call) in calls {
                        all.push(ended(id, call.await.unwrap()));
                    }
                    all
                })
            })
        })
        .collect();
    let ended: Vec<Ended> = threads
        .into_iter()
        .flat_map(|thread| thread.join().unwrap())
        .collect();
    assert_eq!(ended.len(), CALLS);

    let mut received: HashMap<usize, usize> = HashMap::new();
    for request in server.received() {
        let id = request.target.trim_start_matches('/').parse().unwrap();
        *received.entry(id).or_default() += 1;
    }
    for call in &ended {
        let received = received.get(&call.id).copied().unwrap_or(0);
        assert_eq!(received, call.attempts - call.unsent, "call {}", call.id);
        let is_post = call.id % 3 == 0;
        assert!(!(is_post && call.repeated), "call {} again", call.id);
    }
    let attempts: usize = ended.iter().map(|call| call.attempts).sum();
    assert!(attempts > CALLS, "it was a storm");
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
