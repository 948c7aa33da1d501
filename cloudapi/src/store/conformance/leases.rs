//! What a worker has, and what becomes of it when the worker is gone.

use std::time::Duration;

use super::Fixture;
use super::tools::{Bench, LONG, end, fails, good};
use crate::store::{Back, JobState, Lease, MAXIMUM_CRASHES, StoreErrorKind};

/// Nothing that a worker does changes anything.
#[track_caller]
fn is_lost(bench: &Bench<'_>, lease: &Lease) {
    let before = bench.job(lease.job);
    let store = &bench.store;
    let not_before = Duration::ZERO;
    fails(store.mark_sent(lease), StoreErrorKind::LeaseLost);
    fails(store.mark_answered(lease), StoreErrorKind::LeaseLost);
    fails(store.heartbeat(lease, LONG), StoreErrorKind::LeaseLost);
    let finish = end(JobState::Done);
    fails(store.finish(lease, &finish), StoreErrorKind::LeaseLost);
    for back in [Back::Untouched { not_before }, Back::Failed { not_before }] {
        fails(store.requeue(lease, &back), StoreErrorKind::LeaseLost);
    }
    let after = bench.job(lease.job);
    let of = |job: &crate::store::Job| {
        let counted = (job.attempts, job.failed_attempts, job.crashes);
        (job.state, job.place, counted, job.changed)
    };
    assert_eq!(of(&after), of(&before));
}

pub(super) fn a_lease_is_told(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put();
    assert_eq!(bench.job(id).lease_left, None);
    let claimed = bench.claim();
    assert_eq!(claimed.job.state, JobState::Claimed);
    assert_eq!(claimed.lease.job, id);
    assert_eq!(claimed.lease.queue, bench.queue);
    assert_eq!(claimed.lease.worker, "worker");
    let job = bench.job(id);
    assert_eq!(job.new, claimed.job.new);
    assert_eq!(job.worker.as_deref(), Some("worker"));
    let left = job.lease_left.expect("a lease");
    assert!(left > LONG / 2 && left <= LONG, "{left:?} are left");
    good(bench.store.finish(&claimed.lease, &end(JobState::Done)));
    assert_eq!(bench.job(id).lease_left, None);
}

pub(super) fn a_lease_in_force_is_not_taken_back(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    bench.put();
    let lease = bench.claim().lease;
    assert_eq!(good(bench.store.reclaim(&bench.queue)), []);
    good(bench.store.mark_sent(&lease));
    assert_eq!(good(bench.store.reclaim(&bench.queue)), []);
    bench.has_state(lease.job, JobState::Sent);
}

pub(super) fn a_job_whose_lease_ran_out_waits_at_its_place(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let [first, second] = [(); 2].map(|()| bench.put());
    let lease = bench.claim_and_lose();
    assert_eq!(lease.job, first);
    assert_eq!(bench.job(first).lease_left, Some(Duration::ZERO));
    assert_eq!(bench.reclaim(), JobState::Waiting);
    assert_eq!(bench.job(first).crashes, 0, "it was not sent");
    assert_eq!(
        good(bench.store.reclaim(&bench.queue)),
        [],
        "once is enough"
    );
    assert_eq!(bench.claim_all(), [first, second]);
}

pub(super) fn what_was_under_way_is_unknown(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put();
    bench.send_and_lose();
    assert_eq!(bench.reclaim(), JobState::Unknown);
    assert!(bench.job(id).reason.is_some(), "and people are told why");
    bench.nothing_to_claim();
}

pub(super) fn what_was_under_way_and_may_be_repeated_waits(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put_repeatable();
    bench.send_and_lose();
    assert_eq!(bench.reclaim(), JobState::Waiting);
    assert_eq!(bench.claim_all(), [id]);
}

pub(super) fn what_was_answered_is_safe_again(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put();
    let lease = bench.claim().lease;
    good(bench.store.mark_sent(&lease));
    bench.has_state(id, JobState::Sent);
    good(bench.store.mark_answered(&lease));
    bench.has_state(id, JobState::Claimed);
    good(bench.store.heartbeat(&lease, bench.unit()));
    bench.wait_for_a_unit();
    assert_eq!(bench.reclaim(), JobState::Waiting);
    assert_eq!(bench.claim_all(), [id]);
}

pub(super) fn a_lease_that_ran_out_is_good_for_nothing(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    bench.put();
    let lease = bench.claim_and_lose();
    is_lost(&bench, &lease);
    bench.has_state(lease.job, JobState::Claimed);
    assert_eq!(bench.reclaim(), JobState::Waiting);
}

