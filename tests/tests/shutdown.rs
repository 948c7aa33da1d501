//! Every call is answered, whenever its client ends.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Waker};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Body, Error, EventKind, Failure, ShutdownReport, WhenFull};
use proptest::prelude::*;

#[rest_api(baseurl = "https://shutdown.test/", callrateperhour = 3600)]
#[derive(Clone, Debug)]
struct Api;

impl Api {
    #[get("{id}")]
    fn get(&self, id: u64) -> Call<String>;
    #[post("{id}")]
    fn post(&self, id: u64) -> Call<String>;
    #[get("scarce/{id}", limits(rate(10, per = "1m")))]
    fn scarce(&self, id: u64) -> Call<String>;
    #[get("streamed/{id}")]
    fn streamed(&self, id: u64) -> Call<Body>;
}

#[rest_api(extends = Api, path = "part/")]
struct Part;

impl Part {
    #[get("{id}")]
    fn get(&self, id: u64) -> Call<String>;
}

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn client(simulation: &Simulation, server: &Server) -> Api {
    let builder = Api::builder().simulation(simulation);
    builder.transport(server.clone()).build().unwrap()
}

/// Where only so many may wait.
fn narrow(simulation: &Simulation, server: &Server, places: u32, when_full: WhenFull) -> Api {
    let builder = Api::builder()
        .simulation(simulation)
        .transport(server.clone());
    let builder = builder.maximum_queue_length(places).when_full(when_full);
    builder.build().unwrap()
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = client(&simulation, &server);
    (simulation, server, api)
}

async fn run(call: Call<String>) -> Result<String> {
    call.await
}

#[test]
fn what_waits_is_answered_at_once_and_what_runs_may_finish() {
    let (simulation, server, api) = world(|_| Reply::text("fine").after(seconds(5)));
    let part = Part::new(&api);
    let sleep = simulation.clone();
    simulation.run(async move {
        let first = tokio::spawn(run(api.get(1)));
        let second = tokio::spawn(run(api.post(2)));
        sleep.sleep(Duration::from_millis(500)).await;
        let ending = tokio::spawn({
            let api = api.clone();
            async move { api.shutdown(seconds(60)).await }
        });
        let error = second.await.unwrap().unwrap_err();
        assert_eq!(sleep.now(), Duration::from_millis(500));
        assert_eq!(error.kind(), ErrorKind::Shutdown);
        assert_eq!(error.attempts().len(), 0);
        let text = "POST https://shutdown.test/2: the client is shut down";
        assert_eq!(error.to_string(), text);
        assert!(!error.is_retryable());

        // No more are taken, of a clone and of a part neither.
        for late in [api.get(3), api.clone().get(4), part.get(5)] {
            assert_eq!(late.await.unwrap_err().kind(), ErrorKind::Shutdown);
        }

        assert_eq!(first.await.unwrap().unwrap(), "fine");
        let report = ending.await.unwrap();
        assert_eq!(sleep.now(), seconds(5));
        assert_eq!((report.done, report.shut_down, report.failed), (1, 1, 0));
        // Again, it is over at once and says the same.
        assert_eq!(api.shutdown(Duration::ZERO).await, report);
        assert_eq!(api.drain().await, report);
        assert_eq!(sleep.now(), seconds(5));
        assert_eq!(server.requests().len(), 1);
    });
}

#[test]
fn what_is_under_way_after_the_grace_is_stopped() {
    let (simulation, server, api) = world(|_| Reply::never());
    let sleep = simulation.clone();
    let mut events = api.events();
    simulation.run(async move {
        let calls = [
            api.get(1),
            api.post(2),
            api.post(3).idempotent(),
            api.get(4),
        ];
        let calls = calls.map(|call| tokio::spawn(run(call)));
        sleep.sleep(Duration::from_millis(2_500)).await;
        let report = api.shutdown(seconds(10)).await;
        assert_eq!(sleep.now(), Duration::from_millis(12_500));
        let mut errors = Vec::new();
        for call in calls {
            errors.push(call.await.unwrap().unwrap_err());
        }
        let kinds: Vec<_> = errors.iter().map(Error::kind).collect();
        let shut = ErrorKind::Shutdown;
        assert_eq!(kinds, [shut, ErrorKind::UnknownOutcome, shut, shut]);
        let attempts: Vec<_> = errors.iter().map(|error| error.attempts().len()).collect();
        assert_eq!(attempts, [1, 1, 1, 0]);
        let stopped = cloudapi::AttemptOutcome::Failure(Failure::Stopped);
        assert_eq!(errors[0].attempts()[0].outcome, stopped);
        assert_eq!(errors[0].attempts()[0].took, Duration::from_millis(12_500));
        assert!(
            errors[1].to_string().contains("the outcome is unknown"),
            "{}",
            errors[1]
        );
        assert_eq!((report.shut_down, report.unknown, report.done), (3, 1, 0));
        assert_eq!(api.status().open(), 0);
        assert_eq!(server.requests().len(), 3);
        drop(api);
    });
    let mut ends = 0;
    while let Some(event) = simulation.run(events.next()) {
        ends += usize::from(matches!(event.kind(), EventKind::Ended { .. }));
    }
    assert_eq!(ends, 4);
}

