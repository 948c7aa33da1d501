//! Several limits at once, endpoints with limits of their own, and priorities.

use std::time::Duration;

use proptest::prelude::*;

use super::super::{Action, Priority, Rate, Refusal, Scheduler, Time, Verdict};
use super::random::crowd;
use super::referee::{densest, judge};
use super::world::{Call, Event, Reply, Story, World};
use super::{SECOND, cases, seconds};

const fn rate(calls: u32, seconds: u64) -> Rate {
    Rate::new(calls, Duration::from_secs(seconds))
}

/// When the calls of a lane started.
fn starts_in(world: &World, story: &Story, lane: u16) -> Vec<Time> {
    let started = story.0.iter().filter(|line| line.2 == Event::Started);
    let of_lane = started.filter(|line| lane == 0 || world.calls[line.1].lane == lane);
    of_lane.map(|line| line.0).collect()
}

fn holds(rates: &[Rate], starts: &[Time]) -> bool {
    rates
        .iter()
        .all(|rate| densest(starts, rate.window()) <= rate.calls().get() as usize)
}

proptest! {
    #![proptest_config(cases(300))]

    /// The windows are counted by hand, whatever the limits are made of.
    #[test]
    fn no_window_of_any_limit_has_too_many_starts(world in crowd()) {
        let story = world.run();
        prop_assert!(holds(&world.rates, &starts_in(&world, &story, 0)));
        for (rates, lane) in world.lanes.iter().zip(1..) {
            prop_assert!(holds(rates, &starts_in(&world, &story, lane)));
        }
    }

    /// Every priority, every lane and every limit: a model that looks at all calls
    /// each time comes to the same.
    #[test]
    fn the_call_whose_turn_it_is_starts(world in crowd()) {
        for start in judge(&world, &world.run()) {
            prop_assert_eq!(start.next, Some(start.call), "{:?}", start);
        }
    }

    #[test]
    fn no_slot_is_idle_while_an_open_call_waits(world in crowd()) {
        for start in judge(&world, &world.run()) {
            prop_assert_eq!(start.possible, Some(start.at), "{:?}", start);
        }
    }

    /// Whatever else happens, calls of one endpoint and one priority that are not
    /// tried again start in the order in which they came.
    #[test]
    fn nobody_overtakes_within_an_endpoint(mut world in crowd()) {
        for call in &mut world.calls {
            call.replies.clear();
        }
        let story = world.run();
        let mut came = Vec::new();
        let mut started = Vec::new();
        for &(_, call, event) in &story.0 {
            match event {
                Event::Submitted => came.push(call),
                Event::Started => started.push(call),
                _ => {}
            }
        }
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

    #[test]
    fn nobody_is_refused_who_could_have_run(world in crowd()) {
        // Without the deadlines nobody leaves, so this is when each would run.
        let mut patient = world.clone();
        for call in &mut patient.calls {
            call.deadline = Time::NEVER;
            call.cancelled = Time::NEVER;
            call.replies.clear();
        }
        let mut hurried = patient.clone();
        for (call, there) in hurried.calls.iter_mut().zip(&world.calls) {
            call.deadline = there.deadline;
        }
        let with = hurried.run();
        let somebody_left = with.0.iter().any(|line| line.2.is_an_end());
        prop_assert!(somebody_left);
        // The first that is turned away finds the same queue in both.
        let away = with.0.iter().find(|line| matches!(line.2, Event::TurnedAway(_)));
        if let Some(&(_, call, Event::TurnedAway(Refusal::Deadline { would_run_at }))) = away {
            prop_assert!(would_run_at > hurried.calls[call].deadline);
        }
        for (_, call, event) in &with.0 {
            if let Event::TurnedAway(Refusal::Deadline { would_run_at })
            | Event::Refused(Refusal::Deadline { would_run_at }) = event
            {
                prop_assert!(*would_run_at > hurried.calls[*call].deadline);
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(100))]

    /// The promise of [`Priority`]: while it waits, a call has before it at most
    /// ten slots for each call that was there before it, and for itself.
    #[test]
    fn every_call_has_its_turn_within_ten_slots_for_each_that_was_there(mut world in crowd()) {
        world.lanes.clear();
        world.gate.maximum_in_flight = u32::MAX;
        for call in &mut world.calls {
            call.lane = 0;
            call.replies.clear();
        }
        // Many that matter more, without end.
        let quarter = world.period() / 4;
        let flood = (0..200).map(|n| {
            Call::at(Time::from_nanos(n * quarter)).priority(Priority::High)
        });
        world.calls.extend(flood);
        let story = world.run();
        let mut waiting = Vec::<(usize, usize, usize)>::new();
        for (_, call, event) in &story.0 {
            match event {
                Event::Submitted => waiting.push((*call, waiting.len(), 0)),
                Event::Started => {
                    let at = waiting.iter().position(|one| one.0 == *call).unwrap();
                    let (_, before, slots) = waiting.remove(at);
                    prop_assert!(slots < 10 * (before + 1), "{slots} slots behind {before}");
                    waiting.iter_mut().for_each(|one| one.2 += 1);
                }
                event if event.is_an_end() => waiting.retain(|one| one.0 != *call),
                _ => {}
            }
        }
    }
}

#[test]
fn a_call_takes_from_all_limits_or_from_none() {
    // Five at once by the minute, and one each second.
    let rates = [rate(5, 60).burst(5), rate(1, 1)];
    let world = World::with_limits(&rates).with(vec![Call::at(Time::ZERO); 8]);
    let starts = [0, 1, 2, 3, 4, 60, 120, 180].map(seconds);
    assert_eq!(world.run().starts(), starts);
}

#[test]
fn a_delay_is_measured_in_the_slowest_limit_without_its_burst() {
    let rates = [rate(60, 60).burst(60), rate(2, 1)];
    let failing = Call::at(Time::ZERO).replies(&[Reply::at_once(Verdict::Failed); 3]);
    let world = World::with_limits(&rates).with([failing]);
    // The burst allows them all at once, and still nobody hurries.
    assert_eq!(world.run().starts(), [0, 2, 6, 14].map(seconds));
}

#[test]
fn a_call_that_waits_for_its_endpoint_holds_up_nobody() {
    let mut world = World::new(3_600);
    world.lanes = vec![vec![rate(6, 60)]];
    let limited = || Call::at(Time::ZERO).lane(1);
    let calls = [limited(), limited(), limited()];
    let others = vec![Call::at(Time::ZERO); 30];
    let story = world.with(calls.into_iter().chain(others)).run();
    // They go first when their own limit lets them, since they came first.
    for (call, at) in [(0, 0), (1, 10), (2, 20)] {
        assert_eq!(story.starts_of(call), [seconds(at)]);
    }
    let every_second: Vec<_> = (0..33).map(seconds).collect();
    assert_eq!(story.starts(), every_second, "no slot is lost");
}

#[test]
fn retries_of_an_endpoint_pay_its_limit_too() {
    let mut world = World::new(36_000);
    world.lanes = vec![vec![rate(1, 60)]];
    let failing = Call::at(Time::ZERO)
        .lane(1)
        .replies(&[Reply::at_once(Verdict::Failed)]);
    let redirected = Call::at(seconds(1))
        .lane(1)
        .replies(&[Reply::at_once(Verdict::Again)]);
    let story = world.with([failing, redirected]).run();
    assert_eq!(story.starts_of(0), [0, 60].map(seconds));
    assert_eq!(story.starts_of(1), [120, 180].map(seconds));
}

#[test]
fn a_deadline_counts_the_limit_of_the_endpoint() {
    let mut world = World::new(36_000);
    world.lanes = vec![vec![rate(6, 60)]];
    let until = |at| Call::at(Time::ZERO).lane(1).deadline(at);
    let late = seconds(20);
    let calls = [
        Call::at(Time::ZERO).lane(1),
        until(seconds(10)),
        until(late.before_nanos(1)),
        until(late),
    ];
    let story = world.with(calls).run();
    assert_eq!(story.starts_of(1), [seconds(10)], "just in time");
    let missed = Refusal::Deadline { would_run_at: late };
    assert_eq!(story.end_of(2), (Time::ZERO, Event::TurnedAway(missed)));
    assert_eq!(story.starts_of(3), [late]);
}

#[test]
fn who_waits_in_vain_for_an_endpoint_hears_of_it_when_that_is_known() {
    let mut world = World::new(36_000);
    world.lanes = vec![vec![rate(6, 60)]];
    let redirected = [Reply::after(SECOND, Verdict::Again)];
    let calls = [
        Call::at(Time::ZERO).lane(1).replies(&redirected),
        Call::at(Time::ZERO).lane(1).deadline(seconds(15)),
    ];
    let story = world.with(calls).run();
    // The hop goes first, and takes the slot of 10 s.
    let would_run_at = seconds(20);
    let missed = Event::Refused(Refusal::Deadline { would_run_at });
    assert_eq!(story.end_of(1), (seconds(10), missed));
}

#[test]
fn a_lane_that_is_not_full_again_is_not_as_new() {
    let world = World::new(36_000);
    let mut scheduler = Scheduler::new(world.gate.clone());
    let lane = scheduler.add_lane(&[rate(6, 60)]);
    let mut joining: super::super::Joining = Time::NEVER.into();
    joining.lane = lane;
    let id = scheduler.submit((), joining, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, ())));
    let _ = scheduler.finish(id, Verdict::Done, &world.terms, Time::ZERO);
    assert!(!scheduler.is_neutral(seconds(10).before_nanos(1)));
    assert!(scheduler.is_neutral(seconds(10)));
    // Another gate changes nothing about the endpoint.
    scheduler.set_gate(World::new(3_600_000).gate, seconds(1));
    let next = scheduler.submit((), joining, seconds(1)).unwrap();
    assert_eq!(scheduler.next_wake(), Some(seconds(10)));
    assert_eq!(scheduler.cancel(next), Some(()));
    assert_eq!(scheduler.leftovers(), 0);
}