pub(super) fn a_lease_that_was_taken_back_is_good_for_nothing(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    bench.put();
    let old = bench.claim_and_lose();
    bench.reclaim();
    is_lost(&bench, &old);
    // Nor when another has the job, be it a worker of the same name.
    let new = bench.claim().lease;
    assert_eq!(new.job, old.job);
    assert_ne!(new.number, old.number);
    is_lost(&bench, &old);
    good(bench.store.mark_sent(&new));
    is_lost(&bench, &old);
    good(bench.store.finish(&new, &end(JobState::Done)));
    is_lost(&bench, &old);
}

pub(super) fn a_lease_ends_with_the_job(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    for state in JobState::ALL {
        if state == JobState::Waiting || state.is_leased() {
            continue;
        }
        bench.put();
        let lease = bench.claim().lease;
        good(bench.store.finish(&lease, &end(state)));
        is_lost(&bench, &lease);
    }
    let not_before = LONG;
    for back in [Back::Untouched { not_before }, Back::Failed { not_before }] {
        bench.put();
        let lease = bench.claim().lease;
        good(bench.store.requeue(&lease, &back));
        is_lost(&bench, &lease);
    }
}

pub(super) fn a_heartbeat_sets_the_lease(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put();
    let lease = bench.claim_for(bench.unit() * 20).lease;
    let pulse = good(bench.store.heartbeat(&lease, LONG));
    assert!(!pulse.cancel_requested);
    fixture.advance(bench.unit() * 21);
    assert_eq!(good(bench.store.reclaim(&bench.queue)), []);
    good(bench.store.mark_sent(&lease));
    // It is no longer than the heartbeat says.
    good(bench.store.heartbeat(&lease, bench.unit()));
    bench.wait_for_a_unit();
    is_lost(&bench, &lease);
    assert_eq!(bench.reclaim(), JobState::Unknown);
    bench.has_state(id, JobState::Unknown);
}

pub(super) fn a_lease_can_be_for_good(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put();
    let lease = bench.claim_for(Duration::MAX).lease;
    good(bench.store.heartbeat(&lease, Duration::MAX));
    assert_eq!(good(bench.store.reclaim(&bench.queue)), []);
    let not_before = Duration::MAX;
    good(bench.store.requeue(&lease, &Back::Failed { not_before }));
    bench.nothing_to_claim();
    bench.has_state(id, JobState::Waiting);
}

pub(super) fn taking_back_is_of_one_queue(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let other = Bench::new(fixture);
    bench.put();
    let lease = bench.claim_and_lose();
    assert_eq!(good(bench.store.reclaim(&other.queue)), []);
    bench.has_state(lease.job, JobState::Claimed);
}

pub(super) fn a_job_that_ends_its_workers_is_parked(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put_repeatable();
    for crashes in 1..MAXIMUM_CRASHES {
        bench.send_and_lose();
        assert_eq!(bench.reclaim(), JobState::Waiting);
        assert_eq!(bench.job(id).crashes, crashes);
    }
    // What was not sent has ended nobody.
    bench.claim_and_lose();
    assert_eq!(bench.reclaim(), JobState::Waiting);
    bench.send_and_lose();
    assert_eq!(bench.reclaim(), JobState::Parked);
    let job = bench.job(id);
    assert_eq!(
        (job.crashes, job.attempts),
        (MAXIMUM_CRASHES, MAXIMUM_CRASHES)
    );
    assert!(job.reason.is_some(), "and people are told why");
    bench.nothing_to_claim();
}

/// Its workers end because of others.
pub(super) fn a_job_that_comes_back_between_crashes_is_not_parked(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put_repeatable();
    let not_before = Duration::ZERO;
    for round in 0..MAXIMUM_CRASHES {
        for _ in 1..MAXIMUM_CRASHES {
            bench.send_and_lose();
            assert_eq!(bench.reclaim(), JobState::Waiting);
        }
        let lease = bench.claim().lease;
        good(bench.store.mark_sent(&lease));
        match round % 3 {
            0 => good(bench.store.mark_answered(&lease)),
            1 => good(bench.store.requeue(&lease, &Back::Untouched { not_before })),
            _ => good(bench.store.requeue(&lease, &Back::Failed { not_before })),
        }
        assert_eq!(bench.job(id).crashes, 0);
        if round % 3 == 0 {
            good(bench.store.requeue(&lease, &Back::Untouched { not_before }));
        }
    }
}
