//! What people do to jobs.

use std::time::Duration;

use super::Fixture;
use super::tools::{Bench, end, fails, good};
use crate::store::{Back, Finish, JobId, JobState, Settlement, StoreErrorKind};

pub(super) fn a_job_is_cancelled_in_every_state(fixture: &dyn Fixture) {
    for state in JobState::ALL {
        let bench = Bench::new(fixture);
        let id = bench.job_that_is(state);
        if state.is_over() {
            fails(bench.store.cancel(id), StoreErrorKind::WrongState);
            bench.has_state(id, state);
            continue;
        }
        assert_eq!(good(bench.store.cancel(id)), state);
        let job = bench.job(id);
        let after = if state.is_leased() {
            state
        } else {
            JobState::Cancelled
        };
        assert_eq!(
            (job.state, job.cancel_requested),
            (after, state.is_leased())
        );
        bench.nothing_to_claim();
    }
}

pub(super) fn the_worker_is_told_that_its_job_is_cancelled(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put();
    let lease = bench.claim().lease;
    let pulse = || good(bench.store.heartbeat(&lease, Duration::from_secs(60)));
    assert!(!pulse().cancel_requested);
    assert_eq!(good(fixture.open().cancel(id)), JobState::Claimed);
    assert!(pulse().cancel_requested);
    // Twice is once, and the worker may end it as it likes.
    assert_eq!(good(bench.store.cancel(id)), JobState::Claimed);
    assert!(pulse().cancel_requested);
    good(bench.store.finish(&lease, &end(JobState::Done)));
    let job = bench.job(id);
    assert_eq!((job.state, job.cancel_requested), (JobState::Done, false));
}

pub(super) fn a_cancelled_job_ends_when_it_is_given_back(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let not_before = Duration::ZERO;
    for back in [Back::Untouched { not_before }, Back::Failed { not_before }] {
        let id = bench.put();
        let lease = bench.claim().lease;
        good(bench.store.cancel(id));
        good(bench.store.requeue(&lease, &back));
        bench.has_state(id, JobState::Cancelled);
        bench.nothing_to_claim();
    }
}

pub(super) fn a_cancelled_job_ends_when_it_is_taken_back(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put();
    bench.claim_and_lose();
    good(bench.store.cancel(id));
    assert_eq!(bench.reclaim(), JobState::Cancelled);
    // What may have taken effect is not said to have been cancelled.
    let sent = bench.put();
    bench.send_and_lose();
    good(bench.store.cancel(sent));
    assert_eq!(bench.reclaim(), JobState::Unknown);
    bench.nothing_to_claim();
}

pub(super) fn retry_is_for_what_ended_without_success(fixture: &dyn Fixture) {
    for state in JobState::ALL {
        let bench = Bench::new(fixture);
        let id = bench.job_that_is(state);
        let retried = fixture.open().retry(id);
        match state {
            JobState::Failed | JobState::Unknown | JobState::Parked | JobState::Cancelled => {
                good(retried);
                bench.has_state(id, JobState::Waiting);
                assert_eq!(bench.claim_all(), [id]);
            }
            _ => {
                fails(retried, StoreErrorKind::WrongState);
                bench.has_state(id, state);
            }
        }
    }
}

pub(super) fn what_is_retried_starts_afresh(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put_repeatable();
    let not_before = Duration::ZERO;
    let lease = bench.claim().lease;
    good(bench.store.requeue(&lease, &Back::Failed { not_before }));
    bench.send_and_lose();
    bench.reclaim();
    let lease = bench.claim().lease;
    let finish = Finish {
        state: JobState::Failed,
        result: Some(b"what was wrong".to_vec()),
        reason: Some("the server said so".to_owned()),
    };
    good(bench.store.finish(&lease, &finish));
    let job = bench.job(id);
    assert_eq!((job.attempts, job.failed_attempts, job.crashes), (1, 1, 1));

    let behind = bench.put();
    good(bench.store.retry(id));
    let job = bench.job(id);
    assert_eq!((job.attempts, job.failed_attempts, job.crashes), (0, 0, 0));
    assert_eq!((job.result, job.reason, job.worker), (None, None, None));
    assert_eq!(bench.claim_all(), [behind, id], "at the back");
}

fn settlements() -> [Settlement; 3] {
    let reason = "somebody has looked".to_owned();
    [
        Settlement::Done {
            result: Some(vec![0, 1, 255]),
            reason: reason.clone(),
        },
        Settlement::Failed { reason },
        Settlement::Again,
    ]
}

pub(super) fn settling_is_for_what_nobody_knows(fixture: &dyn Fixture) {
    for (state, settlement) in JobState::ALL
        .into_iter()
        .flat_map(|state| settlements().map(|settlement| (state, settlement)))
    {
        let bench = Bench::new(fixture);
        let id = bench.job_that_is(state);
        let settled = fixture.open().settle(id, &settlement);
        if !matches!(state, JobState::Unknown | JobState::Parked) {
            fails(settled, StoreErrorKind::WrongState);
            bench.has_state(id, state);
            continue;
        }
        good(settled);
        let job = bench.job(id);
        match settlement {
            Settlement::Done { result, reason } => {
                assert_eq!((job.state, job.result), (JobState::Done, result));
                assert_eq!(job.reason, Some(reason));
            }
            Settlement::Failed { reason } => {
                assert_eq!((job.state, job.result), (JobState::Failed, None));
                assert_eq!(job.reason, Some(reason));
            }
            Settlement::Again => {
                assert_eq!((job.state, job.reason), (JobState::Waiting, None));
                assert_eq!(bench.claim_all(), [id]);
            }
        }
    }
}

pub(super) fn what_is_not_there_is_not_found(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = JobId::random();
    assert_eq!(good(bench.store.job(id)), None);
    fails(bench.store.retry(id), StoreErrorKind::NotFound);
    fails(bench.store.cancel(id), StoreErrorKind::NotFound);
    for settlement in settlements() {
        fails(
            bench.store.settle(id, &settlement),
            StoreErrorKind::NotFound,
        );
    }
}
