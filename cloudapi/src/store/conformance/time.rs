//! The store's clock.

use std::time::Duration;

use super::Fixture;
use super::calls::{Asked, Limits, limit};
use super::tools::{Bench, LONG, end, good};
use crate::store::{Back, GRACE, JobState};

pub(super) fn times_are_the_present(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let first = bench.job(bench.put());
    assert_eq!(first.created, first.changed);
    bench.wait_for_a_unit();
    let second = bench.job(bench.put());
    let apart = second.created.duration_since(first.created);
    let apart = apart.expect("time to go forwards");
    assert!(apart >= bench.unit(), "they came {apart:?} apart");
    let lease = bench.claim().lease;
    good(bench.store.finish(&lease, &end(JobState::Done)));
    let finished = bench.job(first.new.id);
    assert_eq!(finished.created, first.created);
    assert!(finished.changed >= second.created);
    let lease = bench.claim().lease;
    let not_before = LONG;
    good(bench.store.requeue(&lease, &Back::Failed { not_before }));
    let waiting = bench.job(second.new.id);
    let wait = waiting.not_before.expect("a time");
    let wait = wait.duration_since(waiting.changed);
    let wait = wait.expect("a time to come");
    // Between the change and the look at it the machine's clock may have been adjusted.
    assert!(
        wait.abs_diff(LONG) < Duration::from_secs(1),
        "it waits {wait:?}"
    );
}

pub(super) fn a_clock_that_is_set_back_stops_nothing(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let unit = bench.unit();
    let window = unit * 4;
    let limits = Limits::new(fixture).gate(limit("a", 4, window, 2));
    let closed = Limits::new(fixture);
    let mut all: Vec<_> = (0..6).map(|_| limits.ask()).collect();
    good(closed.store.close(&closed.scope, unit));
    let id = bench.put();
    bench.claim_for(unit);
    if !fixture.set_back(LONG * 24) {
        return;
    }
    // Limits go on as if nothing had happened, neither faster nor slower.
    all.extend((0..6).map(|_| limits.ask()));
    Asked::assert_limit(&mut all, 4, window + GRACE);
    let last = all.iter().map(|asked| asked.wait).max();
    assert!(last <= Some(limits.period() * 11));
    fixture.advance(unit * 2);
    closed.ask().is_due();
    assert_eq!(bench.reclaim(), JobState::Waiting);
    bench.has_state(id, JobState::Waiting);
    fixture.advance(window * 10);
    limits.ask().is_due();
}