#[test]
fn what_fails_meanwhile_is_not_retried() {
    let (simulation, server, api) = world(|sent| match sent.number {
        0 => Reply::status(500).after(seconds(3)),
        _ => Reply::status(429)
            .header("Retry-After", "9")
            .after(seconds(3)),
    });
    let sleep = simulation.clone();
    simulation.run(async move {
        let calls = [api.get(1), api.post(2)].map(|call| tokio::spawn(run(call)));
        sleep.sleep(seconds(2)).await;
        let report = api.shutdown(seconds(60)).await;
        assert_eq!((report.shut_down, sleep.now()), (2, seconds(4)));
        for (call, status) in calls.into_iter().zip([500, 429]) {
            let error = call.await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Shutdown);
            assert_eq!(error.status().unwrap(), status);
            assert_eq!(error.attempts().len(), 1);
        }
        assert_eq!(server.requests().len(), 2);
    });
}

#[test]
fn to_drain_is_to_let_all_run_to_their_end() {
    let (simulation, _, api) = world(|sent| match sent.number {
        0 => Reply::status(503),
        _ => Reply::text("fine"),
    });
    let sleep = simulation.clone();
    simulation.run(async move {
        let calls = [api.get(1), api.get(2), api.get(3)].map(|call| tokio::spawn(run(call)));
        sleep.sleep(Duration::from_millis(1)).await;
        let draining = tokio::spawn({
            let api = api.clone();
            async move { api.drain().await }
        });
        sleep.sleep(Duration::from_millis(1)).await;
        let error = api.get(4).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Shutdown);
        let report = draining.await.unwrap();
        assert_eq!((report.done, report.failed, report.shut_down), (3, 0, 0));
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
}

#[test]
fn a_drain_can_be_cut_short() {
    let (simulation, _, api) = world(|_| Reply::never());
    let sleep = simulation.clone();
    simulation.run(async move {
        let calls = [api.get(1), api.get(2)].map(|call| tokio::spawn(run(call)));
        let draining = tokio::spawn({
            let api = api.clone();
            async move { api.drain().await }
        });
        sleep.sleep(Duration::from_millis(1)).await;
        let report = api.shutdown(seconds(2)).await;
        assert_eq!(draining.await.unwrap(), report);
        assert_eq!(report.shut_down, 2);
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::Shutdown);
        }
    });
}

#[test]
fn dropping_the_future_does_no_harm_and_other_clients_go_on() {
    let (simulation, server, api) = world(|_| Reply::text("fine").after(seconds(30)));
    let other = client(&simulation, &server);
    let sleep = simulation.clone();
    simulation.run(async move {
        let own = tokio::spawn(run(api.get(1).request_timeout(seconds(60))));
        let others = tokio::spawn(run(other.get(2).request_timeout(seconds(60))));
        sleep.sleep(Duration::from_millis(1)).await;
        // Not begun, it does nothing.
        drop(api.shutdown(Duration::ZERO));
        assert_eq!(api.status().open(), 2);
        {
            let mut ending = pin!(api.shutdown(seconds(5)));
            let mut context = Context::from_waker(Waker::noop());
            assert!(ending.as_mut().poll(&mut context).is_pending());
        }
        let error = own.await.unwrap().unwrap_err();
        assert_eq!(
            (error.kind(), sleep.now().as_secs()),
            (ErrorKind::Shutdown, 5)
        );
        assert_eq!(others.await.unwrap().unwrap(), "fine");
        assert_eq!(
            other.get(3).request_timeout(seconds(60)).await.unwrap(),
            "fine"
        );
        // A new client of the same gate works.
        let new = client(&sleep, &server);
        assert_eq!(
            new.get(4).request_timeout(seconds(60)).await.unwrap(),
            "fine"
        );
    });
}

