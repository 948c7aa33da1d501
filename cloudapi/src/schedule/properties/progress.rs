//! Whatever a store does, calls go on.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{
    Action, Asked, Ending, Grant, Joining, LaneId, Rate, Scheduler, StoreDown, Time, Verdict,
};
use super::store::{Deed, Fate, Script};
use super::world::{Call, Event, Reply, World};
use super::{MILLI, SECOND, cases, seconds};

/// Takes a queue through a store that answers as `answer` says, which is told what was
/// asked and when, and changes the scheduler. Tells when calls started.
fn starts(
    scheduler: &mut Scheduler<usize>,
    until: Time,
    mut answer: impl FnMut(&mut Scheduler<usize>, Asked, Time) -> Time,
) -> Vec<Time> {
    let (mut now, mut starts) = (Time::ZERO, Vec::new());
    while now <= until {
        match scheduler.poll(now) {
            Some(Action::Ask(asked)) => now = answer(scheduler, asked, now),
            Some(Action::Start(id, _)) => {
                starts.push(now);
                let _ = scheduler.finish(id, Verdict::Done, &World::new(1).terms, now);
            }
            Some(Action::Refuse(..)) => {}
            None => match scheduler.next_wake() {
                Some(wake) => now = wake,
                None => break,
            },
        }
    }
    starts
}

proptest! {
    #![proptest_config(cases(200))]

    /// However a server slows the pace down by its refusals, and however much others take
    /// of the limit: each call has its answer in the end, and each slot that was given
    /// either brought an attempt or was lost to a refusal, which closed the gate.
    #[test]
    fn no_slot_is_lost_but_to_a_refusal_however_slow_the_pace(
        calls_per_minute in 1..600_u32,
        replies in vec(vec(any::<bool>(), 0..12), 1..40),
        latency in prop_oneof![Just(0), 0..3 * SECOND],
        others in vec(0..3_u32, 0..200),
        back in 0..4 * MILLI,
        in_flight in prop_oneof![Just(u32::MAX), 1..4_u32],
    ) {
        let minute = Duration::from_secs(60);
        let mut world = World::with_limits(&[Rate::new(calls_per_minute, minute)]);
        world.gate.maximum_in_flight = in_flight;
        let refused = |is_refused: &bool| match is_refused {
            true => Reply::after(latency, Verdict::Throttled(Some(Duration::from_secs(1)))),
            false => Reply::after(latency, Verdict::Again),
        };
        let calls = replies.iter().map(|replies| {
            let replies: Vec<_> = replies.iter().map(refused).collect();
            Call::at(Time::ZERO).replies(&replies)
        });
        let mut world = world.with(calls);
        let deeds = others.into_iter().map(|others| Deed {
            there: 0,
            back,
            others,
            fate: Fate::Answers,
        });
        let (down, deeds) = (StoreDown::Stop, deeds.collect());
        world.store = Some(Script { down, deeds });
        let (story, given) = world.run_with_store();
        for call in 0..world.calls.len() {
            prop_assert_eq!(story.ending_of(call), Ending::Done);
        }
        let refusals = story.0.iter();
        let refusals = refusals.filter(|line| {
            matches!(line.2, Event::Answered(Verdict::Throttled(_), _))
        });
        let lost = given - story.starts().len();
        prop_assert!(lost <= refusals.count(), "{lost} of {given}");
    }
}

fn queue(calls: usize, rate: u32, down: StoreDown) -> Scheduler<usize> {
    let mut scheduler = Scheduler::new(World::new(rate).gate);
    scheduler.set_share(Some(down), Time::ZERO);
    for job in 0..calls {
        scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
    }
    scheduler
}

const AT_ONCE: Grant = Grant::Slot {
    wait: Duration::ZERO,
};

/// Each failure counted as a slot of our part, so that none was ever due.
#[test]
fn a_store_that_fails_every_second_time_leaves_our_part_of_the_limit() {
    // Ten of an endpoint with a limit of its own, and of one without.
    for (own, period) in [(None, 20), (Some(Rate::new(36, Rate::HOUR)), 200)] {
        let mut scheduler = queue(0, 360, StoreDown::Share(2));
        let lane = own.map_or(LaneId::MAIN, |own| scheduler.add_lane(&[own]));
        for job in 0..10 {
            let joining = Joining {
                lane,
                ..Time::NEVER.into()
            };
            scheduler.submit(job, joining, Time::ZERO).unwrap();
        }
        let mut fails = false;
        let until = seconds(20 * period);
        let starts = starts(&mut scheduler, until, |scheduler, _, now| {
            fails = !fails;
            match fails {
                true => scheduler.store_failed(true, now),
                false => scheduler.granted(AT_ONCE, now, now),
            }
            now
        });
        assert_eq!(starts.len(), 10);
        // Of each its part: the first of its slots as long after the failure as the
        // others are apart.
        let mut before = Time::ZERO;
        for start in starts {
            assert!(start >= before.after_nanos(period * SECOND));
            before = start;
        }
    }
}

/// When all lose it at once, none may use what it has not used for long.
#[test]
fn a_store_that_was_there_for_long_leaves_the_part_as_if_it_had_just_been_used() {
    let mut scheduler = queue(1, 360, StoreDown::Share(2));
    let _ = scheduler.poll(Time::ZERO);
    scheduler.store_failed(true, Time::ZERO);
    assert!(matches!(scheduler.poll(seconds(1)), Some(Action::Ask(_))));
    let ids: Vec<_> = scheduler.jobs().map(|(id, _)| id).collect();
    let _ = scheduler.cancel(ids[0]);
    scheduler.granted(AT_ONCE, seconds(1), seconds(1));
    scheduler.submit(1, Time::NEVER, seconds(1_000)).unwrap();
    assert!(matches!(
        scheduler.poll(seconds(1_000)),
        Some(Action::Ask(_))
    ));
    scheduler.store_failed(true, seconds(1_000));
    assert_eq!(scheduler.poll(seconds(1_000)), None);
    let again = seconds(1_001);
    assert_eq!(scheduler.next_wake(), Some(again));
    assert!(matches!(scheduler.poll(again), Some(Action::Ask(_))));
    assert_eq!(scheduler.next_wake(), Some(seconds(1_020)));
}

