//! What threads may do to each other while a call is under way, in thousands of
//! interleavings. Needs `RUSTFLAGS="--cfg shuttle"`; a failure tells the schedule that
//! `shuttle::replay` takes. One that hangs is found as a deadlock or by its length.

mod watching;

use std::pin::pin;
use std::sync::Arc;
use std::sync::Weak;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use http::StatusCode;
use shuttle::future::block_on;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::thread;

use super::Clock;
use super::pacer::Pacer;
use crate::__private::{Decodes as _, Draft, Endpoint, Marker, RestApi, Setup};
use crate::body::Body;
use crate::client::Client;
use crate::credentials::{Credential, CredentialFuture, Credentials};
use crate::schedule::Time;
use crate::testing::Simulation;
use crate::transport::{Transport, TransportFuture};
use crate::{Call, Error, ErrorKind, Secret};

/// Runs it in so many random interleavings, and as many that change between
/// threads at few points only, where the rarest mistakes are.
fn explore(world: fn()) {
    const RUNS: usize = 1_000;
    fn run(world: fn(), scheduler: impl Scheduler + 'static) {
        let mut config = shuttle::Config::default();
        config.stack_size = 1 << 20;
        shuttle::Runner::new(scheduler, config).run(world);
    }
    // Calls want a runtime, although shuttle's own carries their tasks.
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let runtime = runtime.expect("a runtime");
    let _entered = runtime.enter();
    run(world, RandomScheduler::new(RUNS));
    run(world, PctScheduler::new(4, RUNS));
}

struct Api(Client);

impl RestApi for Api {
    fn __client(&self) -> &Client {
        &self.0
    }
}

impl Api {
    fn get(&self) -> Call<String> {
        Draft::new(self, const { &Endpoint::new("GET", "things") })
            .literal("things")
            .call((&&&&&&&Marker::<String>::NEW).decoder())
    }
}

/// What the server does with the requests, in their order; with all further ones
/// the last.
#[derive(Clone, Copy, Debug)]
enum Deed {
    Answers,
    Fails,
    /// Until it is told to stop.
    Hangs,
}

#[derive(Debug)]
struct Script {
    deeds: &'static [Deed],
    sent: AtomicUsize,
    under_way: AtomicUsize,
    /// All further requests are answered.
    recovered: AtomicBool,
}

/// A clone is the same.
#[derive(Clone, Debug)]
struct Scripted(Arc<Script>);

struct UnderWay(Arc<Script>);

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, SeqCst);
    }
}

impl Transport for Scripted {
    fn send(&self, _: http::Request<Body>) -> TransportFuture {
        let script = Arc::clone(&self.0);
        Box::pin(async move {
            let number = script.sent.fetch_add(1, SeqCst);
            script.under_way.fetch_add(1, SeqCst);
            let _under_way = UnderWay(Arc::clone(&script));
            let last = script.deeds.len() - 1;
            let deed = match script.recovered.load(SeqCst) {
                true => Deed::Answers,
                false => script.deeds[number.min(last)],
            };
            let mut response = http::Response::new(Body::from("fine"));
            match deed {
                Deed::Answers => {}
                Deed::Fails => *response.status_mut() = StatusCode::BAD_GATEWAY,
                Deed::Hangs => std::future::pending().await,
            }
            Ok(response)
        })
    }
}

/// One client, whose time is moved on by a thread of its own, as the pacer does.
struct World {
    api: Arc<Api>,
    script: Arc<Script>,
    over: Arc<AtomicBool>,
    time: thread::JoinHandle<()>,
}

impl World {
    /// With one attempt at a time and no end to it, so that what is not given back
    /// is missed.
    fn new(deeds: &'static [Deed]) -> Self {
        Self::with(deeds, |setup| setup)
    }

