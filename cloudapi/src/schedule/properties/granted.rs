//! What becomes of a slot that a store has granted.

use std::time::Duration;

use super::super::{
    Action, Asked, Grant, Joining, LaneId, Rate, Refusal, Room, Scheduler, StoreDown, Time,
    WhenFull, Whereabouts,
};
use super::world::World;
use super::{MILLI, SECOND, seconds};

/// A gate with a slot for the first of two calls, which is due at 10 s.
fn with_slot() -> Scheduler<usize> {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    scheduler.set_share(Some(StoreDown::Stop), Time::ZERO);
    for job in 0..2 {
        scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
    }
    let asked = Asked::Slot(LaneId::MAIN);
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Ask(asked)));
    assert_eq!(scheduler.poll(Time::ZERO), None, "one question at a time");
    scheduler.granted(slot(10), Time::ZERO, Time::ZERO);
    assert_eq!(scheduler.poll(Time::ZERO), None);
    assert_eq!(scheduler.next_wake(), Some(check()));
    scheduler
}

pub(super) const fn slot(second: u64) -> Grant {
    let wait = Duration::from_secs(second);
    Grant::Slot { wait }
}

/// When the gate is looked at before the slot.
fn check() -> Time {
    seconds(10).before_nanos(20 * MILLI)
}

#[test]
fn the_gate_is_looked_at_before_a_slot_that_was_waited_for_is_used() {
    let mut scheduler = with_slot();
    let ask = Some(Action::Ask(Asked::Gate));
    assert_eq!(scheduler.poll(check()), ask);
    scheduler.checked(Duration::ZERO, check());
    assert_eq!(scheduler.next_wake(), Some(seconds(10)));
    assert!(matches!(
        scheduler.poll(seconds(10)),
        Some(Action::Start(_, 0))
    ));

    let mut scheduler = with_slot();
    assert_eq!(scheduler.poll(check()), ask);
    scheduler.checked(Duration::from_secs(60), check());
    assert_eq!(scheduler.poll(seconds(10)), None);
    let open = check().after_nanos(60 * SECOND);
    assert_eq!(scheduler.next_wake(), Some(open));
    let asked = Some(Action::Ask(Asked::Slot(LaneId::MAIN)));
    assert_eq!(scheduler.poll(open), asked, "the slot is lost");
}

#[test]
fn a_slot_is_lost_when_it_could_not_be_used_within_its_grace() {
    for (late, is_lost) in [(10 * MILLI, false), (10 * MILLI + 1, true)] {
        let mut scheduler = with_slot();
        let _ = scheduler.poll(check());
        scheduler.checked(Duration::ZERO, check());
        let then = seconds(10).after_nanos(late);
        match scheduler.poll(then) {
            Some(Action::Ask(_)) => assert!(is_lost),
            Some(Action::Start(_, 0)) => assert!(!is_lost),
            other => panic!("{other:?}"),
        }
    }
}

#[test]
fn a_slot_that_a_closed_gate_makes_useless_is_lost() {
    let mut scheduler = with_slot();
    scheduler.closed_elsewhere(Duration::from_secs(30), seconds(1));
    assert_eq!(scheduler.poll(seconds(10)), None);
    assert_eq!(scheduler.next_wake(), Some(seconds(31)));
    let asked = Some(Action::Ask(Asked::Slot(LaneId::MAIN)));
    assert_eq!(scheduler.poll(seconds(31)), asked);
    // Nobody here was refused, so nobody has to go ahead.
    scheduler.granted(slot(0), seconds(31), seconds(31));
    assert!(matches!(
        scheduler.poll(seconds(31)),
        Some(Action::Start(_, 0))
    ));
    assert_eq!(scheduler.poll(seconds(31)), asked);
}

#[test]
fn the_end_of_a_slot_counts_from_the_question_and_its_start_from_the_answer() {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    scheduler.set_share(Some(StoreDown::Stop), Time::ZERO);
    scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    let _ = scheduler.poll(Time::ZERO);
    let answered = Time::from_nanos(4 * MILLI);
    let wait = Duration::from_millis(40);
    scheduler.granted(Grant::Slot { wait }, Time::ZERO, answered);
    let due = Time::from_nanos(44 * MILLI);
    assert_eq!(scheduler.poll(due.before_nanos(1)), None);
    let mut late = scheduler.clone();
    let over = late.poll(due.after_nanos(6 * MILLI + 1));
    assert!(matches!(over, Some(Action::Ask(_))), "{over:?}");
    let last = scheduler.poll(due.after_nanos(6 * MILLI));
    assert!(matches!(last, Some(Action::Start(..))), "{last:?}");
}