/// A look at the gate that took longer than a slot to be had always came too late.
#[test]
fn a_slot_is_used_where_the_gate_takes_longer_to_look_at_than_a_slot_to_reserve() {
    let mut scheduler = queue(5, 3_600, StoreDown::Stop);
    let mut next = Time::ZERO;
    let starts = starts(
        &mut scheduler,
        seconds(60),
        |scheduler, asked, now| match asked {
            Asked::Slot(_) => {
                let slot = next.max(now);
                next = slot.after_nanos(SECOND);
                let wait = slot.since(now);
                let heard = now.after_nanos(MILLI);
                scheduler.granted(Grant::Slot { wait }, now, heard);
                heard
            }
            Asked::Gate => {
                let heard = now.after_nanos(70 * MILLI);
                scheduler.checked(Duration::ZERO, heard);
                heard
            }
        },
    );
    assert_eq!(starts.len(), 5);
    assert!(starts[4] < seconds(10), "{starts:?}");
}

/// The gate may be forgotten only when the slot of our own part is over.
#[test]
fn a_gate_whose_store_is_back_is_not_as_new_before_the_next_slot_of_its_part() {
    let mut scheduler = queue(1, 360, StoreDown::Share(2));
    assert!(matches!(scheduler.poll(Time::ZERO), Some(Action::Ask(_))));
    scheduler.store_failed(true, Time::ZERO);
    assert!(matches!(scheduler.poll(seconds(20)), Some(Action::Ask(_))));
    let Some(Action::Start(id, 0)) = scheduler.poll(seconds(20)) else {
        panic!("our own part gives a slot");
    };
    let _ = scheduler.finish(id, Verdict::Done, &World::new(1).terms, seconds(20));
    scheduler.granted(AT_ONCE, seconds(20), seconds(21));
    assert!(scheduler.is_empty());
    assert!(!scheduler.is_neutral(seconds(39)));
    assert!(scheduler.is_neutral(seconds(40)));
}

/// A slot each two minutes, and credentials that last for one and take a second to get.
/// They were found to have ended when the slot was due, which so was lost: each of them.
#[test]
fn credentials_that_end_before_the_slot_are_renewed_in_time_for_it() {
    let mut scheduler = queue(4, 30, StoreDown::Stop);
    let (mut now, mut next, mut ends) = (Time::ZERO, Time::ZERO, Time::ZERO);
    let (mut renewed, mut started, mut asked) = (None, 0, 0);
    while now < seconds(1_000) {
        let mut held = false;
        let action = scheduler.poll_ready(now, |_, _, then| {
            let is_ready = then < ends;
            held |= !is_ready;
            is_ready
        });
        if held && renewed.is_none() {
            renewed = Some(now.after_nanos(SECOND));
        }
        match action {
            Some(Action::Ask(Asked::Slot(_))) => {
                asked += 1;
                let slot = next.max(now);
                next = slot.after_nanos(120 * SECOND);
                let wait = slot.since(now);
                scheduler.granted(Grant::Slot { wait }, now, now);
            }
            Some(Action::Ask(Asked::Gate)) => scheduler.checked(Duration::ZERO, now),
            Some(Action::Start(id, _)) => {
                assert!(now < ends);
                started += 1;
                let _ = scheduler.finish(id, Verdict::Done, &World::new(1).terms, now);
            }
            Some(Action::Refuse(..)) => panic!("nothing has a deadline"),
            None => {
                let wakes = scheduler.next_wake().into_iter().chain(renewed);
                let Some(wake) = wakes.min() else { break };
                now = wake;
            }
        }
        if renewed.is_some_and(|renewed| renewed <= now) {
            renewed = None;
            ends = now.after_nanos(60 * SECOND);
            let held: Vec<_> = scheduler.jobs().map(|(id, _)| id).collect();
            for id in held {
                scheduler.release(id, now);
            }
        }
    }
    assert_eq!((started, asked), (4, 4));
}

/// The limit of an endpoint is used up by our own part of it, the store has come back with
/// a slot for that endpoint, and somebody of another waits: there was no end to the looks
/// at that slot when it was due.
#[test]
fn a_slot_for_an_endpoint_that_is_closed_longer_makes_way_for_others() {
    let mut scheduler = queue(0, 3_600, StoreDown::Share(2));
    let [own, other] = [36, 1_800].map(|calls| scheduler.add_lane(&[Rate::new(calls, Rate::HOUR)]));
    let joining = |lane| Joining {
        lane,
        ..Time::NEVER.into()
    };
    scheduler.submit(0, joining(own), Time::ZERO).unwrap();
    let asked = scheduler.poll(Time::ZERO);
    assert_eq!(asked, Some(Action::Ask(Asked::Slot(own))));
    assert_eq!(
        scheduler.poll(seconds(10)),
        None,
        "its patience is at an end"
    );
    let wait = Duration::from_secs(60);
    scheduler.granted(Grant::Slot { wait }, Time::ZERO, seconds(11));
    scheduler.submit(1, joining(other), seconds(15)).unwrap();
    let asked = scheduler.poll(seconds(15));
    assert_eq!(asked, Some(Action::Ask(Asked::Slot(other))));
}
