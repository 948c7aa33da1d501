//! A call does not run after its deadline, and hears of it as soon as may be.

use std::time::Duration;

use proptest::prelude::*;

use super::super::{Ending, Next, Refusal, Time, Verdict};
use super::random::any_world;
use super::world::{Call, Event, Reply, World};
use super::{SECOND, cases, seconds};

const fn missed(would_run_at: u64) -> Refusal {
    Refusal::Deadline {
        would_run_at: seconds(would_run_at),
    }
}

fn throttle(latency: u64, wait: u64) -> Reply {
    let wait = Some(Duration::from_secs(wait));
    Reply::after(latency * SECOND, Verdict::Throttled(wait))
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn nothing_starts_after_its_deadline(world in any_world()) {
        for (now, call, event) in world.run().0 {
            prop_assert!(event != Event::Started || now <= world.calls[call].deadline);
        }
    }

    #[test]
    fn nobody_is_refused_who_could_have_run(world in any_world()) {
        for (now, call, event) in world.run().0 {
            let (Event::TurnedAway(refusal)
            | Event::Refused(refusal)
            | Event::Answered(_, Next::Ends(Ending::Refused(refusal)))) = event
            else {
                continue;
            };
            let deadline = world.calls[call].deadline;
            match refusal {
                Refusal::Deadline { would_run_at } => {
                    prop_assert!(would_run_at > deadline && would_run_at >= now);
                }
                Refusal::Barred { until } => prop_assert!(until > now),
                Refusal::Unreachable { .. } => prop_assert!(false, "all are reached"),
                Refusal::Full { .. } | Refusal::Displaced { .. } => {
                    prop_assert!(false, "there is no end of places");
                }
                Refusal::Shutdown => unreachable!("that is not the scheduler's"),
            }
        }
    }

    /// Nobody who waits does so for a slot that cannot be theirs any more.
    #[test]
    fn nobody_waits_in_vain(world in any_world()) {
        let mut waits = vec![false; world.calls.len()];
        let mut looked = Time::ZERO;
        let mut opens_at = Time::ZERO;
        for (now, call, event) in world.run().0 {
            if now > looked {
                for (call, waits) in waits.iter().enumerate() {
                    prop_assert!(!waits || world.calls[call].deadline >= opens_at);
                }
            }
            looked = now;
            waits[call] = match event {
                Event::Submitted => true,
                Event::Answered(..) => !event.is_an_end(),
                _ => false,
            };
            if event == Event::Started && world.period() >= SECOND / 10 {
                opens_at = opens_at.max(now.after_nanos(world.period()));
            }
            if let Event::Answered(Verdict::Throttled(Some(wait)), _) = event
                && wait <= world.terms.maximum_retry_after
            {
                opens_at = opens_at.max(now.after(wait));
            }
        }
    }
}

#[test]
fn a_call_that_cannot_make_it_is_turned_away_with_the_time() {
    let calls = [
        Call::at(Time::ZERO),
        Call::at(Time::ZERO).deadline(seconds(10)),
        Call::at(seconds(1)).deadline(seconds(20).before_nanos(1)),
        Call::at(seconds(1)).deadline(seconds(20)),
    ];
    let story = World::new(360).with(calls).run();
    assert_eq!(story.starts_of(1), [seconds(10)]);
    let away = (seconds(1), Event::TurnedAway(missed(20)));
    assert_eq!(story.end_of(2), away);
    assert_eq!(story.starts_of(3), [seconds(20)], "just in time");
}

#[test]
fn a_retry_that_would_come_too_late_is_not_waited_for() {
    let failing = |deadline| {
        Call::at(Time::ZERO)
            .always(Verdict::Failed)
            .deadline(deadline)
    };
    let story = World::new(360).with([failing(seconds(59))]).run();
    assert_eq!(story.starts_of(0), [0, 20].map(seconds));
    assert_eq!(story.ending_of(0), Ending::Refused(missed(60)));
    assert_eq!(story.end_of(0).0, seconds(20));
    let story = World::new(360).with([failing(seconds(60))]).run();
    assert_eq!(story.starts_of(0), [0, 20, 60].map(seconds));
}

