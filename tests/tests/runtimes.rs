//! One gate for callers on many runtimes and threads, by the real clock. What
//! is asserted is what was recorded, never how fast the machine was.

use std::future::{Future, pending};
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::{Duration, Instant};

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Server, Simulation};
use cloudapi::{Body, Error, ErrorKind, Transport, TransportFuture, http};
use tests::current_thread;
use tests::faults::{Answer, FaultServer};
use tests::starts::{Start, Submitted, assert_limit};
use tokio::runtime::Runtime;

#[rest_api(baseurl = "http://runtimes.test/", callrateperhour = 3_600_000)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("things")]
    fn get(&self) -> Call<String>;
    #[get("things")]
    async fn ask(&self) -> Result<String>;
    #[post("things")]
    fn post(&self) -> Call<String>;
}

/// Refuses everything for good, so that each call ends with the record of its
/// one attempt.
#[derive(Debug)]
struct Refusing;

impl Transport for Refusing {
    fn send(&self, _: http::Request<Body>) -> TransportFuture {
        Box::pin(async {
            let mut response = http::Response::new(Body::from("no"));
            *response.status_mut() = http::StatusCode::UNPROCESSABLE_ENTITY;
            Ok(response)
        })
    }
}

/// Answers the first requests never, and the others. A clone is the same.
#[derive(Clone, Debug)]
struct Hanging {
    first: usize,
    sent: Arc<AtomicUsize>,
}

impl Hanging {
    fn first(first: usize) -> Self {
        Self {
            first,
            sent: Arc::default(),
        }
    }
}

impl Transport for Hanging {
    fn send(&self, _: http::Request<Body>) -> TransportFuture {
        let hangs = self.sent.fetch_add(1, Ordering::SeqCst) < self.first;
        Box::pin(async move {
            if hangs {
                pending::<()>().await;
            }
            Ok(http::Response::new(Body::from("fine")))
        })
    }
}

fn api(host: &str, rate: u32, transport: impl Transport) -> Api {
    Api::builder()
        .baseurl(format!("http://{host}.test/"))
        .callrateperhour(rate)
        .transport(transport)
        .build()
        .unwrap()
}

fn multi_thread() -> Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .unwrap()
}

/// The starts of so many calls that are made at once.
async fn starts_of(api: &Api, calls: usize) -> Vec<Start> {
    let tasks: Vec<_> = (0..calls)
        .map(|_| tokio::spawn(Submitted::watch(api.get())))
        .collect();
    let mut starts = Vec::new();
    for task in tasks {
        let (submitted, result) = task.await.unwrap();
        starts.extend(submitted.starts(&result.unwrap_err()));
    }
    assert_eq!(starts.len(), calls);
    starts
}

/// The starts of calls from four runtimes in four threads, each with a client
/// of its own, all of one gate.
fn starts_on_four_runtimes(host: &str, rate: u32, calls: usize) -> Vec<Start> {
    thread::scope(|scope| {
        let threads: Vec<_> = [current_thread, multi_thread, current_thread, multi_thread]
            .into_iter()
            .map(|runtime| {
                scope.spawn(move || {
                    let api = api(host, rate, Refusing);
                    runtime().block_on(starts_of(&api, calls))
                })
            })
            .collect();
        threads
            .into_iter()
            .flat_map(|thread| thread.join().unwrap())
            .collect()
    })
}

#[test]
fn callers_on_several_runtimes_together_keep_to_a_slow_limit() {
    let mut starts = starts_on_four_runtimes("slow", 36_000, 3);
    assert_limit(&mut starts, 1, Duration::from_millis(100));
}

#[test]
fn callers_on_several_runtimes_together_keep_to_a_fast_limit() {
    let mut starts = starts_on_four_runtimes("fast", 3_600_000, 500);
    assert_limit(&mut starts, 1_000, Duration::from_secs(1));
    // A slot that is given late is made up for, but never more than 10 ms.
    assert_limit(&mut starts, 111, Duration::from_millis(100));
}

#[test]
fn the_first_slots_are_not_given_earlier_than_one_each_period() {
    let before = Instant::now();
    let mut starts = starts_on_four_runtimes("paced", 360_000, 20);
    starts.sort_by_key(|start| start.latest);
    for (number, start) in (0..).zip(starts) {
        assert!(start.latest >= before + number * Duration::from_millis(10));
    }
}