#[test]
fn it_ends_outside_of_a_runtime_and_when_the_runtime_of_the_calls_stands_still() {
    #[derive(Debug)]
    struct Never;
    impl cloudapi::Transport for Never {
        fn send(&self, _: cloudapi::http::Request<cloudapi::Body>) -> cloudapi::TransportFuture {
            Box::pin(std::future::pending())
        }
    }
    let api = Api::builder()
        .baseurl("http://shutdown-outside.test/")
        .transport(Never)
        .build()
        .unwrap();
    let runtime = tests::current_thread();
    let call = runtime.spawn(run(api.post(1)));
    let waiting = runtime.spawn(run(api.get(2)));
    runtime.block_on(async {
        while api.status().open() < 2 {
            tokio::task::yield_now().await;
        }
    });
    // Nobody drives the runtime now.
    let (done, report) = std::sync::mpsc::channel();
    let own = api.clone();
    std::thread::spawn(move || done.send(block_on(own.shutdown(Duration::from_millis(5)))));
    let report: ShutdownReport = report.recv().unwrap();
    assert_eq!((report.unknown, report.shut_down), (1, 1));
    runtime.block_on(async {
        let error = call.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownOutcome);
        let error = waiting.await.unwrap().unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Shutdown);
    });
}

#[test]
fn who_waits_outside_or_is_displaced_or_turned_away_is_answered_and_counted() {
    for (when_full, refused) in [
        (WhenFull::Wait, [None, None]),
        (WhenFull::DropOldest, [Some(2), Some(3)]),
        (WhenFull::Refuse, [Some(4), Some(5)]),
    ] {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |_| Reply::text("fine").after(seconds(5)));
        let api = narrow(&simulation, &server, 2, when_full);
        let mut events = api.events();
        let sleep = simulation.clone();
        simulation.run(async move {
            let calls: Vec<_> = (1..=5).map(|id| tokio::spawn(run(api.get(id)))).collect();
            sleep.sleep(Duration::from_millis(500)).await;
            let status = api.status();
            let (outside, failed) = match when_full {
                WhenFull::Wait => (2, 0),
                _ => (0, 2),
            };
            assert_eq!((status.waiting, status.in_flight), (2, 1), "{when_full:?}");
            assert_eq!((status.outside, status.failed), (outside, failed));
            assert_eq!(status.open() as u64 + status.failed, 5);
            let report = api.shutdown(seconds(60)).await;
            assert_eq!((report.done, report.failed), (1, 0), "{when_full:?}");
            assert_eq!(report.shut_down, 4 - failed as usize);
            for (id, call) in (1..).zip(calls) {
                let kind = call.await.unwrap().err().map(|error| error.kind());
                let expected = match id {
                    1 => None,
                    _ if refused.contains(&Some(id)) => Some(ErrorKind::QueueFull),
                    _ => Some(ErrorKind::Shutdown),
                };
                assert_eq!(kind, expected, "{id} with {when_full:?}");
            }
            assert_eq!(api.status().open(), 0);
        });
        let mut ends = Vec::new();
        while let Some(event) = simulation.run(events.next()) {
            match event.kind() {
                EventKind::Done => ends.push(None),
                EventKind::Ended { kind } => ends.push(Some(kind)),
                _ => {}
            }
        }
        let full = ends
            .iter()
            .filter(|kind| **kind == Some(ErrorKind::QueueFull));
        assert_eq!(
            (ends.len(), full.count()),
            (5, refused.iter().flatten().count())
        );
    }
}

