//! Slots that a store gives to several processes.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::limit::Limit;
use super::super::{Rate, Room, StoreDown, Time, WhenFull};
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
