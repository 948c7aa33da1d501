//! Eight processes, each with a client of its own, and one limit.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use cloudapi::{EventKind, RestApi as _};

use super::api::{Api, LIMIT};
use super::process::{Process, alone, say};
use super::server::Server;
use super::stores;

const PROCESSES: usize = 8;

/// How many calls each process makes.
const EACH: u64 = 320;
const CALLS_IN_ALL: usize = PROCESSES * EACH as usize;

/// Of the limit.
const WINDOW: Duration = Duration::from_millis(3_600);

/// A request that comes later than this after its start, or a thread that sleeps for
/// longer, says that the machine was busy with something else.
const ON_TIME: Duration = Duration::from_millis(5);
const TRIES: usize = 3;

#[test]
fn of_sqlite() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    eight(&stores::sqlite(folder.path()));
}

#[test]
fn of_redis() {
    let _alone = alone();
    if let Some(store) = stores::redis() {
        eight(&store);
    }
}

fn eight(store: &str) {
    let mut best: f64 = 0.0;
    for _ in 0..TRIES {
        let machine = Machine::watch();
        let Log { starts, arrivals } = run(store);
        assert_eq!((starts.len(), arrivals.len()), (CALLS_IN_ALL, CALLS_IN_ALL));
        let late = machine.lateness().max(delay(&starts, &arrivals));
        let (started, came) = (densest(&starts, WINDOW), densest(&arrivals, WINDOW));
        let used = used(&starts, WINDOW);
        println!(
            "at most {started} starts and {came} requests in a window, {:.1} % used; late by up \
             to {late:?}",
            100.0 * used
        );
        // What comes late stands in the window of those behind it.
        let is_on_time = late <= ON_TIME;
        let slots = late.as_micros() * 1_000 / WINDOW.as_micros() + 1;
        let allowed = if is_on_time {
            1_000
        } else {
            1_000 + slots as usize
        };
        assert!(
            started.max(came) <= allowed,
            "{started} and {came}, of {allowed}"
        );
        if used >= 0.97 {
            return;
        }
        best = best.max(used);
    }
    panic!("only {:.1} % are used", 100.0 * best);
}

struct Log {
    /// As the processes have them.
    starts: Vec<SystemTime>,
    /// As the server has them.
    arrivals: Vec<SystemTime>,
}

fn run(store: &str) -> Log {
    let server = Server::start(0);
    let processes: Vec<_> = (0..PROCESSES)
        .map(|_| Process::start("limits::caller", server.address(), store, &[]))
        .collect();
    let words = processes.into_iter().flat_map(Process::end);
    let micros = words.map(|micros| micros.parse().expect("a number"));
    let mut starts: Vec<_> = micros
        .map(|micros| UNIX_EPOCH + Duration::from_micros(micros))
        .collect();
    let mut arrivals = server.arrivals();
    starts.sort();
    arrivals.sort();
    Log { starts, arrivals }
}

/// How late a request came at most, wherever that was.
fn delay(starts: &[SystemTime], arrivals: &[SystemTime]) -> Duration {
    let delays = starts.iter().zip(arrivals);
    let delays = delays.map(|(start, arrival)| since(*arrival, *start));
    delays.max().unwrap_or_default()
}

fn since(later: SystemTime, earlier: SystemTime) -> Duration {
    later.duration_since(earlier).unwrap_or_default()
}

/// The most that came in any window.
fn densest(arrivals: &[SystemTime], window: Duration) -> usize {
    let mut first = 0;
    let counts = arrivals.iter().enumerate().map(|(last, arrival)| {
        while since(*arrival, arrivals[first]) >= window {
            first += 1;
        }
        last - first + 1
    });
    counts.max().unwrap_or(0)
}

/// The part of the slots that was used while all eight were there: without their
/// beginnings and their ends.
fn used(arrivals: &[SystemTime], window: Duration) -> f64 {
    let edge = arrivals.len() / 8;
    let middle = &arrivals[edge..arrivals.len() - edge];
    let took = since(middle[middle.len() - 1], middle[0]);
    let slots = took.as_secs_f64() / window.as_secs_f64() * 1_000.0;
    (middle.len() - 1) as f64 / slots
}

#[test]
#[ignore = "a process of the others"]
fn caller() {
    let api = Api::of_child(|settings| settings.limit(LIMIT));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let mut events = api.events();
        let listener = tokio::spawn(async move {
            let mut starts = Vec::new();
            while let Some(event) = events.next().await {
                assert_eq!(event.missed(), 0);
                if event.kind() == EventKind::Started {
                    starts.push(event.at());
                }
            }
            starts
        });
        let calls: Vec<_> = (0..EACH)
            .map(|number| {
                let api = api.clone();
                tokio::spawn(async move { api.thing(number).await })
            })
            .collect();
        for call in calls {
            call.await.expect("no panic").expect("an answer");
        }
        // The events end with the last client.
        drop(api);
        for start in listener.await.expect("no panic") {
            say(&since(start, UNIX_EPOCH).as_micros().to_string());
        }
    });
}

/// How late the threads of this machine are.
struct Machine {
    is_over: Arc<AtomicBool>,
    watcher: thread::JoinHandle<Duration>,
}

impl Machine {
    fn watch() -> Self {
        let is_over = Arc::new(AtomicBool::new(false));
        let over = Arc::clone(&is_over);
        let watcher = thread::spawn(move || {
            let mut latest = Duration::ZERO;
            while !over.load(Ordering::Relaxed) {
                let due = Instant::now() + Duration::from_millis(1);
                thread::sleep(Duration::from_millis(1));
                latest = latest.max(due.elapsed());
            }
            latest
        });
        Self { is_over, watcher }
    }

    fn lateness(self) -> Duration {
        self.is_over.store(true, Ordering::Relaxed);
        self.watcher.join().expect("no panic")
    }
}
