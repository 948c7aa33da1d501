//! Every call ends exactly once, and leaves nothing behind.

use proptest::prelude::*;

use super::super::{Action, Ending, Next, Refusal, Scheduler, Time, Verdict};
use super::random::any_world;
use super::world::{Call, Event, World};
use super::{cases, seconds};

proptest! {
    #![proptest_config(cases(200))]

    /// The simulation itself sees to it that nothing happens to a call after
    /// its end, and that nothing is left when all have ended.
    #[test]
    fn every_call_ends_exactly_once(world in any_world()) {
        let story = world.run();
        for call in 0..world.calls.len() {
            let ends = story.of(call).filter(|line| line.1.is_an_end()).count();
            prop_assert_eq!(ends, 1);
            prop_assert!(story.end_of(call).1.is_an_end());
        }
    }

    #[test]
    fn an_ending_says_what_happened(world in any_world()) {
        let story = world.run();
        for (_, _, event) in story.0 {
            let Event::Answered(verdict, next) = event else { continue };
            let fits = match verdict {
                Verdict::Done => next == Next::Ends(Ending::Done),
                Verdict::Ends => next == Next::Ends(Ending::Failed),
                Verdict::Unknown => next == Next::Ends(Ending::Unknown),
                Verdict::Failed | Verdict::Unreachable { .. } => matches!(
                    next,
                    Next::Waits
                        | Next::Ends(
                            Ending::Exhausted | Ending::Refused(Refusal::Deadline { .. })
                        )
                ),
                Verdict::Again => matches!(
                    next,
                    Next::Waits | Next::Ends(Ending::Refused(Refusal::Deadline { .. }))
                ),
                Verdict::AgainAfter(_) => matches!(
                    next,
                    Next::Waits
                        | Next::Ends(Ending::Refused(
                            Refusal::Deadline { .. } | Refusal::Barred { .. }
                        ))
                ),
                Verdict::Throttled(_) => matches!(
                    next,
                    Next::Waits | Next::Ends(Ending::Throttled | Ending::Refused(_))
                ),
            };
            prop_assert!(fits, "{event:?}");
        }
    }
}

#[test]
fn a_cancelled_call_is_gone_from_wherever_it_was() {
    let world = World::new(360);
    let deadline = seconds(1_000);
    let mut scheduler = Scheduler::new(world.gate.clone());
    let running = scheduler.submit("running", deadline, Time::ZERO).unwrap();
    let waiting = scheduler.submit("waiting", deadline, Time::ZERO).unwrap();
    assert_eq!(
        scheduler.poll(Time::ZERO),
        Some(Action::Start(running, "running"))
    );
    assert_eq!(scheduler.cancel(running), Some("running"));
    assert_eq!(scheduler.cancel(running), None);
    let late = scheduler.finish(running, Verdict::Done, &world.terms, Time::ZERO);
    assert_eq!(late, None);
    assert!(!scheduler.is_empty());
    assert_eq!(scheduler.cancel(waiting), Some("waiting"));
    assert_eq!(scheduler.leftovers(), 0);

    let failing = scheduler.submit("failing", deadline, seconds(10)).unwrap();
    assert_eq!(
        scheduler.poll(seconds(10)),
        Some(Action::Start(failing, "failing"))
    );
    let next = scheduler.finish(failing, Verdict::Failed, &world.terms, seconds(10));
    assert_eq!(next, Some(Next::Waits));
    let twice = scheduler.finish(failing, Verdict::Failed, &world.terms, seconds(10));
    assert_eq!(twice, None, "no attempt is under way");
    assert_eq!(scheduler.cancel(failing), Some("failing"));
    assert_eq!(scheduler.leftovers(), 0);
    assert_eq!(scheduler.next_wake(), None);
    assert!(scheduler.is_empty());
}

#[test]
fn a_late_answer_does_not_end_the_call_that_got_the_key() {
    let world = World::new(36_000_000);
    let mut scheduler = Scheduler::new(world.gate.clone());
    let first = scheduler.submit(1, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(first, 1)));
    scheduler.cancel(first);
    let second = scheduler.submit(2, Time::NEVER, seconds(1)).unwrap();
    assert_eq!(scheduler.poll(seconds(1)), Some(Action::Start(second, 2)));
    assert_ne!(first, second);
    let stale = scheduler.finish(first, Verdict::Done, &world.terms, seconds(1));
    assert_eq!(stale, None);
    assert_eq!(scheduler.cancel(first), None);
    let next = scheduler.finish(second, Verdict::Done, &world.terms, seconds(1));
    assert_eq!(next, Some(Next::Ends(Ending::Done)));
}

#[test]
fn what_can_end_a_call_does() {
    for (verdict, ending) in [
        (Verdict::Done, Ending::Done),
        (Verdict::Ends, Ending::Failed),
        (Verdict::Unknown, Ending::Unknown),
        (Verdict::Failed, Ending::Exhausted),
        (Verdict::Throttled(None), Ending::Throttled),
    ] {
        let world = World::new(360).with([Call::at(Time::ZERO).always(verdict)]);
        assert_eq!(world.run().ending_of(0), ending);
    }
}