#[test]
fn a_streamed_answer_is_the_end_of_its_call() {
    let (simulation, _, api) =
        world(|_| Reply::pieces([(seconds(0), "half "), (seconds(20), "whole")]).after(seconds(5)));
    let mut events = api.events();
    let sleep = simulation.clone();
    simulation.run(async move {
        let call = tokio::spawn(async move { api.streamed(1).await.map(|body| (body, api)) });
        sleep.sleep(seconds(1)).await;
        let (mut body, api) = call.await.unwrap().unwrap();
        let report = api.shutdown(Duration::ZERO).await;
        assert_eq!(report, ShutdownReport::default());
        // What the caller reads is the caller's.
        let mut text = Vec::new();
        while let Some(piece) = body.chunk().await.unwrap() {
            text.extend_from_slice(&piece);
        }
        assert_eq!(text, b"half whole");
    });
    let mut kinds = Vec::new();
    while let Some(event) = simulation.run(events.next()) {
        kinds.push(event.kind());
    }
    let status = cloudapi::http::StatusCode::OK;
    let took = seconds(5);
    let expected = [
        EventKind::Submitted,
        EventKind::Started,
        EventKind::Answered { status, took },
        EventKind::Done,
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn a_stopped_attempt_goes_on_no_longer() {
    #[derive(Debug)]
    struct Held(std::sync::Arc<()>);
    impl cloudapi::Transport for Held {
        fn send(&self, _: cloudapi::http::Request<cloudapi::Body>) -> cloudapi::TransportFuture {
            let held = self.0.clone();
            Box::pin(async move {
                let _held = held;
                std::future::pending().await
            })
        }
    }
    let simulation = Simulation::new();
    let held = std::sync::Arc::new(());
    let api = Api::builder()
        .simulation(&simulation)
        .transport(Held(held.clone()))
        .build()
        .unwrap();
    let sleep = simulation.clone();
    simulation.run(async {
        let call = tokio::spawn(run(api.get(1)));
        sleep.sleep(seconds(1)).await;
        assert_eq!(std::sync::Arc::strong_count(&held), 3);
        api.shutdown(seconds(1)).await;
        call.await.unwrap().unwrap_err();
        sleep.sleep(seconds(1)).await;
        // The transport's own and this one.
        assert_eq!(std::sync::Arc::strong_count(&held), 2);
    });
}

/// The least executor.
fn block_on<F: Future>(future: F) -> F::Output {
    struct Unpark(std::thread::Thread);
    impl std::task::Wake for Unpark {
        fn wake(self: std::sync::Arc<Self>) {
            self.0.unpark();
        }
    }
    let waker = Waker::from(std::sync::Arc::new(Unpark(std::thread::current())));
    let mut future = pin!(future);
    loop {
        match future.as_mut().poll(&mut Context::from_waker(&waker)) {
            std::task::Poll::Ready(output) => return output,
            std::task::Poll::Pending => std::thread::park(),
        }
    }
}

#[derive(Clone, Debug)]
struct Caller {
    arrives: Duration,
    post: bool,
    leaves: Option<Duration>,
    others: bool,
}

#[derive(Clone, Copy, Debug)]
enum Deed {
    Status(u16),
    RetryAfter(u16),
    Failure(Failure),
    Never,
}

impl Deed {
    fn reply(self) -> Reply {
        match self {
            Self::Status(status) => Reply::status(status),
            Self::RetryAfter(wait) => Reply::status(429).header("Retry-After", &wait.to_string()),
            Self::Failure(failure) => Reply::failure(failure),
            Self::Never => Reply::never(),
        }
    }
}

/// A whole number of milliseconds, which is never the moment of anything else.
fn moment(within: u64) -> impl Strategy<Value = Duration> {
    (0..within).prop_map(|time| Duration::from_micros(time * 1_000 + 500))
}

/// The same for an end, which comes at the moment of no caller either.
fn end(within: u64) -> impl Strategy<Value = Duration> {
    moment(within).prop_map(|time| time + Duration::from_micros(250))
}

fn caller() -> impl Strategy<Value = Caller> {
    let arrives = prop_oneof![Just(Duration::ZERO), moment(40_000)];
    let leaves = proptest::option::weighted(0.2, moment(30_000));
    let others = prop_oneof![3 => Just(false), 1 => Just(true)];
    (arrives, any::<bool>(), leaves, others).prop_map(|(arrives, post, leaves, others)| Caller {
        arrives,
        post,
        leaves,
        others,
    })
}

fn deed() -> impl Strategy<Value = (Deed, Duration)> {
    let deed = prop_oneof![
        3 => Just(Deed::Status(200)),
        2 => proptest::sample::select(vec![500_u16, 503, 404, 302]).prop_map(Deed::Status),
        1 => (0..20_u16).prop_map(Deed::RetryAfter),
        1 => proptest::sample::select(vec![Failure::NotSent, Failure::Interrupted]).prop_map(Deed::Failure),
        1 => Just(Deed::Never),
    ];
    let after = prop_oneof![2 => Just(Duration::ZERO), 1 => (0..20_000_u64).prop_map(Duration::from_millis)];
    (deed, after)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whenever the end comes: each call ends once, no attempt starts after it but in
    /// a drain, and nothing is left.
    #[test]
    fn every_call_ends_once_whenever_the_end_comes(
        callers in proptest::collection::vec(caller(), 1..25),
        deeds in proptest::collection::vec(deed(), 1..15),
        drains in proptest::option::of(end(40_000)),
        shuts in end(40_000),
        room in proptest::option::of((1..8_u32, proptest::sample::select(vec![
            WhenFull::Refuse, WhenFull::Wait, WhenFull::DropOldest,
        ]))),
        grace in prop_oneof![Just(Duration::ZERO), moment(30_000), Just(Duration::MAX)],
    ) {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, move |sent| {
            let (deed, after) = deeds[sent.number % deeds.len()];
            match deed {
                Deed::Never => deed.reply(),
                _ => deed.reply().after(after),
            }
        });
        let client = || match room {
            None => client(&simulation, &server),
            Some((places, when_full)) => narrow(&simulation, &server, places, when_full),
        };
        let (api, other) = (client(), client());
        let mut events = api.events();
        let (answers, report) = simulation.run(async {
            let drain = drains.map(|at| {
                let (api, simulation) = (api.clone(), simulation.clone());
                tokio::spawn(async move {
                    simulation.sleep(at).await;
                    api.drain().await
                })
            });
            let shutdown = {
                let (api, simulation) = (api.clone(), simulation.clone());
                tokio::spawn(async move {
                    simulation.sleep(shuts).await;
                    api.shutdown(grace).await
                })
            };
            let tasks: Vec<_> = callers.iter().cloned().enumerate().map(|(id, caller)| {
                let api = if caller.others { other.clone() } else { api.clone() };
                let simulation = simulation.clone();
                tokio::spawn(async move {
                    simulation.sleep(caller.arrives).await;
                    let id = id as u64;
                    let call = match id % 5 {
                        _ if caller.post => api.post(id),
                        0 => api.scarce(id),
                        _ => api.get(id),
                    };
                    let call = match id % 3 {
                        0 => call.priority(Priority::Low),
                        1 => call.priority(Priority::High),
                        _ => call,
                    };
                    let call = call.request_timeout(seconds(25));
                    let result = match caller.leaves {
                        None => call.await,
                        Some(leaves) => tokio::select! {
                            biased;
                            result = call => result,
                            () = simulation.sleep(leaves) => return None,
                        },
                    };
                    Some((result, simulation.now()))
                })
            }).collect();
            let report = shutdown.await.unwrap();
            if let Some(drain) = drain {
                assert_eq!(drain.await.unwrap().done, report.done);
            }
            let mut answers = Vec::new();
            for task in tasks {
                answers.push(task.await.unwrap());
            }
            (answers, report)
        });
        let begins = drains.map_or(shuts, |drains| drains.min(shuts));
        let mut shut_down = 0;
        for (caller, answer) in callers.iter().zip(&answers) {
            let Some((result, at)) = answer else {
                prop_assert!(caller.leaves.is_some());
                continue;
            };
            let kind = result.as_ref().err().map(Error::kind);
            if caller.others {
                prop_assert_ne!(kind, Some(ErrorKind::Shutdown));
                continue;
            }
            if caller.arrives > begins {
                prop_assert_eq!(kind, Some(ErrorKind::Shutdown));
                prop_assert_eq!(*at, caller.arrives);
                continue;
            }
            shut_down += usize::from(kind == Some(ErrorKind::Shutdown));
            // Nobody waits for longer than that.
            prop_assert!(*at <= shuts.saturating_add(grace), "{at:?}");
        }
        prop_assert_eq!(shut_down, report.shut_down);
        // After the end nothing of the client starts.
        for sent in server.requests() {
            let id: usize = sent.url.rsplit('/').next().unwrap().parse().unwrap();
            prop_assert!(callers[id].others || sent.at <= shuts);
        }
        prop_assert_eq!(api.status().open(), 0);
        // And all of it was told: a beginning and an end of each call.
        let status = api.status();
        drop((api, other));
        let (mut begun, mut ended) = (0, 0);
        while let Some(event) = simulation.run(events.next()) {
            match event.kind() {
                EventKind::Submitted => begun += 1,
                EventKind::Done | EventKind::Ended { .. } | EventKind::Cancelled { .. } => ended += 1,
                _ => {}
            }
        }
        prop_assert_eq!(begun, ended);
        prop_assert_eq!(begun, status.calls);
        prop_assert_eq!(status.calls, status.done + status.failed + status.cancelled);
    }
}