/// Has a call submitted, as the first poll does.
fn submit<F: Future>(call: Pin<&mut F>) {
    let polled = call.poll(&mut Context::from_waker(Waker::noop()));
    assert!(polled.is_pending());
}

#[test]
fn the_order_of_submission_counts_whatever_the_runtime() {
    let api = api("order", 3_600_000, Refusing);
    let runtimes = [multi_thread(), multi_thread(), multi_thread()];
    let mut calls: Vec<_> = (0..300)
        .map(|number| {
            let _entered = runtimes[number % runtimes.len()].enter();
            let mut call = Box::pin(api.get());
            let earliest = Instant::now();
            submit(call.as_mut());
            let latest = Instant::now();
            (Submitted { earliest, latest }, call)
        })
        .collect();
    let starts: Vec<Start> = current_thread().block_on(async {
        let mut starts = Vec::new();
        for (submitted, call) in &mut calls {
            let error = call.await.unwrap_err();
            starts.extend(submitted.starts(&error));
        }
        starts
    });
    assert_eq!(starts.len(), 300);
    for two in starts.windows(2) {
        assert!(two[0].earliest <= two[1].latest, "one overtook another");
    }
}

mod a_runtime_that_ends {
    use super::*;

    /// Calls that are under way or wait on a runtime, and are awaited on
    /// another after the first has ended.
    fn errors_of(host: &str, call: fn(&Api) -> Call<String>) -> (Api, Vec<Error>) {
        let transport = Hanging::first(1);
        let api = api(host, 360_000, transport.clone());
        let ending = multi_thread();
        let mut calls: Vec<_> = (0..3)
            .map(|_| {
                let _entered = ending.enter();
                let mut call = Box::pin(call(&api));
                submit(call.as_mut());
                call
            })
            .collect();
        // The first has left for sure, and is never answered.
        while transport.sent.load(Ordering::SeqCst) < 1 {
            thread::yield_now();
        }
        drop(ending);
        let errors = current_thread().block_on(async {
            let mut errors = Vec::new();
            for call in &mut calls {
                match call.await {
                    // It had its slot before the runtime ended.
                    Ok(answer) => assert_eq!(answer, "fine"),
                    Err(error) => errors.push(error),
                }
            }
            errors
        });
        assert!(!errors.is_empty(), "the first is never answered");
        (api, errors)
    }

    #[test]
    fn ends_its_calls_with_an_error_and_no_others() {
        let (api, errors) = errors_of("ended", Api::get);
        for error in errors {
            assert_eq!(error.kind(), ErrorKind::Runtime, "{error}");
            assert!(error.to_string().contains("runtime"), "{error}");
        }
        current_thread().block_on(async {
            for _ in 0..3 {
                assert_eq!(api.ask().await.unwrap(), "fine");
            }
        });
    }

    #[test]
    fn leaves_the_outcome_of_a_post_under_way_unknown() {
        let (_, errors) = errors_of("ended-post", Api::post);
        assert!(errors.iter().any(Error::is_unknown_outcome), "{errors:?}");
        for error in errors {
            let ended = error.is_unknown_outcome() || error.kind() == ErrorKind::Runtime;
            assert!(ended, "{error}");
        }
    }

    #[test]
    fn takes_its_own_callers_along_and_their_places_are_free() {
        let transport = Hanging::first(2);
        let api = Api::builder()
            .baseurl("http://taken-along.test/")
            .maximum_in_flight(2)
            .transport(transport.clone())
            .build()
            .unwrap();
        let ending = multi_thread();
        let hanging: Vec<_> = (0..50).map(|_| ending.spawn(api.get())).collect();
        while transport.sent.load(Ordering::SeqCst) < 2 {
            thread::yield_now();
        }
        let survivor = thread::spawn(move || current_thread().block_on(api.ask()));
        ending.shutdown_background();
        assert_eq!(survivor.join().unwrap().unwrap(), "fine");
        drop(hanging);
    }