#[test]
fn a_slot_for_an_endpoint_that_nobody_wants_any_more_serves_others() {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    let lane = scheduler.add_lane(&[Rate::new(60, Rate::HOUR)]);
    scheduler.set_share(Some(StoreDown::Stop), Time::ZERO);
    let joining = Joining {
        lane,
        ..Time::NEVER.into()
    };
    let first = scheduler.submit(0, joining, Time::ZERO).unwrap();
    scheduler.submit(1, Time::NEVER, Time::ZERO).unwrap();
    let asked = Action::Ask(Asked::Slot(lane));
    assert_eq!(scheduler.poll(Time::ZERO), Some(asked));
    assert_eq!(scheduler.cancel(first), Some(0));
    scheduler.granted(slot(0), Time::ZERO, Time::ZERO);
    assert!(matches!(
        scheduler.poll(Time::ZERO),
        Some(Action::Start(_, 1))
    ));
}

#[test]
fn a_deadline_before_the_slot_ends_the_call_and_the_slot_is_the_next_ones() {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    scheduler.set_share(Some(StoreDown::Stop), Time::ZERO);
    scheduler.submit(0, seconds(5), Time::ZERO).unwrap();
    scheduler.submit(1, Time::NEVER, Time::ZERO).unwrap();
    let _ = scheduler.poll(Time::ZERO);
    scheduler.granted(slot(10), Time::ZERO, Time::ZERO);
    let would_run_at = seconds(10);
    let refusal = Refusal::Deadline { would_run_at };
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Refuse(0, refusal)));
    assert_eq!(scheduler.poll(check()), Some(Action::Ask(Asked::Gate)));
    scheduler.checked(Duration::ZERO, check());
    assert!(matches!(
        scheduler.poll(seconds(10)),
        Some(Action::Start(_, 1))
    ));
}

#[test]
fn nobody_comes_in_for_a_slot_of_which_it_is_not_known_whether_it_may_be_used() {
    let mut gate = World::new(360).gate;
    gate.room = Room {
        maximum: 1,
        when_full: WhenFull::Wait,
    };
    let mut scheduler = Scheduler::new(gate);
    scheduler.set_share(Some(StoreDown::Stop), Time::ZERO);
    let _held = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll_ready(Time::ZERO, |_, _, _| false), None);
    let outside = scheduler.submit(1, Time::NEVER, Time::ZERO).unwrap();
    let asked = Asked::Slot(LaneId::MAIN);
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Ask(asked)));
    scheduler.granted(slot(10), Time::ZERO, Time::ZERO);
    assert_eq!(scheduler.poll(check()), Some(Action::Ask(Asked::Gate)));
    // There is no answer yet.
    assert_eq!(scheduler.poll(seconds(10)), None);
    let whereabouts = scheduler.whereabouts(outside, seconds(10)).unwrap();
    assert!(matches!(whereabouts, Whereabouts::Outside(_)));
    scheduler.checked(Duration::ZERO, seconds(10));
    let started = scheduler.poll(seconds(10));
    assert_eq!(started, Some(Action::Start(outside, 1)));
}

#[test]
fn no_slot_is_asked_for_on_behalf_of_calls_that_are_not_ready() {
    let mut scheduler = Scheduler::new(World::new(360).gate);
    scheduler.set_share(Some(StoreDown::Stop), Time::ZERO);
    let ids: Vec<_> = (0..2)
        .map(|job| scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap())
        .collect();
    assert_eq!(scheduler.poll_ready(Time::ZERO, |_, _, _| false), None);
    assert!(scheduler.held(ids[0]).is_some() && scheduler.held(ids[1]).is_some());
    assert_eq!(scheduler.next_wake(), None);
    scheduler.release(ids[1], seconds(1));
    let asked = Asked::Slot(LaneId::MAIN);
    assert_eq!(scheduler.poll(seconds(1)), Some(Action::Ask(asked)));
    // The slot is for whoever is ready when it is due.
    scheduler.release(ids[0], seconds(1));
    scheduler.granted(slot(0), seconds(1), seconds(1));
    assert_eq!(scheduler.poll(seconds(1)), Some(Action::Start(ids[0], 0)));
}
