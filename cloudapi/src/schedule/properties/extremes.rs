//! The ends of all ranges.

use std::time::Duration;

use proptest::prelude::*;

use super::super::{
    Action, Backoff, Joining, LaneId, Next, Priority, Rate, Room, Scheduler, Terms, Time, Verdict,
    WhenFull,
};
use super::world::World;
use super::{cases, seconds};

#[derive(Clone, Copy, Debug)]
enum Step {
    Submit(u64, Priority, bool),
    Poll(u64),
    Wake,
    Finish(usize, Verdict),
    Cancel(usize),
}

fn nanos() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        0..5_000_000_000_u64,
        Just(u64::MAX),
        u64::MAX - 5_000_000_000..=u64::MAX,
        any::<u64>(),
    ]
}

fn verdict() -> impl Strategy<Value = Verdict> {
    prop_oneof![
        Just(Verdict::Failed),
        any::<bool>().prop_map(|again| Verdict::Unreachable { again }),
        Just(Verdict::Done),
        Just(Verdict::Throttled(None)),
        Just(Verdict::Throttled(Some(Duration::MAX))),
        nanos().prop_map(|wait| Verdict::Throttled(Some(Duration::from_nanos(wait)))),
    ]
}

fn priority() -> impl Strategy<Value = Priority> {
    prop_oneof![
        Just(Priority::High),
        Just(Priority::Normal),
        Just(Priority::Low)
    ]
}

/// Any at all, also what no client can be made with.
fn any_rate() -> impl Strategy<Value = Rate> {
    let number = || prop_oneof![Just(0), Just(1), 2..100_u32, Just(u32::MAX)];
    let per = prop_oneof![nanos().prop_map(Duration::from_nanos), Just(Duration::MAX)];
    (number(), per, number()).prop_map(|(calls, per, burst)| Rate::new(calls, per).burst(burst))
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (nanos(), priority(), any::<bool>())
            .prop_map(|(deadline, priority, limited)| Step::Submit(deadline, priority, limited)),
        nanos().prop_map(Step::Poll),
        Just(Step::Wake),
        (any::<usize>(), verdict()).prop_map(|(which, verdict)| Step::Finish(which, verdict)),
        any::<usize>().prop_map(Step::Cancel),
    ]
}

fn terms() -> impl Strategy<Value = Terms> {
    let edge = || prop_oneof![Just(0), Just(1), Just(u32::MAX)];
    let wait = || {
        prop_oneof![
            Just(Duration::ZERO),
            Just(Duration::MAX),
            nanos().prop_map(Duration::from_nanos),
        ]
    };
    let multiplier = prop_oneof![Just(1.0), Just(1e300), Just(f64::MAX), Just(f64::INFINITY)];
    let throttles = prop_oneof![Just(0), Just(u16::MAX)];
    let backoff = (multiplier, edge(), wait(), wait()).prop_map(
        |(multiplier, multiplications, minimum, maximum)| Backoff {
            multiplier,
            multiplications,
            minimum,
            maximum,
        },
    );
    (backoff, edge(), throttles, wait(), wait()).prop_map(
        |(backoff, maximum_failed_attempts, maximum_throttles, maximum_retry_after, least_wait)| {
            Terms {
                backoff,
                maximum_failed_attempts,
                maximum_throttles,
                maximum_retry_after,
                jitter: 1.0,
                least_wait,
            }
        },
    )
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn nothing_overflows_and_nothing_is_lost_at_the_ends_of_time(
        rate in prop_oneof![Just(1), Just(36_001), Just(u32::MAX)],
        maximum_in_flight in prop_oneof![Just(1), Just(u32::MAX)],
        terms in terms(),
        start in nanos(),
        steps in proptest::collection::vec(step(), 1..80),
        more in (any_rate(), any_rate()),
        room in prop_oneof![Just(1), Just(3), Just(u32::MAX)],
        when_full in 0..3_usize,
    ) {
        let mut gate = World::with_limits(&[Rate::new(rate, Rate::HOUR), more.0]).gate;
        gate.maximum_in_flight = maximum_in_flight;
        gate.retry_budget = Some(0.2);
        gate.room = Room {
            maximum: room,
            when_full: [WhenFull::Refuse, WhenFull::Wait, WhenFull::DropOldest][when_full],
        };
        let mut scheduler = Scheduler::new(gate);
        let own = scheduler.add_lane(&[more.1]);
        let mut now = Time::from_nanos(start);
        let mut known = Vec::new();
        for step in steps {
            match step {
                Step::Submit(deadline, priority, limited) => {
                    let deadline = now.after_nanos(deadline);
                    let lane = if limited { own } else { LaneId::MAIN };
                    let joining = Joining { deadline, lane, priority };
                    known.extend(scheduler.submit((), joining, now));
                }
                Step::Poll(later) => now = now.after_nanos(later),
                Step::Wake => now = now.max(scheduler.next_wake().unwrap_or(now)),
                Step::Finish(which, verdict) if !known.is_empty() => {
                    let which = which % known.len();
                    let next = scheduler.finish(known[which], verdict, &terms, now);
                    if matches!(next, Some(Next::Ends(_))) {
                        prop_assert_eq!(scheduler.cancel(known.swap_remove(which)), None);
                    }
                }
                Step::Cancel(which) if !known.is_empty() => {
                    scheduler.cancel(known.swap_remove(which % known.len()));
                }
                _ => {}
            }
            let mut turns = 0;
            while let Some(action) = scheduler.poll(now) {
                turns += 1;
                prop_assert!(turns <= 200);
                prop_assert!(!matches!(action, Action::Start(id, ()) if !known.contains(&id)));
            }
            prop_assert!(scheduler.next_wake().is_none_or(|wake| wake > now));
        }
        for id in known {
            scheduler.cancel(id);
        }
        prop_assert!(scheduler.is_empty());
        prop_assert_eq!(scheduler.leftovers(), 0);
        prop_assert_eq!(scheduler.next_wake(), None);
    }
}

