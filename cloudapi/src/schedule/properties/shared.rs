//! Slots that a store gives to several processes.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::limit::Limit;
use super::super::{
    Action, Asked, Grant, LaneId, Rate, Refusal, Room, Scheduler, StoreDown, Time, Verdict,
    WhenFull, Whereabouts,
};
use super::random::crowd;
use super::referee::densest;
use super::store::{Deed, Fate, Script};
use super::world::{Call, Event, World};
use super::{HOUR, MILLI, SECOND, cases, seconds};

fn deed() -> impl Strategy<Value = Deed> {
    let time = || {
        prop_oneof![
            4 => Just(0),
            4 => 0..4 * MILLI,
            2 => 0..40 * MILLI,
            1 => 0..20 * SECOND,
        ]
    };
    let fate = prop_oneof![
        6 => Just(Fate::Answers),
        2 => Just(Fate::Fails),
        1 => (1..100 * SECOND).prop_map(Fate::Closed),
    ];
    let others = prop_oneof![2 => Just(0), 1 => 0..4_u32];
    (time(), time(), others, fate).prop_map(|(there, back, others, fate)| Deed {
        there,
        back,
        others,
        fate,
    })
}

fn down() -> impl Strategy<Value = StoreDown> {
    prop_oneof![Just(StoreDown::Stop), (1..9_u32).prop_map(StoreDown::Share)]
}

fn room() -> impl Strategy<Value = Room> {
    let when_full = prop_oneof![
        Just(WhenFull::Refuse),
        Just(WhenFull::Wait),
        Just(WhenFull::DropOldest),
    ];
    let limited =
        (1..6_u32, when_full).prop_map(|(maximum, when_full)| Room { maximum, when_full });
    prop_oneof![2 => Just(Room::UNBOUNDED), 1 => limited]
}

/// With a store that takes its time, fails, and is used by others.
fn shared() -> impl Strategy<Value = World> {
    // A timer that is always late by more than the grace would lose each slot.
    let late = (0..15 * MILLI, 0..9 * MILLI).prop_map(|(one, other)| vec![0, one, 0, 0, other]);
    let late = prop_oneof![2 => Just(Vec::new()), 1 => late];
    let script = (down(), vec(deed(), 0..60));
    (crowd(), room(), late, script).prop_map(|(world, room, lateness, (down, deeds))| {
        let mut world = world;
        world.gate.room = room;
        world.lateness = lateness;
        world.store = Some(Script { down, deeds });
        world
    })
}

/// An hour's limit, and a store that answers at once.
fn alone(calls: u32) -> World {
    let mut world = World::new(calls);
    world.store = Some(Script {
        down: StoreDown::Stop,
        deeds: Vec::new(),
    });
    world
}

proptest! {
    #![proptest_config(cases(600))]

    /// The simulation sees to it that each call ends once, that no wake is early,
    /// repeated or missing, and that nothing is left; and the model of the store that
    /// nothing starts without a slot that is in force.
    #[test]
    fn nothing_starts_without_a_slot_and_nothing_is_lost(world in shared()) {
        let story = world.run();
        for &(now, call, event) in &story.0 {
            if event == Event::Started {
                prop_assert!(now <= world.calls[call].deadline);
            }
        }
    }

    #[test]
    fn nobody_overtakes_within_an_endpoint_for_whatever_slot(mut world in shared()) {
        for call in &mut world.calls {
            call.replies.clear();
        }
        world.gate.room = Room::UNBOUNDED;
        let story = world.run();
        let order = |wanted: Event| {
            let lines = story.0.iter().filter(move |line| line.2 == wanted);
            lines.map(|line| line.1).collect::<Vec<_>>()
        };
        let (came, started) = (order(Event::Submitted), order(Event::Started));
        for call in &started {
            let kin = |other: &&usize| {
                let (one, other) = (&world.calls[*call], &world.calls[**other]);
                (one.lane, one.priority) == (other.lane, other.priority)
            };
            let order: Vec<_> = started.iter().filter(kin).collect();
            let expected = came.iter().filter(|came| started.contains(came));
            prop_assert_eq!(order, expected.filter(kin).collect::<Vec<_>>());
        }
    }

    /// What the parts of all processes come to is what is left of the limit without
    /// its burst, whatever the numbers.
    #[test]
    fn all_parts_together_are_no_more_than_the_whole(
        calls in 1..5_000_u32,
        burst in 0..5_000_u32,
        processes in 1..40_u32,
        window in prop_oneof![Just(1), Just(60), Just(3_600_u64), Just(366 * 86_400)],
    ) {
        let burst = burst % calls + 1;
        let rate = Rate::new(calls, Duration::from_secs(window)).burst(burst);
        let part = Limit::part(rate, processes);
        let rest = u128::from(calls - burst + 1);
        let all = u128::from(processes) * u128::from(window * SECOND);
        prop_assert!(u128::from(part.period()) * rest >= all);
        let mut part = part;
        part.take(Time::ZERO, Time::ZERO);
        prop_assert!(part.earliest() >= Time::from_nanos(part.period()));
    }
}

#[test]
fn a_queue_uses_each_slot_of_a_store_that_answers_at_once() {
    let world = alone(1_000).with((0..3_000).map(|_| Call::at(Time::ZERO)));
    let starts = world.run().starts();
    // The grace of each window is left between them.
    let period = (HOUR + 10 * MILLI).div_ceil(1_000);
    let slots: Vec<_> = (0..3_000).map(|n| Time::from_nanos(n * period)).collect();
    assert_eq!(starts, slots);
    assert_eq!(densest(&starts, HOUR), 1_000);
}

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

const fn slot(second: u64) -> Grant {
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
    let joining = super::super::Joining {
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

/// One waits for the limit of its endpoint and takes the only place; the other, which
/// waits for that place, could start at once. Its slot was dropped and asked for anew,
/// without end.
#[test]
fn a_slot_for_a_call_that_has_no_place_yet_is_used() {
    let mut world = alone(3_600).with([
        Call::at(Time::ZERO).lane(1),
        Call::at(Time::ZERO).lane(1),
        Call::at(seconds(5)),
    ]);
    world.lanes = vec![vec![Rate::new(60, Rate::HOUR)]];
    world.gate.room = Room {
        maximum: 1,
        when_full: WhenFull::Wait,
    };
    let story = world.run();
    assert_eq!(story.starts_of(2), [seconds(5)]);
    assert_eq!(story.starts().len(), 3);
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
    let joining = super::super::Joining {
        lane,
        ..Time::NEVER.into()
    };
    let first = scheduler.submit(1, joining, Time::ZERO).unwrap();
    scheduler.submit(2, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.somebody(), Some((first, &1)));
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
