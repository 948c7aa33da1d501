//! No slot is lost.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Action, Ending, Next, Scheduler, Time, Verdict};
use super::random::{punctual_world, rate};
use super::referee::judge;
use super::world::{Call, Reply, Story, World};
use super::{MILLI, SECOND, cases, seconds};

fn starts_without_gaps(story: &Story, period: u64) {
    for (n, start) in (0..).zip(story.starts()) {
        assert_eq!(start, Time::from_nanos(n * period));
    }
}

#[test]
fn a_slot_that_nobody_was_there_for_is_not_late() {
    let mut scheduler = Scheduler::new(World::new(3_600_000).gate);
    let terms = World::new(1).terms;
    let first = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(first, 0)));
    let next = scheduler.finish(first, Verdict::Done, &terms, Time::ZERO);
    assert_eq!(next, Some(Next::Ends(Ending::Done)));
    let now = seconds(1);
    let ids = [1, 2].map(|job| scheduler.submit(job, Time::NEVER, now).unwrap());
    assert_eq!(scheduler.poll(now), Some(Action::Start(ids[0], 1)));
    assert_eq!(
        scheduler.poll(now),
        None,
        "no second one for the time before"
    );
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn something_starts_as_soon_as_anything_can(world in punctual_world()) {
        // To a fast limit, waiting for room or for a probe is lateness too, some of
        // which is made up for.
        let is_fast = world.period() < 100 * MILLI;
        let made_up = if is_fast { 10 * MILLI } else { 0 };
        for start in judge(&world, &world.run()) {
            let possible = start.possible.unwrap();
            prop_assert!(start.at >= possible.before_nanos(made_up), "{start:?}");
            prop_assert!(start.at <= possible.after_nanos(made_up), "{start:?}");
        }
    }

    #[test]
    fn a_backlog_fills_every_slot_whatever_its_calls_do(
        rate in rate(),
        fates in vec(0..6_u64, 20..80),
    ) {
        let world = World::new(rate);
        let period = world.period();
        let calls = fates.iter().zip(1..).map(|(fate, n)| match fate {
            0 => Call::at(Time::ZERO).cancelled(Time::from_nanos(n * period / 3)),
            1 => Call::at(Time::ZERO).always(Verdict::Failed).cancelled(Time::from_nanos(9 * period)),
            2 => Call::at(Time::ZERO).replies(&[Reply::HANGS]),
            3 => Call::at(Time::ZERO).replies(&[Reply::after(n * period / 5, Verdict::Failed)]),
            4 => Call::at(Time::ZERO).deadline(Time::from_nanos(n * period / 2)),
            _ => Call::at(Time::ZERO),
        });
        // Enough of them to cover the longest of the delays.
        let calls = calls.chain(std::iter::repeat_n(Call::at(Time::ZERO), 100));
        let story = world.clone().with(calls).run();
        let starts = story.starts();
        for (n, start) in (0..100).zip(starts) {
            prop_assert_eq!(start, Time::from_nanos(n * period));
        }
    }
}

#[test]
fn cancelling_half_of_a_thousand_leaves_no_gap() {
    for cancelled in [0, 5] {
        let calls = (0..1_000).map(|n| match n % 2 {
            0 => Call::at(Time::ZERO),
            _ => Call::at(Time::ZERO).cancelled(seconds(cancelled)),
        });
        let story = World::new(360).with(calls).run();
        assert_eq!(story.starts().len(), 500);
        starts_without_gaps(&story, 10 * SECOND);
    }
}

#[test]
fn a_hanging_call_delays_nobody() {
    let mut calls = vec![Call::at(Time::ZERO); 100];
    calls[0] = Call::at(Time::ZERO).replies(&[Reply::HANGS]);
    calls[7] = calls[0].clone();
    let story = World::new(360).with(calls).run();
    for call in 0..100 {
        assert_eq!(story.starts_of(call), [seconds(10 * call as u64)]);
    }
}

#[test]
fn a_failing_call_takes_slots_and_never_time() {
    let mut calls = vec![Call::at(Time::ZERO); 200];
    calls[0] = Call::at(Time::ZERO).always(Verdict::Failed);
    let story = World::new(360).with(calls).run();
    assert_eq!(story.starts().len(), 199 + 12);
    // As long as the others are there; the last of its delays stand alone.
    let crowded = Story(story.0[..600].to_vec());
    starts_without_gaps(&crowded, 10 * SECOND);
    assert_eq!(story.starts_of(0)[..3], [0, 20, 60].map(seconds));
    assert_eq!(story.starts_of(1), [seconds(10)]);
    assert_eq!(story.starts_of(2), [seconds(30)]);
}

#[test]
fn room_that_is_given_up_is_used_at_once() {
    let mut world = World::new(360);
    world.gate.maximum_in_flight = 2;
    let hangs = Call::at(Time::ZERO).replies(&[Reply::HANGS]);
    let calls = [
        hangs.clone().cancelled(seconds(25)),
        hangs.clone().cancelled(seconds(100)),
        Call::at(Time::ZERO).replies(&[Reply::after(5 * SECOND, Verdict::Failed)]),
        Call::at(Time::ZERO),
    ];
    let story = world.with(calls).run();
    assert_eq!(story.starts_of(2), [25, 50].map(seconds));
    assert_eq!(story.starts_of(3), [seconds(35)]);
}

/// With a timer that is up to two periods late, a slot that was due while
/// somebody waited is made up for, also if the call that gets it was not yet
/// there then.
#[test]
fn a_call_that_comes_back_takes_no_slot_from_those_in_line() {
    let mut world = World::new(3_600_000);
    world.lateness = vec![0, 2 * MILLI];
    world.terms.backoff.multiplier = 1.3;
    let failing = Call::at(Time::ZERO).replies(&[Reply::at_once(Verdict::Failed); 5]);
    let calls = std::iter::repeat_n(failing, 50).chain(vec![Call::at(Time::ZERO); 700]);
    let period = world.period();
    let starts = world.with(calls).run().starts();
    let late = starts[999].since(Time::from_nanos(999 * period));
    assert!(late.as_millis() <= 3, "{late:?}");
}
