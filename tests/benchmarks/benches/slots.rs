//! How well a limit of 1,000 a second is kept and used, and what keeping it
//! costs.
//!
//! The transport answers at once, from memory, and remembers when it was asked.
//! Slots are timed by the gate itself; requests a little later, when the runtime
//! was woken and has come to them.

use std::time::{Duration, Instant};

use benchmarks::transport::AtOnce;
use benchmarks::{CpuTime, Report, Target, percentile, wanted};
use cloudapi::prelude::*;
use cloudapi::testing::bench::recent_slots;
use tokio::runtime::Runtime;

const PER_SECOND: usize = 1_000;
const SECONDS: usize = 5;

#[rest_api(baseurl = "http://slots.test/", callrateperhour = 3_600_000)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("{number}")]
    fn ask(&self, number: usize) -> Call<()>;
}

/// A client with a gate of its own, and what goes out of it.
fn api(name: &str) -> (Api, AtOnce) {
    let transport = AtOnce::with_room(20 * PER_SECOND);
    let api = Api::builder()
        .baseurl(format!("http://{name}.test/"))
        .transport(transport.clone())
        .build()
        .expect("a client");
    (api, transport)
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// Runs what was spawned for so long.
fn pass(runtime: &Runtime, time: Duration) {
    runtime.block_on(async { tokio::time::sleep(time).await });
}

fn sorted(transport: &AtOnce) -> Vec<Instant> {
    let mut times: Vec<_> = transport.take().into_iter().map(|sent| sent.0).collect();
    times.sort();
    times
}

/// The most that were given in any second.
fn most_in_a_second(times: &[Duration]) -> usize {
    let until =
        |start: Duration| times.partition_point(|time| *time < start + Duration::from_secs(1));
    let counts = times.iter().enumerate().map(|(n, start)| until(*start) - n);
    counts.max().unwrap_or(0)
}

/// 64 callers, each of which makes its next call when it has its answer.
fn kept_busy(report: &mut Report) {
    let (api, transport) = api("busy");
    let runtime = runtime();
    let cpu = CpuTime::now();
    for caller in 0..64 {
        let api = api.clone();
        runtime.spawn(async move { while api.ask(caller).await.is_ok() {} });
    }
    // The gate remembers those of the last second.
    let mut slots: Vec<Duration> = Vec::new();
    for _ in 0..=2 * SECONDS {
        pass(&runtime, Duration::from_millis(505));
        let recent = recent_slots(&api.ask(0)).expect("a call that has not begun");
        let known = slots.last().copied();
        slots.extend(recent.into_iter().filter(|slot| known < Some(*slot)));
    }
    let cpu = cpu.elapsed().as_secs_f64() / (0.505 * (2 * SECONDS + 1) as f64);

    let all = SECONDS * PER_SECOND;
    let end = slots[0] + Duration::from_secs(SECONDS as u64);
    let reached = slots.partition_point(|slot| *slot < end);
    let share = 100.0 * reached as f64 / all as f64;
    let text = format!("{share:.2} % ({reached} of {all})");
    report.line("slots given in 5 s", share, &text, Target::AtLeast(99.9));
    let most = most_in_a_second(&slots);
    let target = Target::AtMost(PER_SECOND as f64);
    report.line("most in any second", most as f64, &most.to_string(), target);
    late(report, "slot", &slots[..reached], Target::AtMost(0.1));

    let requests = sorted(&transport);
    let requests: Vec<Duration> = requests.iter().map(|at| *at - requests[0]).collect();
    late(report, "request", &requests[..reached], Target::AtMost(0.1));
    let cpu = 100.0 * cpu;
    report.line(
        "CPU, 64 callers",
        cpu,
        &format!("{cpu:.1} % of a core"),
        Target::None,
    );
}

/// Reports how late they were, against the first and whole milliseconds.
fn late(report: &mut Report, what: &str, times: &[Duration], target: Target) {
    let late = |(n, time): (usize, &Duration)| {
        (*time - times[0]).as_secs_f64() * 1e3 - n as f64 * 1e3 / PER_SECOND as f64
    };
    let mut lateness: Vec<f64> = times.iter().enumerate().map(late).collect();
    lateness.sort_by(f64::total_cmp);
    for (percent, target) in [(50.0, target), (99.0, Target::None)] {
        let late = percentile(&lateness, percent);
        let figure = format!("lateness of a {what}, p{percent}");
        report.line(&figure, late, &format!("{late:.3} ms"), target);
    }
}

fn ordered(report: &mut Report) {
    let (api, transport) = api("ordered");
    let runtime = runtime();
    let caller = |number| {
        let call = api.ask(number);
        runtime.spawn(async move { call.await.expect("an answer") })
    };
    let callers: Vec<_> = (0..2_000).map(caller).collect();
    for caller in callers {
        runtime.block_on(caller).expect("it is not cancelled");
    }
    let number = |(_, path): &(Instant, String)| path[1..].parse::<usize>().expect("a number");
    let order: Vec<_> = transport.take().iter().map(number).collect();
    let inversions = order.windows(2).filter(|pair| pair[0] > pair[1]).count();
    report.line(
        "inversions among 2,000 waiters",
        inversions as f64,
        &inversions.to_string(),
        Target::AtMost(0.0),
    );
}

fn half_dropped(report: &mut Report) {
    let (api, transport) = api("dropped");
    let runtime = runtime();
    let caller = |number| {
        let call = api.ask(number);
        runtime.spawn(async move { call.await.expect("an answer") })
    };
    let callers: Vec<_> = (0..4_000).map(caller).collect();
    pass(&runtime, Duration::from_millis(20));
    for caller in callers.iter().skip(1).step_by(2) {
        caller.abort();
    }
    for caller in callers {
        let _ = runtime.block_on(caller);
    }
    let times = sorted(&transport);
    let slots = (times[times.len() - 1] - times[0]).as_secs_f64() * PER_SECOND as f64;
    let used = 100.0 * (times.len() - 1) as f64 / slots;
    report.line(
        "rate used, half of 4,000 waiters dropped",
        used,
        &format!("{used:.2} %"),
        Target::AtLeast(99.9),
    );
}

fn many_waiting(report: &mut Report) {
    let (api, _transport) = api("many");
    let runtime = runtime();
    for number in 0..10 * PER_SECOND {
        let call = api.ask(number);
        runtime.spawn(async move { call.await.expect("an answer") });
    }
    pass(&runtime, Duration::from_millis(500));
    let (cpu, start) = (CpuTime::now(), Instant::now());
    pass(&runtime, Duration::from_secs(SECONDS as u64));
    let share = 100.0 * cpu.elapsed().as_secs_f64() / start.elapsed().as_secs_f64();
    report.line(
        "CPU, 10,000 waiters",
        share,
        &format!("{share:.1} % of a core"),
        Target::AtMost(3.0),
    );
}

/// The least that could be done: a thread that wakes an empty task a thousand
/// times a second.
fn floor(report: &mut Report) {
    let runtime = runtime();
    let handle = runtime.handle().clone();
    let (cpu, start) = (CpuTime::now(), Instant::now());
    let thread = std::thread::spawn(move || {
        for slot in 0..SECONDS * PER_SECOND {
            let due = start + Duration::from_millis(slot as u64);
            std::thread::sleep(due.saturating_duration_since(Instant::now()));
            handle.spawn(async {});
        }
    });
    pass(&runtime, Duration::from_secs(SECONDS as u64));
    let share = 100.0 * cpu.elapsed().as_secs_f64() / start.elapsed().as_secs_f64();
    let text = format!("{share:.1} % of a core");
    report.line(
        "CPU, a thread that wakes empty tasks",
        share,
        &text,
        Target::None,
    );
    thread.join().expect("it does not panic");
}

fn main() {
    if !wanted() {
        return;
    }
    let mut report = Report::new("slots: 1,000 a second, answers from memory");
    kept_busy(&mut report);
    ordered(&mut report);
    half_dropped(&mut report);
    many_waiting(&mut report);
    floor(&mut report);
}
