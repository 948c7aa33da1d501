//! Who has a place.

use super::super::{
    Action, CallId, Joining, Next, Rate, Refusal, Room, Scheduler, Time, Verdict, WhenFull,
};
use super::seconds;
use super::world::World;

/// With a limit that has just given a slot, at 0 s; the next one is at 10 s.
fn scheduler(maximum: u32, when_full: WhenFull) -> (Scheduler<usize>, CallId) {
    let mut gate = World::new(360).gate;
    gate.room = Room { maximum, when_full };
    let mut scheduler = Scheduler::new(gate);
    let id = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, 0)));
    (scheduler, id)
}

#[test]
fn who_comes_with_a_slot_has_no_place_while_another_waits_for_that_slot() {
    let (mut scheduler, _) = scheduler(1, WhenFull::Refuse);
    scheduler.submit(1, Time::NEVER, Time::ZERO).unwrap();
    let refused = scheduler.submit(2, Time::NEVER, seconds(10));
    assert!(matches!(refused, Err(Refusal::Full { .. })), "{refused:?}");
}

#[test]
fn whose_delay_is_just_over_goes_before_whoever_comes() {
    let terms = World::new(360).terms;
    for (now, is_full) in [(19, false), (20, true)] {
        let (mut scheduler, id) = scheduler(1, WhenFull::Refuse);
        let next = scheduler.finish(id, Verdict::Failed, &terms, Time::ZERO);
        assert_eq!(next, Some(Next::Waits));
        assert_eq!(scheduler.next_wake(), Some(seconds(20)));
        let joined = scheduler.submit(1, Time::NEVER, seconds(now));
        assert_eq!(joined.is_err(), is_full, "at {now} s");
    }
}

#[test]
fn who_gives_up_its_place_is_not_counted_as_ahead() {
    // In the main lane, and in that of the newcomer.
    for (main, own) in [(2, 0), (1, 1)] {
        for (deadline, is_refused) in [(20, false), (19, true)] {
            let (mut scheduler, _) = scheduler(2, WhenFull::DropOldest);
            let lane = scheduler.add_lane(&[Rate::new(100, Rate::SECOND)]);
            let of_lane = |deadline: Time| Joining {
                lane,
                ..Joining::from(deadline)
            };
            for job in 0..main {
                scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
            }
            for job in 0..own {
                let joining = of_lane(Time::NEVER);
                scheduler.submit(job, joining, Time::ZERO).unwrap();
            }
            let joining = of_lane(seconds(deadline));
            let joined = scheduler.submit(9, joining, Time::ZERO);
            assert_eq!(joined.is_err(), is_refused, "{main}, {own}: {joined:?}");
        }
    }
}
