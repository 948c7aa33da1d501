//! Which job comes next.

use std::collections::HashSet;
use std::thread;
use std::time::Duration;

use super::Fixture;
use super::tools::{Bench, LONG, good};
use crate::schedule::Priority;
use crate::store::{Back, JobState, NewJob};

pub(super) fn first_come_first_served(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    bench.nothing_to_claim();
    let put: Vec<_> = (0..7).map(|_| bench.put()).collect();
    assert_eq!(bench.claim_all(), put);
    bench.nothing_to_claim();
}

/// Others may put jobs into the same store meanwhile, and then it overtakes fewer.
pub(super) fn an_urgent_job_overtakes_a_thousand_at_most(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let mut usual: Vec<_> = (0..1_003).map(|_| bench.put()).collect();
    let urgent = bench.put_with(Priority::High);
    let order = bench.claim_all();
    let place = order.iter().position(|id| *id == urgent);
    let place = place.expect("the urgent job to be there");
    assert!((3..500).contains(&place), "it overtook {}", 1_003 - place);
    usual.insert(place, urgent);
    assert!(order == usual, "and the others kept their order");
}

pub(super) fn what_has_time_comes_after_the_usual(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let low = [Priority::Low; 2].map(|low| bench.put_with(low));
    let normal = bench.put();
    let high = bench.put_with(Priority::High);
    assert_eq!(bench.claim_all(), [high, normal, low[0], low[1]]);
}

pub(super) fn put_twice_is_one_job(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let other = fixture.open();
    let job = bench.new_job();
    let changed = NewJob {
        request: b"another request".to_vec(),
        ..job.clone()
    };
    good(bench.store.put(&job));
    good(other.put(&changed));
    let place = bench.job(job.id).place;
    assert_eq!(bench.job(job.id).new, job, "it stays as it was");
    let claimed = bench.claim();
    bench.nothing_to_claim();
    good(bench.store.mark_sent(&claimed.lease));
    good(other.put(&job));
    bench.has_state(job.id, JobState::Sent);
    good(
        bench
            .store
            .finish(&claimed.lease, &super::tools::end(JobState::Done)),
    );
    good(other.put(&job));
    bench.has_state(job.id, JobState::Done);
    assert_eq!(bench.job(job.id).place, place);
    bench.nothing_to_claim();
    assert_eq!(good(other.counts(Some(&bench.queue))).total(), 1);
}

pub(super) fn each_job_is_claimed_once(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let put: HashSet<_> = (0..60).map(|_| bench.put()).collect();
    let handles = [bench.store.clone(), fixture.open()];
    let leases: Vec<_> = thread::scope(|scope| {
        let worker = |number: usize| {
            let (store, queue) = (&handles[number % 2], &bench.queue);
            scope.spawn(move || {
                let name = format!("worker {number}");
                let next = || good(store.claim(queue, &name, LONG));
                std::iter::from_fn(next).collect::<Vec<_>>()
            })
        };
        let workers: Vec<_> = (0..4).map(worker).collect();
        let joined = workers.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .flat_map(|claimed| claimed.expect("no worker to have failed"))
            .collect()
    });
    assert_eq!(leases.len(), put.len(), "each once");
    let claimed: HashSet<_> = leases.iter().map(|claimed| claimed.job.new.id).collect();
    assert_eq!(claimed, put);
    for claimed in &leases {
        assert_eq!(claimed.lease.job, claimed.job.new.id);
        let worker = bench.job(claimed.lease.job).worker;
        assert_eq!(worker.as_ref(), Some(&claimed.lease.worker));
    }
}

pub(super) fn queues_are_apart(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let other = Bench::new(fixture);
    let id = bench.put();
    other.nothing_to_claim();
    let of_other = other.put();
    assert_eq!(bench.claim_all(), [id]);
    assert_eq!(other.claim_all(), [of_other]);
}

pub(super) fn what_has_to_wait_is_passed_over(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let [first, second, third] = [(); 3].map(|()| bench.put());
    let lease = bench.claim().lease;
    let not_before = bench.unit() * 10;
    let given_back = fixture.now();
    good(bench.store.requeue(&lease, &Back::Untouched { not_before }));
    assert!(bench.job(first).not_before.is_some());
    let next = bench.claim().lease.job;
    // A store may have taken so long that it need not wait any more.
    if next != second {
        assert!(fixture.now() > given_back + not_before);
        return;
    }
    fixture.advance(not_before * 2);
    assert_eq!(bench.claim_all(), [first, third]);
    assert_eq!(bench.job(first).not_before, None, "it has been claimed");
}

pub(super) fn what_failed_goes_to_the_back(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let [first, second] = [(); 2].map(|()| bench.put());
    let back = Back::Failed {
        not_before: Duration::ZERO,
    };
    for failed_attempts in 1..=2 {
        let (expected, other) = match failed_attempts {
            1 => (first, second),
            _ => (second, first),
        };
        let lease = bench.claim().lease;
        assert_eq!(lease.job, expected);
        good(bench.store.mark_sent(&lease));
        good(bench.store.requeue(&lease, &back));
        let job = bench.job(expected);
        assert_eq!((job.state, job.failed_attempts), (JobState::Waiting, 1));
        assert!(job.place > bench.job(other).place);
        assert_eq!(job.not_before, None);
    }
    assert_eq!(bench.claim_all(), [first, second]);
}

pub(super) fn what_is_untouched_keeps_its_place(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let [first, second] = [(); 2].map(|()| bench.put());
    let place = bench.job(first).place;
    let lease = bench.claim().lease;
    let not_before = Duration::ZERO;
    good(bench.store.requeue(&lease, &Back::Untouched { not_before }));
    let job = bench.job(first);
    assert_eq!((job.state, job.place), (JobState::Waiting, place));
    assert_eq!((job.failed_attempts, job.crashes), (0, 0));
    assert_eq!(bench.claim_all(), [first, second]);
}