    fn with(deeds: &'static [Deed], adjust: impl FnOnce(Setup) -> Setup) -> Self {
        let script = Arc::new(Script {
            deeds,
            sent: AtomicUsize::new(0),
            under_way: AtomicUsize::new(0),
            recovered: AtomicBool::new(false),
        });
        let simulation = Simulation::new();
        let setup = Setup::new("https://races.test/")
            .simulation(&simulation)
            .maximum_in_flight(1)
            .request_timeout(Duration::MAX)
            .transport(Scripted(Arc::clone(&script)));
        let api = Api(adjust(setup).into_client().expect("a client"));
        let over = Arc::new(AtomicBool::new(false));
        let until = Arc::clone(&over);
        let Clock::Manual(clock) = simulation.clock() else {
            unreachable!("the clock of a simulation is moved by hand");
        };
        let time = thread::spawn(move || {
            while !until.load(SeqCst) {
                clock.step();
                thread::yield_now();
            }
        });
        Self {
            api: Arc::new(api),
            script,
            over,
            time,
        }
    }

    /// After all of that, the gate is as it was: a call goes through and nothing of
    /// the others is left.
    fn is_as_before(self) {
        self.script.recovered.store(true, SeqCst);
        assert_eq!(block_on(self.api.get()).expect("an answer"), "fine");
        self.ends();
    }

    /// No attempt goes on for ever, and neither does time.
    fn ends(self) {
        while self.script.under_way.load(SeqCst) > 0 {
            thread::yield_now();
        }
        self.over.store(true, SeqCst);
        self.time.join().expect("time does not panic");
    }
}

fn poll_once<T>(call: &mut std::pin::Pin<&mut Call<T>>) -> Poll<Result<T, Error>> {
    call.as_mut().poll(&mut Context::from_waker(Waker::noop()))
}

/// A caller that begins a call and goes after a while, whatever has happened.
fn impatient(api: &Arc<Api>) -> thread::JoinHandle<()> {
    let api = Arc::clone(api);
    thread::spawn(move || {
        let mut call = pin!(api.get());
        let polled = poll_once(&mut call);
        assert!(polled.is_pending(), "the first poll only submits");
        thread::yield_now();
        if let Poll::Ready(answer) = poll_once(&mut call) {
            assert_eq!(answer.expect("an answer"), "fine");
        }
    })
}

#[test]
fn a_call_that_is_dropped_while_it_is_answered_leaves_nothing() {
    explore(|| {
        let world = World::new(&[Deed::Answers]);
        let caller = impatient(&world.api);
        caller.join().expect("the caller");
        world.is_as_before();
    });
}

#[test]
fn a_call_that_is_dropped_while_its_next_attempt_starts_takes_it_along() {
    explore(|| {
        let world = World::new(&[Deed::Fails, Deed::Hangs]);
        let caller = impatient(&world.api);
        caller.join().expect("the caller");
        world.is_as_before();
    });
}

#[test]
fn two_that_are_dropped_together_leave_nothing() {
    explore(|| {
        let world = World::new(&[Deed::Fails, Deed::Answers, Deed::Hangs]);
        let callers = [impatient(&world.api), impatient(&world.api)];
        for caller in callers {
            caller.join().expect("a caller");
        }
        world.is_as_before();
    });
}

#[test]
fn callers_on_two_threads_both_have_their_answers() {
    explore(|| {
        let world = World::new(&[Deed::Fails, Deed::Answers]);
        let callers = [0, 1].map(|_| {
            let api = Arc::clone(&world.api);
            thread::spawn(move || assert_eq!(block_on(api.get()).expect("an answer"), "fine"))
        });
        for caller in callers {
            caller.join().expect("a caller");
        }
        assert_eq!(
            world.script.sent.load(SeqCst),
            3,
            "one failed, and no more were made"
        );
        world.is_as_before();
    });
}

#[test]
fn the_latest_waker_is_the_one_that_is_woken() {
    explore(|| {
        let world = World::new(&[Deed::Answers]);
        let mut call = Box::pin(world.api.get());
        assert!(poll_once(&mut call.as_mut()).is_pending());
        let other = thread::spawn(move || block_on(call));
        let answer = other.join().expect("the other thread");
        assert_eq!(answer.expect("an answer"), "fine");
        world.is_as_before();
    });
}

