//! A store that is away, and one that is given up.

use std::time::Duration;

use super::super::{Action, Asked, Joining, LaneId, Rate, Scheduler, StoreDown, Time, Verdict};
use super::granted::slot;
use super::seconds;
use super::world::World;

#[test]
fn a_store_that_does_not_answer_is_away_and_its_late_answer_brings_it_back() {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    scheduler.set_share(Some(StoreDown::Share(2)), Time::ZERO);
    for job in 0..3 {
        scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
    }
    let _ = scheduler.poll(Time::ZERO);
    assert_eq!(scheduler.next_wake(), Some(seconds(10)), "patience");
    assert_eq!(scheduler.poll(seconds(10)), None);
    let outage = Some((Time::ZERO, StoreDown::Share(2)));
    assert_eq!(scheduler.store_outage(), outage);
    // As if it had just used its part, which is one every 20 s.
    assert_eq!(scheduler.next_wake(), Some(seconds(30)));
    assert!(matches!(
        scheduler.poll(seconds(30)),
        Some(Action::Start(_, 0))
    ));
    assert_eq!(scheduler.poll(seconds(30)), None, "it is asked already");
    scheduler.granted(slot(0), Time::ZERO, seconds(40));
    assert_eq!(scheduler.store_outage(), None);
    // Its own part was used until now, and then the store's slot is too old.
    assert_eq!(scheduler.poll(seconds(40)), None);
    assert_eq!(scheduler.next_wake(), Some(seconds(50)));
    assert!(matches!(scheduler.poll(seconds(50)), Some(Action::Ask(_))));
}

#[test]
fn a_store_that_is_away_is_asked_after_a_second_and_then_less_and_less() {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    scheduler.set_share(Some(StoreDown::Stop), Time::ZERO);
    scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    let mut now = Time::ZERO;
    let mut pauses = Vec::new();
    for _ in 0..10 {
        assert!(matches!(scheduler.poll(now), Some(Action::Ask(_))));
        scheduler.store_failed(true, now);
        let wake = scheduler.next_wake().unwrap();
        pauses.push(wake.since(now).as_secs());
        assert_eq!(scheduler.poll(wake.before_nanos(1)), None);
        now = wake;
    }
    assert_eq!(pauses, [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
}

#[test]
fn a_limit_that_a_store_keeps_is_as_new_when_nobody_waits() {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    scheduler.set_share(Some(StoreDown::Stop), Time::ZERO);
    let id = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    let _ = scheduler.poll(Time::ZERO);
    scheduler.granted(slot(0), Time::ZERO, Time::ZERO);
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, 0)));
    let _ = scheduler.finish(id, Verdict::Done, &World::new(1).terms, Time::ZERO);
    assert!(scheduler.is_neutral(Time::ZERO));
    // Without the store it is the scheduler that has to remember.
    scheduler.set_share(None, seconds(1));
    assert!(!scheduler.is_neutral(seconds(2)));
}

#[test]
fn a_gate_that_shares_its_limits_and_one_that_does_not_any_more_begin_anew() {
    let world = World::new(360);
    let mut scheduler = Scheduler::new(world.gate);
    scheduler.set_share(None, Time::ZERO);
    let first = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    let started = scheduler.poll(Time::ZERO);
    assert_eq!(started, Some(Action::Start(first, 0)), "nothing is taken");
    let _ = scheduler.finish(first, Verdict::Done, &world.terms, Time::ZERO);
    assert!(!scheduler.is_neutral(seconds(5)));
    // What was used is the store's business from now on.
    scheduler.set_share(Some(StoreDown::Share(4)), seconds(5));
    assert!(scheduler.is_neutral(seconds(5)));
    scheduler.store_failed(false, seconds(5));
    // No longer a quarter of the limit.
    scheduler.set_share(None, seconds(5));
    for job in 0..2 {
        scheduler.submit(job, Time::NEVER, seconds(5)).unwrap();
        let slot = seconds(15 + 10 * job as u64);
        assert_eq!(scheduler.next_wake(), Some(slot));
        assert!(scheduler.poll(slot).is_some());
    }
}

#[test]
fn what_comes_of_a_gate_is_told_to_the_first_in_line_or_else_to_anybody() {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    let lane = scheduler.add_lane(&[Rate::new(60, Rate::HOUR)]);
    assert_eq!(scheduler.somebody(), None);
    let id = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, 0)));
    assert_eq!(scheduler.somebody(), Some((id, &0)), "it is under way");
    let joining = Joining {
        lane,
        ..Time::NEVER.into()
    };
    let first = scheduler.submit(1, joining, Time::ZERO).unwrap();
    scheduler.submit(2, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.somebody(), Some((first, &1)));
}

/// A gate whose limit of ten a second four processes share, and a store that has been
/// away since 0 s.
fn away() -> Scheduler<usize> {
    let mut scheduler = Scheduler::new(World::new(36_000).gate);
    scheduler.set_share(Some(StoreDown::Share(4)), Time::ZERO);
    scheduler.store_failed(false, Time::ZERO);
    scheduler
}

fn of(lane: LaneId) -> Joining {
    Joining {
        lane,
        ..Time::NEVER.into()
    }
}

#[test]
fn an_endpoint_that_is_new_while_the_store_is_away_has_its_part_too() {
    let mut scheduler = away();
    let lane = scheduler.add_lane(&[Rate::new(60, Rate::HOUR)]);
    for job in 0..2 {
        scheduler.submit(job, of(lane), Time::ZERO).unwrap();
    }
    let mut starts = Vec::new();
    let mut now = Time::ZERO;
    while starts.len() < 2 {
        match scheduler.poll(now) {
            Some(Action::Start(..)) => starts.push(now),
            Some(Action::Ask(_)) => scheduler.store_failed(true, now),
            Some(refused) => panic!("{refused:?}"),
            None => now = scheduler.next_wake().unwrap(),
        }
    }
    assert_eq!(starts[1].since(starts[0]), Duration::from_secs(240));
}

#[test]
fn a_store_that_is_away_is_asked_for_a_slot_of_whoever_is_next() {
    let mut scheduler = away();
    let lane = scheduler.add_lane(&[Rate::new(36_000, Rate::HOUR)]);
    scheduler.submit(0, of(lane), Time::ZERO).unwrap();
    let asked = Asked::Slot(lane);
    assert_eq!(scheduler.poll(seconds(1)), Some(Action::Ask(asked)));
}

#[test]
fn a_store_that_is_away_is_not_asked_for_calls_that_are_not_ready() {
    let mut scheduler = away();
    let id = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    let own_slot = scheduler.next_wake().unwrap();
    assert!(own_slot < seconds(1));
    assert_eq!(scheduler.poll_ready(own_slot, |_, _, _| false), None);
    assert!(scheduler.held(id).is_some());
    assert_eq!(scheduler.poll(seconds(2)), None);
    assert_eq!(scheduler.next_wake(), None);
}