/// A clock that steps back is a fault of somebody else's; it must not bring
/// more starts, or a panic.
#[test]
fn a_clock_that_steps_back_gives_no_slot() {
    let world = World::new(360);
    let mut scheduler = Scheduler::new(world.gate.clone());
    let at = seconds(1_000);
    let first = scheduler.submit(1, Time::NEVER, at).unwrap();
    assert_eq!(scheduler.poll(at), Some(Action::Start(first, 1)));
    let before = seconds(500);
    scheduler.submit(2, Time::NEVER, before).unwrap();
    let next = scheduler.finish(first, Verdict::Throttled(None), &world.terms, before);
    assert_eq!(next, Some(Next::Waits));
    assert_eq!(scheduler.poll(before), None);
    assert_eq!(scheduler.next_wake(), Some(seconds(1_010)));
}

#[test]
fn a_gate_that_is_closed_for_ever_asks_for_no_wake() {
    let mut world = World::new(360);
    world.terms.maximum_retry_after = Duration::MAX;
    let mut scheduler = Scheduler::new(world.gate.clone());
    let id = scheduler.submit((), Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, ())));
    let verdict = Verdict::Throttled(Some(Duration::MAX));
    let next = scheduler.finish(id, verdict, &world.terms, Time::ZERO);
    assert_eq!(next, Some(Next::Waits));
    assert_eq!(scheduler.next_wake(), None);
    let refused = scheduler.submit((), seconds(1), Time::ZERO);
    assert!(refused.is_err());
}

#[cfg(feature = "testing")]
#[test]
fn without_a_limit_nothing_waits() {
    use super::super::{Ending, Limits};
    use super::world::Call;

    let mut world = World::new(1).with([
        Call::at(seconds(1)).always(Verdict::Failed),
        Call::at(seconds(1)).always(Verdict::Throttled(None)),
        Call::at(seconds(1)).deadline(seconds(1)),
    ]);
    world.gate.limits = Limits::NONE;
    let story = world.run();
    assert_eq!(story.starts_of(0), [seconds(1); 12]);
    assert_eq!(story.starts_of(1), [seconds(1); 21]);
    assert_eq!(story.ending_of(1), Ending::Throttled);
    assert_eq!(story.starts_of(2), [seconds(1)]);
}