#[test]
fn what_matters_goes_before_bulk_and_bulk_goes_on() {
    let bulk = vec![Call::at(Time::ZERO).priority(Priority::Low); 100];
    let urgent = vec![Call::at(seconds(15)).priority(Priority::High); 50];
    let story = World::new(360).with([bulk, urgent].concat()).run();
    // The two slots before it came, and then at most one in ten.
    assert_eq!(story.starts_of(100), [seconds(20)]);
    for (n, call) in (100..150).enumerate() {
        let overtaken = (n / 9) as u64;
        let at = 20 + 10 * (n as u64 + overtaken);
        assert_eq!(story.starts_of(call), [seconds(at)]);
    }
    assert_eq!(story.starts_of(2), [seconds(110)], "after nine");
}

/// Whatever other lanes do meanwhile, what is overtaken in its own has its turn.
#[test]
fn nobody_starves_in_a_lane_that_is_seldom_open() {
    let mut world = World::new(3_600);
    world.lanes = vec![vec![rate(6, 60)]];
    let low = Call::at(Time::ZERO).lane(1).priority(Priority::Low);
    let high = |n: u64| Call::at(seconds(10 * n)).lane(1).priority(Priority::High);
    let others = (0..400).map(|n| Call::at(seconds(n)));
    let calls = (0..40).map(high).chain([low]).chain(others);
    let story = world.with(calls).run();
    // Nine of its kin, and less than ten of the others' slots.
    let start = story.starts_of(40)[0];
    assert!(start <= seconds(110), "{start:?}");
}

#[test]
fn a_limit_that_stays_keeps_what_was_taken_from_it() {
    let gate = |rates: &[Rate]| World::with_limits(rates).gate;
    let world = World::with_limits(&[rate(5, 60).burst(5)]);
    let mut scheduler = Scheduler::new(world.gate.clone());
    for n in 0..5 {
        let id = scheduler.submit(n, Time::NEVER, Time::ZERO).unwrap();
        assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, n)));
        let _ = scheduler.finish(id, Verdict::Done, &world.terms, Time::ZERO);
    }
    let rates = [rate(5, 60).burst(5), rate(10, 1)];
    scheduler.set_gate(gate(&rates), seconds(1));
    scheduler.submit(5, Time::NEVER, seconds(1)).unwrap();
    assert_eq!(scheduler.next_wake(), Some(seconds(60)));
}
