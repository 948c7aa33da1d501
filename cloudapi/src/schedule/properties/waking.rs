//! The scheduler asks to be woken when there is something to do, and only then.

use proptest::prelude::*;

use super::super::{Action, Next, Scheduler, Time, Verdict};
use super::random::any_world;
use super::world::World;
use super::{cases, seconds};

proptest! {
    #![proptest_config(cases(200))]

    /// The simulation looks twice before each wake, where there must be nothing
    /// to do, and sees to it that the next wake always lies ahead.
    #[test]
    fn a_wake_is_neither_early_nor_repeated(world in any_world()) {
        let _ = world.run();
    }
}

#[test]
fn an_empty_scheduler_sleeps() {
    let scheduler: Scheduler<()> = Scheduler::new(World::new(360).gate);
    assert_eq!(scheduler.next_wake(), None);
}

#[test]
fn each_thing_to_wait_for_has_its_wake() {
    let mut world = World::new(360);
    world.gate.maximum_in_flight = 1;
    let mut scheduler = Scheduler::new(world.gate.clone());
    let first = scheduler.submit(1, seconds(500), Time::ZERO).unwrap();
    assert_eq!(scheduler.next_wake(), Some(Time::ZERO));
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(first, 1)));
    assert_eq!(
        scheduler.next_wake(),
        None,
        "an attempt has its own timeout"
    );
    let second = scheduler.submit(2, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.next_wake(), None, "there is no room");
    let failed = scheduler.finish(first, Verdict::Failed, &world.terms, seconds(3));
    assert_eq!(failed, Some(Next::Waits));
    assert_eq!(scheduler.next_wake(), Some(seconds(10)), "the slot");
    assert_eq!(scheduler.poll(seconds(10)), Some(Action::Start(second, 2)));
    assert_eq!(
        scheduler.next_wake(),
        Some(seconds(23)),
        "the end of the delay"
    );
    assert_eq!(scheduler.poll(seconds(23)), None);
    let expiry = seconds(500).after_nanos(1);
    assert_eq!(scheduler.next_wake(), Some(expiry), "the deadline");
    assert!(matches!(scheduler.poll(expiry), Some(Action::Refuse(1, _))));
    assert_eq!(scheduler.next_wake(), None);
}