    /// Each of them starts the next as it ends.
    #[test]
    fn ends_a_long_queue_on_a_stack_of_any_size() {
        let api = Api::builder()
            .baseurl("http://deep.test/")
            .callrateperhour(4_000_000_000)
            .maximum_in_flight(4)
            .transport(Hanging::first(usize::MAX))
            .build()
            .unwrap();
        let ending = current_thread();
        let entered = ending.enter();
        let calls: Vec<_> = (0..20_000)
            .map(|_| {
                let mut call = Box::pin(api.get());
                submit(call.as_mut());
                call
            })
            .collect();
        drop(entered);
        drop(ending);
        current_thread().block_on(async {
            for call in calls {
                assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Runtime);
            }
        });
    }

    #[test]
    fn is_followed_by_others_that_use_the_same_client() {
        static SERVER: LazyLock<FaultServer> =
            LazyLock::new(|| FaultServer::answering([Answer::ok("fine")]));
        static CLIENT: LazyLock<Api> = LazyLock::new(|| {
            Api::builder()
                .baseurl(SERVER.url())
                .callrateperhour(4_000_000_000)
                .build()
                .unwrap()
        });
        for round in 0..10 {
            let runtime = if round % 2 == 0 {
                current_thread()
            } else {
                multi_thread()
            };
            // A connection that the one before has left behind is of no use.
            assert_eq!(runtime.block_on(CLIENT.ask()).unwrap(), "fine");
            assert_eq!(runtime.block_on(CLIENT.post()).unwrap(), "fine");
        }
        assert_eq!(SERVER.received().len(), 20);
    }
}

/// It has not ended, but is not polled any more.
mod a_runtime_that_stands_still {
    use super::*;

    /// One place, which a call has that goes no further than it has come.
    fn stuck(begun: bool) -> (Simulation, Api, Server, Runtime, Pin<Box<Call<String>>>) {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, move |sent| match sent.number {
            0 if begun => Reply::text("late").after(Duration::from_secs(10_000)),
            _ => Reply::text("fine"),
        });
        let api = Api::builder()
            .simulation(&simulation)
            .transport(server.clone())
            .maximum_in_flight(1)
            .request_timeout(Duration::from_secs(30))
            .build()
            .unwrap();
        let still = current_thread();
        let mut call = Box::pin(api.post());
        {
            let _entered = still.enter();
            submit(call.as_mut());
        }
        if begun {
            still.block_on(tokio::task::yield_now());
            assert_eq!(server.requests().len(), 1);
        }
        (simulation, api, server, still, call)
    }

    #[test]
    fn gives_its_place_to_a_call_of_another_when_the_time_of_its_attempt_is_over() {
        let (simulation, api, server, still, call) = stuck(true);
        simulation.run(async {
            assert_eq!(api.ask().await.unwrap(), "fine");
            assert_eq!(simulation.now(), Duration::from_secs(31));
            let error = call.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnknownOutcome, "{error}");
        });
        // Its task was stopped, and has nothing more to tell.
        still.block_on(tokio::task::yield_now());
        simulation.run(async {
            assert_eq!(api.ask().await.unwrap(), "fine");
        });
        assert_eq!(server.requests().len(), 3);
    }

    #[test]
    fn does_not_send_late_what_was_ended_before_it_left() {
        let (simulation, api, server, still, call) = stuck(false);
        simulation.run(async {
            assert_eq!(api.ask().await.unwrap(), "fine");
            let error = call.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Runtime, "{error}");
        });
        still.block_on(tokio::task::yield_now());
        assert_eq!(server.requests().len(), 1, "that of the other");
    }

    #[test]
    fn keeps_its_place_as_long_as_nobody_wants_it() {
        let (simulation, _api, _server, still, call) = stuck(true);
        simulation.run(simulation.sleep(Duration::from_secs(3_600)));
        let error = still.block_on(call).unwrap_err();
        assert_eq!(error.attempts().len(), 1);
    }
}

/// A connection is driven by the runtime that opened it.
mod connections {
    use super::*;
    use std::sync::mpsc::channel;

    fn api(server: &FaultServer) -> Api {
        let builder = Api::builder().baseurl(server.url());
        builder.callrateperhour(4_000_000_000).build().unwrap()
    }

    /// It would hang, and in the end say of a POST that was never read that its
    /// outcome is unknown.
    #[test]
    fn of_a_runtime_that_stands_still_are_of_no_use_to_another() {
        let server = FaultServer::answering([Answer::ok("fine")]);
        let api = api(&server);
        let (still, other) = (current_thread(), current_thread());
        assert_eq!(still.block_on(api.post()).unwrap(), "fine");
        let post = api.post().request_timeout(Duration::from_secs(20));
        assert_eq!(other.block_on(post).unwrap(), "fine");
        // Each keeps its own.
        assert_eq!(still.block_on(api.post()).unwrap(), "fine");
        assert_eq!(other.block_on(api.post()).unwrap(), "fine");
        let received = server.received();
        let connections: Vec<usize> = received.iter().map(|request| request.connection).collect();
        assert_eq!(connections, [0, 1, 0, 1]);
    }

