//! What a store in Redis costs: the time of a call, nearly all of which is the way there
//! and back, and our part of it in CPU time.
//!
//! With a server, whose address is `CLOUDAPI_REDIS` (see `.ci/servers`); its keys begin with
//! `cloudapi-benchmark` and are removed at the end, but for the counters.

use std::time::{Duration, Instant};

use benchmarks::{CpuTime, Report, Spread, Target, wanted};
use cloudapi::store::{
    Filter, Finish, Grant, JobId, JobState, NewJob, RedisStore, Reservation, SharedLimit, Store,
};
use cloudapi::{Priority, Rate};

const ROUNDS: usize = 20;
const CALLS: usize = 500;
const HOUR: Duration = Duration::from_secs(3_600);

fn main() {
    if !wanted() {
        return;
    }
    let Ok(address) = std::env::var("CLOUDAPI_REDIS") else {
        println!("skipped: CLOUDAPI_REDIS is not set (start with .ci/servers)");
        return;
    };
    let options = RedisStore::options(&address).prefix("cloudapi-benchmark");
    let store = options.connect().expect("a store");
    println!("{}", store.persistence().expect("what survives"));
    let mut report = Report::new("A store in Redis");
    each(&mut report, "a slot under two limits", Target::None, || {
        let limits = [limit("gate", 1_000_000), limit("other", 2_000_000)];
        let wanted = Reservation {
            gate: &limits,
            endpoint: &[],
        };
        let grant = store.reserve("benchmark", &wanted).expect("an answer");
        assert!(matches!(grant, Grant::Slot { .. }));
    });
    each(
        &mut report,
        "whether a scope is closed",
        Target::None,
        || {
            store.gate("benchmark").expect("an answer");
        },
    );
    each(&mut report, "a job from put to done", Target::None, || {
        store.put(&job()).expect("to put it");
        let claimed = store.claim("benchmark", "worker", HOUR).expect("an answer");
        let lease = claimed.expect("a job").lease;
        store.mark_sent(&lease).expect("to mark it");
        let done = Finish {
            state: JobState::Done,
            result: Some(vec![b'{'; 500]),
            reason: None,
        };
        store.finish(&lease, &done).expect("to finish it");
    });
    let started = Instant::now();
    let jobs = store.jobs(&Filter::default()).expect("the jobs").len();
    let took = started.elapsed().as_secs_f64() * 1e6 / jobs as f64;
    let measured = format!("{took:.1} µs of {jobs}");
    report.line("to list a job", took, &measured, Target::AtMost(100.0));
    let started = Instant::now();
    let purged = store
        .purge(Some("benchmark"), Duration::ZERO)
        .expect("to purge them");
    let took = started.elapsed().as_secs_f64() * 1e6 / purged as f64;
    let measured = format!("{took:.1} µs of {purged}");
    report.line("to forget a job", took, &measured, Target::AtMost(100.0));
}

fn limit(name: &str, calls: u32) -> SharedLimit {
    SharedLimit {
        name: name.to_owned(),
        rate: Rate::new(calls, Duration::from_secs(1)),
    }
}

fn job() -> NewJob {
    NewJob {
        id: JobId::random(),
        queue: "benchmark".to_owned(),
        endpoint: "Example::create".to_owned(),
        summary: "POST droplets".to_owned(),
        request: vec![b'{'; 500],
        repeatable: false,
        priority: Priority::Normal,
        deadline: None,
    }
}

/// How long each takes, and how much of that this process works.
fn each(report: &mut Report, figure: &str, target: Target, call: impl Fn()) {
    call();
    let mut took = Vec::with_capacity(ROUNDS);
    let mut worked = Vec::with_capacity(ROUNDS);
    for _ in 0..ROUNDS {
        let (started, cpu) = (Instant::now(), CpuTime::now());
        for _ in 0..CALLS {
            call();
        }
        let micros = |time: Duration| time.as_secs_f64() * 1e6 / CALLS as f64;
        worked.push(micros(cpu.elapsed()));
        took.push(micros(started.elapsed()));
    }
    let (took, worked) = (Spread::of(took), Spread::of(worked));
    report.line(figure, took.median, &format!("{took:.1} µs"), target);
    let of_it = format!("{figure}: CPU time of ours");
    report.line(
        &of_it,
        worked.median,
        &format!("{worked:.1} µs"),
        Target::None,
    );
}