#[test]
fn a_requeue_that_would_come_too_late_is_not_waited_for() {
    let mut world = World::new(360);
    world.terms.backoff.multiplications = 0;
    let failing = |deadline| {
        Call::at(Time::ZERO)
            .always(Verdict::Failed)
            .deadline(deadline)
    };
    let others = vec![Call::at(Time::ZERO); 3];
    let late = vec![failing(seconds(40).before_nanos(1))];
    let story = world.clone().with([late, others.clone()].concat()).run();
    assert_eq!(story.end_of(0).0, Time::ZERO);
    assert_eq!(story.ending_of(0), Ending::Refused(missed(40)));
    let in_time = vec![failing(seconds(40))];
    let story = world.with([in_time, others].concat()).run();
    assert_eq!(story.starts_of(0), [0, 40].map(seconds));
}

#[test]
fn those_that_wait_hear_at_once_that_the_gate_is_closed_for_too_long() {
    let calls = [
        Call::at(Time::ZERO).replies(&[throttle(15, 100)]),
        Call::at(Time::ZERO)
            .always(Verdict::Failed)
            .deadline(seconds(114)),
        Call::at(Time::ZERO).deadline(seconds(115).before_nanos(1)),
        Call::at(Time::ZERO).deadline(seconds(125)),
    ];
    let story = World::new(360).with(calls).run();
    for refused in [1, 2] {
        let told = (seconds(15), Event::Refused(missed(115)));
        assert_eq!(story.end_of(refused), told);
    }
    assert_eq!(story.starts_of(3), [seconds(125)]);
}

#[test]
fn a_failed_call_hears_at_once_that_the_gate_is_closed_for_too_long() {
    let late = Reply::after(10 * SECOND, Verdict::Failed);
    let calls = [
        Call::at(Time::ZERO).replies(&[throttle(15, 100)]),
        Call::at(Time::ZERO).replies(&[late]).deadline(seconds(100)),
    ];
    let story = World::new(360).with(calls).run();
    assert_eq!(story.end_of(1).0, seconds(20));
    assert_eq!(story.ending_of(1), Ending::Refused(missed(115)));
}

#[test]
fn a_throttled_call_hears_at_once_that_the_next_slot_is_too_late() {
    // The gate would be open again at 14, but the slot of 10 is another's.
    let calls = [
        Call::at(Time::ZERO)
            .replies(&[throttle(12, 2)])
            .deadline(seconds(19)),
        Call::at(Time::ZERO),
    ];
    let story = World::new(360).with(calls).run();
    assert_eq!(story.end_of(0).0, seconds(12));
    assert_eq!(story.ending_of(0), Ending::Refused(missed(20)));
}

#[test]
fn a_call_expires_where_it_waits() {
    let mut world = World::new(360);
    world.gate.maximum_in_flight = 1;
    let calls = [
        Call::at(Time::ZERO).replies(&[Reply::after(50 * SECOND, Verdict::Failed)]),
        Call::at(Time::ZERO).deadline(seconds(30)),
        Call::at(Time::ZERO).deadline(seconds(50)),
        Call::at(Time::ZERO).deadline(seconds(59)),
    ];
    let story = world.with(calls).run();
    let (at, expired) = story.end_of(1);
    assert_eq!(at, seconds(30).after_nanos(1));
    let would_run_at = at;
    let refusal = Refusal::Deadline { would_run_at };
    assert_eq!(expired, Event::Refused(refusal));
    assert_eq!(story.starts_of(2), [seconds(50)], "just in time");
    assert_eq!(story.end_of(3), (seconds(50), Event::Refused(missed(60))));
}