    #[test]
    fn of_a_runtime_that_ends_carry_no_call_of_another() {
        let (arrived, arrives) = channel();
        let (release, released) = channel();
        let server = FaultServer::new(move |request| {
            if request.number == 1 {
                arrived.send(()).unwrap();
                released.recv().unwrap();
            }
            Answer::ok("fine")
        });
        let api = api(&server);
        let ending = current_thread();
        assert_eq!(ending.block_on(api.post()).unwrap(), "fine");
        // From here on it is driven, as a runtime at work is.
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let ending = thread::spawn(move || ending.block_on(stopped));
        let other = thread::spawn(move || current_thread().block_on(api.post()));
        arrives.recv().unwrap();
        drop(stop);
        assert!(ending.join().unwrap().is_err(), "it was stopped");
        release.send(()).unwrap();
        assert_eq!(other.join().unwrap().unwrap(), "fine");
    }
}

mod futures {
    use super::*;

    #[test]
    fn one_that_is_polled_once_and_then_parked_delays_nobody() {
        let api = Api::builder()
            .baseurl("http://parked.test/")
            .maximum_in_flight(1)
            .transport(Hanging::first(0))
            .build()
            .unwrap();
        current_thread().block_on(async {
            let mut parked: Vec<_> = (0..10).map(|_| Box::pin(api.get())).collect();
            for call in &mut parked {
                submit(call.as_mut());
            }
            for _ in 0..10 {
                assert_eq!(api.ask().await.unwrap(), "fine");
            }
            for call in parked {
                assert_eq!(call.await.unwrap(), "fine", "it has its answer too");
            }
        });
    }

    #[test]
    fn several_may_be_awaited_together() {
        let api = api("joined", 3_600_000, Hanging::first(0));
        current_thread().block_on(async {
            let (a, b, c) = tokio::join!(api.get(), api.ask(), api.post());
            assert_eq!([a.unwrap(), b.unwrap(), c.unwrap()], ["fine"; 3]);
        });
    }

    #[test]
    fn the_one_that_loses_a_race_is_over() {
        let api = Api::builder()
            .baseurl("http://raced.test/")
            .maximum_in_flight(2)
            .transport(Hanging::first(1))
            .build()
            .unwrap();
        current_thread().block_on(async {
            for _ in 0..5 {
                // Both places are taken in each round, so a loser that stayed
                // would stop everything.
                tokio::select! {
                    biased;
                    answer = api.get() => assert_eq!(answer.unwrap(), "fine"),
                    answer = api.post() => assert_eq!(answer.unwrap(), "fine"),
                }
            }
            let (a, b) = tokio::join!(api.get(), api.get());
            assert_eq!([a.unwrap(), b.unwrap()], ["fine"; 2]);
        });
    }

    #[test]
    fn they_may_be_moved_between_threads() {
        fn is_send<T: Send>(value: T) -> T {
            value
        }
        let api = api("moved", 3_600_000, Hanging::first(0));
        let mut call = is_send(Box::pin(api.get()));
        let first = multi_thread();
        {
            let _entered = first.enter();
            submit(call.as_mut());
        }
        let moved = thread::spawn(move || current_thread().block_on(call));
        assert_eq!(moved.join().unwrap().unwrap(), "fine");
        assert_eq!(first.block_on(is_send(api.ask())).unwrap(), "fine");
    }

    #[test]
    fn one_without_a_runtime_says_what_to_do() {
        let api = api("none", 360, Refusing);
        let mut call = Box::pin(api.get());
        let polled = call.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let Poll::Ready(Err(error)) = polled else {
            panic!("it cannot run");
        };
        assert_eq!(error.kind(), ErrorKind::Runtime);
        assert!(error.to_string().contains("#[tokio::main]"), "{error}");
    }

    #[test]
    fn one_on_a_runtime_that_lacks_a_clock_says_what_to_do() {
        let api = api("half", 360, Refusing);
        let half = tokio::runtime::Builder::new_current_thread()
            .build()
            .unwrap();
        let error = half.block_on(api.ask()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Runtime);
        assert!(error.to_string().contains("enable_all"), "{error}");
    }

    #[test]
    fn one_that_is_polled_after_its_end_says_so() {
        let api = api("ended-twice", 3_600_000, Hanging::first(0));
        current_thread().block_on(async {
            let mut call = Box::pin(api.get());
            assert_eq!(call.as_mut().await.unwrap(), "fine");
            let error = call.as_mut().await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Runtime);
        });
    }
}