/// The deadline passes while the one before is dropped and makes room.
#[test]
fn a_call_ends_once_at_its_deadline_or_with_its_answer() {
    explore(|| {
        let world = World::new(&[Deed::Hangs, Deed::Answers]);
        let first = impatient_with_nothing(&world.api);
        let api = Arc::clone(&world.api);
        let second = thread::spawn(move || {
            let second = block_on(api.get().deadline(Duration::from_secs(15)));
            match second {
                Ok(answer) => assert_eq!(answer, "fine"),
                // Time passes here while a task could go on, so it may look as if its runtime
                // stood still.
                Err(error) => assert!(
                    matches!(error.kind(), ErrorKind::Deadline | ErrorKind::Runtime),
                    "{error}"
                ),
            }
        });
        first.join().expect("the first");
        second.join().expect("the second");
        world.is_as_before();
    });
}

/// As above, but what it meets does not matter.
fn impatient_with_nothing(api: &Arc<Api>) -> thread::JoinHandle<()> {
    let api = Arc::clone(api);
    thread::spawn(move || {
        let mut call = pin!(api.get());
        let _ = poll_once(&mut call);
        thread::yield_now();
        let _ = poll_once(&mut call);
    })
}

/// Tells how often it is asked.
struct Tokens {
    asked: Arc<AtomicUsize>,
    takes_at_most: Duration,
}

impl Credentials for Tokens {
    fn obtain(&self) -> CredentialFuture<'_> {
        self.asked.fetch_add(1, SeqCst);
        Box::pin(async {
            shuttle::future::yield_now().await;
            Ok(Credential::bearer(Secret::from("token")))
        })
    }

    fn maximum_time(&self) -> Duration {
        self.takes_at_most
    }
}

/// One caller that goes, and one that stays: what becomes of that one, and how often
/// there were new credentials.
fn with_credentials(takes_at_most: Duration) -> (World, Result<String, Error>, usize) {
    let asked = Arc::new(AtomicUsize::new(0));
    let tokens = Tokens {
        asked: Arc::clone(&asked),
        takes_at_most,
    };
    let world = World::with(&[Deed::Answers], |setup| setup.credentials(tokens));
    let gone = impatient_with_nothing(&world.api);
    let api = Arc::clone(&world.api);
    let stays = thread::spawn(move || block_on(api.get()));
    gone.join().expect("the one that goes");
    let answer = stays.join().expect("the one that stays");
    (world, answer, asked.load(SeqCst))
}

#[test]
fn credentials_are_obtained_once_for_two_threads_that_need_them() {
    explore(|| {
        // However late whatever is, it is not given up.
        let (world, answer, asked) = with_credentials(Duration::MAX);
        assert_eq!(answer.expect("an answer"), "fine");
        assert_eq!(asked, 1);
        world.is_as_before();
    });
}

/// Time passes at any moment here, so getting them may be given up at each.
#[test]
fn credentials_that_come_as_they_are_given_up_leave_nobody_waiting() {
    explore(|| {
        let (world, answer, _) = with_credentials(Duration::from_secs(1));
        match answer {
            Ok(answer) => assert_eq!(answer, "fine"),
            Err(error) => assert_eq!(error.kind(), ErrorKind::Credentials, "{error}"),
        }
        // What was given up goes on until it comes to its end, too late.
        while Arc::strong_count(world.api.0.core()) > 1 {
            thread::yield_now();
        }
        world.ends();
    });
}

/// A wake that is asked for while the pacer goes to sleep, or is awake, is not
/// lost.
#[test]
fn the_pacer_misses_no_wake() {
    const EACH: usize = 3;
    explore(|| {
        let pacer = Arc::new(Pacer::new());
        let askers = [0, 1].map(|_| {
            let pacer = Arc::clone(&pacer);
            thread::spawn(move || {
                for _ in 0..EACH {
                    pacer.wake_at(Time::ZERO, Weak::new());
                }
            })
        });
        for _ in 0..2 * EACH {
            let scope = pacer.next_due();
            assert!(scope.upgrade().is_none());
        }
        for asker in askers {
            asker.join().expect("an asker");
        }
    });
}
