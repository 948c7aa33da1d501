//! First come, first served.

use proptest::prelude::*;

use super::super::Verdict;
use super::random::any_world;
use super::referee::judge;
use super::world::{Call, Reply, World};
use super::{SECOND, cases, seconds};

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn the_most_senior_of_those_that_are_ready_starts(world in any_world()) {
        for start in judge(&world, &world.run()) {
            prop_assert_eq!(start.next, Some(start.call), "{:?}", start);
        }
    }

    #[test]
    fn nothing_starts_before_it_is_ready(world in any_world()) {
        for start in judge(&world, &world.run()) {
            prop_assert!(start.ready.is_some_and(|ready| ready <= start.at), "{start:?}");
        }
    }

    #[test]
    fn no_more_are_under_way_than_allowed(world in any_world()) {
        for start in judge(&world, &world.run()) {
            prop_assert!(start.in_flight < world.gate.maximum_in_flight);
        }
    }
}

#[test]
fn a_thousand_calls_go_in_the_order_they_came() {
    let world = World::new(360).with((0..1_000).map(|n| Call::at(seconds(n / 7))));
    let story = world.run();
    for call in 0..1_000 {
        assert_eq!(story.starts_of(call), [seconds(10 * call as u64)]);
    }
}

#[test]
fn a_call_back_from_a_delay_goes_before_those_that_came_after_it() {
    let fails_once = [Reply::at_once(Verdict::Failed)];
    let first = Call::at(seconds(0)).replies(&fails_once);
    let others = (1..6).map(|_| Call::at(seconds(1)));
    let story = World::new(360)
        .with([first].into_iter().chain(others))
        .run();
    assert_eq!(story.starts_of(0), [0, 20].map(seconds));
    assert_eq!(story.starts_of(1), [seconds(10)]);
    assert_eq!(story.starts_of(2), [seconds(30)]);
}

#[test]
fn two_that_come_back_together_keep_their_order() {
    let fails_once = |latency| [Reply::after(latency, Verdict::Failed)];
    let calls = [
        Call::at(seconds(0)).replies(&fails_once(10 * SECOND)),
        Call::at(seconds(0)).replies(&fails_once(0)),
        Call::at(seconds(30)),
    ];
    let story = World::new(360).with(calls).run();
    assert_eq!(story.starts_of(0), [0, 30].map(seconds));
    assert_eq!(story.starts_of(1), [10, 40].map(seconds));
    assert_eq!(story.starts_of(2), [seconds(50)]);
}

#[test]
fn a_failed_series_goes_to_the_back_of_the_queue() {
    let mut world = World::new(360);
    world.terms.backoff.multiplications = 0;
    let failing = Call::at(seconds(0)).always(Verdict::Failed);
    let others = (1..4).map(|_| Call::at(seconds(0)));
    let story = world.with([failing].into_iter().chain(others)).run();
    assert_eq!(story.starts_of(0), [0, 40].map(seconds));
    assert_eq!(story.starts_of(3), [seconds(30)]);
}
