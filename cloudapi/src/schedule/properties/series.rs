//! A call that keeps failing: how often it is tried, and when.

use std::time::Duration;

use super::super::{Ending, Time, Verdict};
use super::world::{Call, Reply, World};
use super::{SECOND, seconds};

fn failing() -> Call {
    Call::at(Time::ZERO).always(Verdict::Failed)
}

#[test]
fn the_defaults_at_360_an_hour() {
    let story = World::new(360).with([failing()]).run();
    let times = [0, 20, 60, 140, 300, 620, 630, 650, 690, 770, 930, 1_250];
    assert_eq!(story.starts_of(0), times.map(seconds));
    assert_eq!(story.ending_of(0), Ending::Exhausted);
    assert_eq!(story.end_of(0).0, seconds(1_250));
}

#[test]
fn delays_count_from_the_moment_the_failure_is_known() {
    let slow = Reply::after(7 * SECOND, Verdict::Failed);
    let mut world = World::new(360).with([Call::at(Time::ZERO).replies(&[slow; 100])]);
    world.terms.backoff.multiplications = 2;
    // At 81 the series is spent; at the back of the queue the next slot, which
    // is ten seconds after the last, comes first.
    let times = [0, 27, 74, 84, 111, 158];
    assert_eq!(world.run().starts_of(0), times.map(seconds));
}

#[test]
fn the_attempts_are_the_series_times_the_failed_attempts() {
    for multiplications in 0..6 {
        for failed_attempts in 0..5 {
            let mut world = World::new(360).with([failing()]);
            world.terms.backoff.multiplications = multiplications;
            world.terms.maximum_failed_attempts = failed_attempts;
            let attempts = (multiplications + 1) * (failed_attempts + 1);
            let story = world.run();
            assert_eq!(story.starts_of(0).len(), attempts as usize);
            assert_eq!(story.ending_of(0), Ending::Exhausted);
        }
    }
}

#[test]
fn a_throttle_spends_nothing_of_the_series() {
    let throttled = Reply::at_once(Verdict::Throttled(Some(Duration::from_secs(1))));
    let failed = Reply::at_once(Verdict::Failed);
    let mut world = World::new(360);
    world.terms.backoff.multiplications = 1;
    world.terms.maximum_failed_attempts = 0;
    let replies = [throttled, failed, throttled, throttled, failed];
    let story = world.with([Call::at(Time::ZERO).replies(&replies)]).run();
    // The second refusal comes so soon that a quarter of the pace is gone.
    let starts = [0, 10_000, 30_000, 43_333, 56_666];
    let found = story.starts_of(0).into_iter();
    let found = found.map(|start| start.since(Time::ZERO).as_millis());
    assert_eq!(found.collect::<Vec<_>>(), starts);
    assert_eq!(story.ending_of(0), Ending::Exhausted);
}

#[test]
fn a_call_that_succeeds_late_is_not_tried_again() {
    let replies = [Reply::at_once(Verdict::Failed); 11];
    let story = World::new(360)
        .with([Call::at(Time::ZERO).replies(&replies)])
        .run();
    assert_eq!(story.starts_of(0).len(), 12);
    assert_eq!(story.ending_of(0), Ending::Done);
}

#[test]
fn the_count_of_one_call_is_not_that_of_the_next() {
    let second = Call::at(seconds(2_000)).always(Verdict::Failed);
    let story = World::new(360).with([failing(), second]).run();
    let first: Vec<_> = story.starts_of(0);
    let shifted: Vec<_> = first
        .iter()
        .map(|start| start.after_nanos(2_000 * SECOND))
        .collect();
    assert_eq!(story.starts_of(1), shifted);
}

#[test]
fn more_multiplications_than_fit_in_sixteen_bits_are_counted() {
    let mut world = World::new(360);
    world.terms.backoff.multiplier = 1.0;
    world.terms.backoff.multiplications = 70_000;
    world.terms.maximum_failed_attempts = 0;
    let replies = [Reply::at_once(Verdict::Failed)].repeat(80_000);
    let story = world.with([Call::at(Time::ZERO).replies(&replies)]).run();
    assert_eq!(story.starts_of(0).len(), 70_001);
}
