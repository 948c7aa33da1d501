//! Limits that several processes share.

use std::thread;
use std::time::Duration;

use super::Fixture;
use super::calls::{Asked, Limits, limit};
use super::tools::{Bench, SLACK};
use crate::store::{GRACE, Grant};

pub(super) fn slots_are_a_period_apart(fixture: &dyn Fixture) {
    let unit = fixture.unit();
    let limits = Limits::new(fixture).gate(limit("a", 10, unit, 1));
    limits.ask().is_due();
    let mut before = limits.ask();
    for _ in 0..12 {
        let next = limits.ask();
        next.follows(&before, limits.period());
        before = next;
    }
}

pub(super) fn a_slot_without_limits_is_due(fixture: &dyn Fixture) {
    let limits = Limits::new(fixture);
    for _ in 0..3 {
        limits.ask().is_due();
    }
}

pub(super) fn the_slowest_limit_decides(fixture: &dyn Fixture) {
    let unit = fixture.unit();
    let quick = limit("quick", 50, unit, 1);
    let slow = limit("slow", 5, unit * 4, 1);
    let period = Duration::from_micros(slow.period_micros());
    let both = Limits::new(fixture).gate(quick.clone()).gate(slow);
    let first = both.ask();
    let second = both.ask();
    second.follows(&first, period);
    // What was taken of the quick one lies as late as the slot.
    let alone = both.without_limits().gate(quick);
    let third = alone.ask();
    third.follows(&second, alone.period());
}

pub(super) fn a_burst_comes_at_once_and_is_paid_for(fixture: &dyn Fixture) {
    let window = fixture.unit() * 5;
    let limits = Limits::new(fixture).gate(limit("a", 8, window, 4));
    let burst: Vec<_> = (0..4).map(|_| limits.ask()).collect();
    for one in &burst {
        one.is_due();
    }
    let fifth = limits.ask();
    assert!(
        fifth.latest >= burst[0].earliest + limits.period() - SLACK,
        "the burst of 4 was exceeded: {fifth:?}"
    );
    let mut all = burst;
    all.push(fifth);
    all.extend((0..12).map(|_| limits.ask()));
    Asked::assert_limit(&mut all, 8, window + GRACE);
}

pub(super) fn a_rest_gives_no_more_than_the_burst(fixture: &dyn Fixture) {
    let window = fixture.unit() * 2;
    let limits = Limits::new(fixture).gate(limit("a", 4, window, 2));
    let mut all: Vec<_> = (0..4).map(|_| limits.ask()).collect();
    fixture.advance(window * 5);
    all.extend((0..8).map(|_| limits.ask()));
    all[4].is_due();
    all[5].is_due();
    Asked::assert_limit(&mut all, 4, window + GRACE);
}

pub(super) fn another_number_of_calls_goes_on_from_the_last_slot(fixture: &dyn Fixture) {
    let window = fixture.unit() * 40;
    let before = Limits::new(fixture).gate(limit("a", 10, window, 1));
    let first = before.ask();
    let after = before.without_limits().gate(limit("a", 20, window, 1));
    let second = after.ask();
    second.follows(&first, before.period());
    after.ask().follows(&second, after.period());
}

pub(super) fn scopes_and_limits_are_apart(fixture: &dyn Fixture) {
    let hour = Duration::from_secs(3_600);
    let one = Limits::new(fixture).gate(limit("a", 1, hour, 1));
    one.ask().is_due();
    let other = Limits::new(fixture).gate(limit("a", 1, hour, 1));
    other.ask().is_due();
    let limit = one.without_limits().gate(limit("b", 1, hour, 1));
    limit.ask().is_due();
    let wait = one.ask().wait;
    assert!(wait > hour / 2, "one an hour, and one more after {wait:?}");
}

pub(super) fn an_endpoints_limit_alone_takes_nothing_of_the_gate(fixture: &dyn Fixture) {
    let hour = Duration::from_secs(3_600);
    let gate = limit("gate", 4, hour, 4);
    let both = Limits::new(fixture)
        .gate(gate.clone())
        .endpoint(limit("endpoint", 1, hour / 2, 1));
    both.ask().is_due();
    // However often that is asked for: three of the gate's burst are left.
    for _ in 0..5 {
        match both.grant() {
            Grant::Later { wait, closed } => {
                assert!(!closed, "only the endpoint has to wait");
                assert!(wait > hour / 4 && wait < hour, "to wait for {wait:?}");
            }
            slot @ Grant::Slot { .. } => panic!("the endpoint's limit gave {slot:?}"),
        }
    }
    let gate = both.without_limits().gate(gate);
    for _ in 0..3 {
        gate.ask().is_due();
    }
    let wait = gate.ask().wait;
    assert!(
        wait > hour / 2,
        "the gate gave one too many, after {wait:?}"
    );
}

pub(super) fn no_window_has_more_than_its_share(fixture: &dyn Fixture) {
    let window = fixture.unit();
    let limits = Limits::new(fixture).gate(limit("a", 20, window, 3));
    let mut all = from_two_handles(&limits, 15);
    assert_eq!(all.len(), 60);
    Asked::assert_limit(&mut all, 20, window + GRACE);
    // Every slot was somebody's own.
    let first = all.iter().map(|asked| asked.earliest).min();
    let last = all.iter().map(|asked| asked.latest).max();
    let took = last.unwrap_or_default() - first.unwrap_or_default();
    assert!(
        took + SLACK >= limits.period() * 57,
        "60 slots lie within {took:?}"
    );
}

/// Four threads with two handles ask so many times each.
fn from_two_handles(limits: &Limits<'_>, times: usize) -> Vec<Asked> {
    let handles = [limits.clone(), limits.reopened()];
    thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|number| {
                let limits = &handles[number % 2];
                scope.spawn(move || (0..times).map(|_| limits.ask()).collect::<Vec<_>>())
            })
            .collect();
        let joined = threads.into_iter().map(thread::ScopedJoinHandle::join);
        joined
            .flat_map(|asked| asked.expect("no thread to have failed"))
            .collect()
    })
}

/// Each of ten processes has reserved a slot of two in a window, and so the last one's is
/// five windows away.
pub(super) fn more_processes_than_slots_wait_longer_than_a_window(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let window = bench.unit() * 10;
    let limits = Limits::new(fixture).gate(limit("a", 2, window, 1));
    let mut all: Vec<_> = (0..10).map(|_| limits.ask()).collect();
    Asked::assert_limit(&mut all, 2, window + GRACE);
}