mod scopes {
    use super::*;

    #[rest_api(
        baseurl = "https://Scopes.Test/v1",
        bearer = "{token}",
        scope = "{token}"
    )]
    struct Split {
        token: Secret,
    }

    impl Split {
        #[get("things")]
        fn get(&self) -> Call<()>;
    }

    fn built(url: &str, rate: u32) -> Result<Api> {
        Api::builder().baseurl(url).callrateperhour(rate).build()
    }

    #[test]
    fn two_clients_with_different_limits_conflict() {
        let first = built("http://conflict.test/", 100).unwrap();
        let error = built("http://conflict.test/", 200).map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        let shown = error.to_string();
        for part in ["http://conflict.test/", "100", "200", "scope"] {
            assert!(shown.contains(part), "{shown}");
        }
        let in_flight = Api::builder()
            .baseurl("http://conflict.test/")
            .callrateperhour(100)
            .maximum_in_flight(3);
        let error = in_flight.build().map(drop).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Conflict);
        assert!(error.to_string().contains("maximum_in_flight = 3"));
        drop(first);
        built("http://conflict.test/", 200).expect("nobody is left to disagree");
    }

    #[test]
    fn what_is_no_limit_may_differ() {
        let _first = built("http://differ.test/", 100).unwrap();
        Api::builder()
            .baseurl("http://differ.test/")
            .callrateperhour(100)
            .request_timeout(Duration::from_secs(1))
            .geometric_delay_multiplier(3.0)
            .maximum_failed_attempts(0)
            .retry(cloudapi::Retry::Never)
            .build()
            .unwrap();
    }

    #[test]
    fn another_spelling_is_the_same_scope() {
        let _first = built("http://spelling.test/v1", 100).unwrap();
        for same in [
            "http://spelling.test/v1/",
            "http://SPELLING.test/v1",
            "HTTP://Spelling.Test:80/v1/",
            "http://spelling.test/v0/../v1",
        ] {
            let error = built(same, 200).map(drop).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict, "{same}");
        }
        for other in [
            "https://spelling.test/v1/",
            "http://spelling.test/V1/",
            "http://spelling.test:81/v1/",
            "http://spelling.test/v1/x/",
            "http://www.spelling.test/v1/",
        ] {
            built(other, 200).expect(other);
        }
    }

    #[test]
    fn one_gate_for_all_spellings_and_clones() {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |_| Reply::text("fine"));
        let client = |url: &str| {
            Api::builder()
                .baseurl(url)
                .callrateperhour(360)
                .simulation(&simulation)
                .transport(server.clone())
                .build()
                .unwrap()
        };
        let clients = [client("http://one.test/v1"), client("HTTP://ONE.test/v1/")];
        simulation.run(async {
            clients[0].get().await.unwrap();
            clients[1].get().await.unwrap();
            clients[0].clone().get().await.unwrap();
        });
        let times: Vec<u64> = server.requests().iter().map(|s| s.at.as_secs()).collect();
        assert_eq!(times, [0, 10, 20]);
    }

    #[test]
    fn a_gate_outlives_the_clients_that_used_it() {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |_| Reply::text("fine"));
        simulation.run(async {
            for _ in 0..3 {
                let api = Api::builder()
                    .baseurl("http://outlived.test/")
                    .callrateperhour(360)
                    .simulation(&simulation)
                    .transport(server.clone())
                    .build()
                    .unwrap();
                api.get().await.unwrap();
            }
        });
        let times: Vec<u64> = server.requests().iter().map(|s| s.at.as_secs()).collect();
        assert_eq!(times, [0, 10, 20]);
    }

    #[test]
    fn each_account_has_a_gate_of_its_own() {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |_| Reply::text(""));
        let client = |token: &str| {
            Split::builder()
                .token(token.into())
                .simulation(&simulation)
                .transport(server.clone())
                .build()
                .unwrap()
        };
        let (a, b, again) = (client("a"), client("b"), client("a"));
        simulation.run(async {
            tokio::try_join!(a.get(), b.get(), again.get()).unwrap();
        });
        let sent = server.requests();
        let times: Vec<(u64, &str)> = sent
            .iter()
            .map(|s| (s.at.as_secs(), s.headers["authorization"].to_str().unwrap()))
            .collect();
        assert_eq!(times, [(0, "Bearer a"), (0, "Bearer b"), (10, "Bearer a")]);
    }
}
