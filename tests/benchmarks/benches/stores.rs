//! What the stores cost: in memory, and in a file with and without waiting for the
//! disk.
//!
//! Times of the wall, since what a file costs is mostly the waiting for its disk; so
//! they are as good as the disk, and the machine, are quiet.

use std::time::{Duration, Instant};

use benchmarks::{Report, Target, percentile, wanted};
use cloudapi::store::{
    Finish, Grant, JobId, JobState, MemoryStore, NewJob, Reservation, SharedLimit, SqliteStore,
    Store,
};
use cloudapi::{Priority, Rate};

const TIMES: usize = 500;
const LEASE: Duration = Duration::from_secs(60);

fn new_job() -> NewJob {
    NewJob {
        id: JobId::random(),
        queue: "queue".to_owned(),
        endpoint: "Example::create".to_owned(),
        summary: "POST droplets".to_owned(),
        request: vec![b'x'; 512],
        repeatable: false,
        priority: Priority::Normal,
        deadline: None,
    }
}

/// In microseconds, in order.
fn measure(times: usize, mut run: impl FnMut()) -> Vec<f64> {
    let mut took: Vec<_> = (0..times)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_secs_f64() * 1e6
        })
        .collect();
    took.sort_by(f64::total_cmp);
    took
}

/// A slot is far cheaper than the time between two of 1,000 a second.
fn report(store: &dyn Store, name: &str, slot: Target) {
    let mut report = Report::new(&format!("A store {name}"));
    let mut line = |figure: &str, took: &[f64], target| {
        let (median, most) = (percentile(took, 50.0), percentile(took, 99.0));
        let text = format!("{median:.1} us, p99 {most:.1} us");
        report.line(figure, median, &text, target);
    };
    let limits = [(5_000, 3_600), (250, 60)].map(|(calls, seconds)| SharedLimit {
        name: seconds.to_string(),
        rate: Rate::new(calls, Duration::from_secs(seconds)),
    });
    let wanted = Reservation {
        gate: &limits,
        endpoint: &[],
    };
    let took = measure(10 * TIMES, || {
        let grant = store.reserve("scope", &wanted).expect("a slot");
        assert!(matches!(grant, Grant::Slot { .. }));
    });
    line("reserve, two limits", &took, slot);
    let took = measure(TIMES, || {
        store.gate("scope").expect("a state");
    });
    line("gate", &took, Target::None);

    let took = measure(TIMES, || store.put(&new_job()).expect("room"));
    line("put, 512 bytes", &took, Target::None);
    let mut leases = Vec::with_capacity(TIMES);
    let took = measure(TIMES, || {
        let claimed = store.claim("queue", "worker", LEASE).expect("a store");
        leases.push(claimed.expect("a job").lease);
    });
    line("claim", &took, Target::None);
    let mut next = leases.iter();
    let took = measure(TIMES, || {
        let lease = next.next().expect("a lease");
        store.mark_sent(lease).expect("a lease in force");
    });
    line("mark_sent", &took, Target::None);
    let mut next = leases.iter();
    let finish = Finish {
        state: JobState::Done,
        result: Some(vec![b'y'; 512]),
        reason: None,
    };
    let took = measure(TIMES, || {
        let lease = next.next().expect("a lease");
        store.finish(lease, &finish).expect("a lease in force");
    });
    line("finish, 512 bytes", &took, Target::None);
    let took = measure(TIMES, || {
        let claimed = store.claim("queue", "worker", LEASE).expect("a store");
        assert_eq!(claimed, None);
    });
    line("claim, nothing there", &took, Target::None);
}

fn main() {
    if !wanted() {
        return;
    }
    report(&MemoryStore::new(), "in memory", Target::AtMost(10.0));
    let directory = tempfile::tempdir().expect("a directory");
    let file = directory.path().join("calls.db");
    let store = SqliteStore::open(file).expect("a store");
    report(&store, "in a file", Target::AtMost(250.0));
}
