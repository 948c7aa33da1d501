//! How jobs end, and what is kept of them.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::Fixture;
use super::tools::{Bench, end, fails, good};
use crate::schedule::Priority;
use crate::store::{Back, Finish, JobState, NewJob, StoreErrorKind};

/// What is easily changed on the way: all bytes, and text that is not ASCII.
const TEXT: &str = "\u{1f980} \"it's\" \\ \0 \r\n \u{fffd} ünïcode";

fn all_bytes() -> Vec<u8> {
    (0..=u8::MAX).chain([0, 0]).collect()
}

pub(super) fn what_is_finished_reads_back(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let other = fixture.open();
    let results = [None, Some(Vec::new()), Some(all_bytes()), Some(vec![0])];
    let reasons = [None, Some(String::new()), Some(TEXT.to_owned())];
    let states = JobState::ALL
        .into_iter()
        .filter(|state| *state as usize > 2);
    for (number, state) in states.enumerate() {
        for (result, reason) in results.iter().zip(reasons.iter().cycle().skip(number)) {
            let id = bench.put();
            let lease = bench.claim().lease;
            let finish = Finish {
                state,
                result: result.clone(),
                reason: reason.clone(),
            };
            good(bench.store.finish(&lease, &finish));
            let job = good(other.job(id)).expect("the job to be there");
            assert_eq!(job.state, state);
            assert_eq!(job.result, *result);
            assert_eq!(job.reason, *reason);
            assert_eq!(job.worker.as_deref(), Some("worker"));
            assert_eq!(job.not_before, None);
        }
    }
    bench.nothing_to_claim();
}

pub(super) fn a_job_ends_only_as_one_can_end(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    bench.put();
    let lease = bench.claim().lease;
    for state in [JobState::Waiting, JobState::Claimed, JobState::Sent] {
        fails(
            bench.store.finish(&lease, &end(state)),
            StoreErrorKind::Refused,
        );
        bench.has_state(lease.job, JobState::Claimed);
    }
    good(bench.store.finish(&lease, &end(JobState::Done)));
}

pub(super) fn what_is_put_reads_back(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let deadline = UNIX_EPOCH + Duration::from_micros(4_102_444_800_000_001);
    let plain = bench.new_job();
    let odd = NewJob {
        queue: format!("{} {TEXT}", bench.queue),
        endpoint: TEXT.to_owned(),
        summary: format!("{TEXT}{TEXT}"),
        request: all_bytes(),
        repeatable: true,
        priority: Priority::High,
        deadline: Some(deadline),
        ..bench.new_job()
    };
    let empty = NewJob {
        endpoint: String::new(),
        summary: String::new(),
        request: Vec::new(),
        priority: Priority::Low,
        deadline: Some(SystemTime::UNIX_EPOCH),
        ..bench.new_job()
    };
    let other = fixture.open();
    for new in [plain, odd, empty] {
        good(bench.store.put(&new));
        let job = good(other.job(new.id)).expect("the job to be there");
        assert_eq!(job.new, new);
        assert_eq!(job.state, JobState::Waiting);
        assert_eq!((job.attempts, job.failed_attempts, job.crashes), (0, 0, 0));
        assert!(!job.cancel_requested);
        assert_eq!((job.worker, job.result, job.reason), (None, None, None));
        assert_eq!((job.not_before, job.lease_left), (None, None));
        let claimed = good(other.claim(&new.queue, TEXT, bench.unit()));
        let claimed = claimed.expect("the job to be there");
        assert_eq!(claimed.job.new, new);
        assert_eq!(claimed.lease.worker, TEXT);
    }
}

pub(super) fn great_things_read_back(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let great: Vec<u8> = (0..1 << 20).map(|n: u32| (n % 251) as u8).collect();
    let new = NewJob {
        request: great.clone(),
        ..bench.new_job()
    };
    good(bench.store.put(&new));
    let claimed = bench.claim();
    assert!(claimed.job.new.request == great, "the request was changed");
    let finish = Finish {
        result: Some(great.clone()),
        ..end(JobState::Done)
    };
    good(bench.store.finish(&claimed.lease, &finish));
    let job = bench.job(new.id);
    assert!(job.result == Some(great), "the result was changed");
}

pub(super) fn attempts_are_counted(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let id = bench.put();
    let not_before = Duration::ZERO;
    for round in 1..=3 {
        let lease = bench.claim().lease;
        good(bench.store.mark_sent(&lease));
        good(bench.store.mark_answered(&lease));
        good(bench.store.mark_sent(&lease));
        good(bench.store.requeue(&lease, &Back::Failed { not_before }));
        let job = bench.job(id);
        assert_eq!((job.attempts, job.failed_attempts), (2 * round, round));
    }
    let claimed = bench.claim().job;
    assert_eq!((claimed.attempts, claimed.failed_attempts), (6, 3));
}
