//! The ends of all ranges.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::super::Time;
use super::super::super::properties::cases;
use super::super::Pace;
use super::{Budget, Refill, named, part, said, window};

fn number() -> impl Strategy<Value = u64> {
    prop_oneof![
        Just(0),
        Just(1),
        0..100_u64,
        Just(u64::MAX),
        u64::MAX - 100..=u64::MAX,
        any::<u64>(),
    ]
}

fn duration() -> impl Strategy<Value = Duration> {
    prop_oneof![
        Just(Duration::ZERO),
        Just(Duration::MAX),
        number().prop_map(Duration::from_nanos),
        number().prop_map(Duration::from_secs),
    ]
}

fn budget() -> impl Strategy<Value = Budget> {
    let refill = prop_oneof![
        Just(Refill::AtReset),
        Just(Refill::Log),
        Just(Refill::Steady)
    ];
    let limit = proptest::option::of(number());
    let length = proptest::option::of(duration());
    (refill, limit, number(), length, duration(), 0..4_u8).prop_map(
        |(refill, limit, remaining, length, reset, which)| {
            let budget = Budget {
                refill,
                limit,
                window: length,
                ..window(remaining, reset)
            };
            match which {
                0 => budget,
                1 => named("b", budget),
                2 => part("x", budget),
                _ => part("y", budget),
            }
        },
    )
}

#[derive(Clone, Debug)]
enum Step {
    Pass(u64),
    Wait,
    Take,
    Hear(Vec<Budget>, usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        1 => number().prop_map(Step::Pass),
        1 => Just(Step::Wait),
        3 => Just(Step::Take),
        3 => (vec(budget(), 0..4), any::<usize>()).prop_map(|(b, which)| Step::Hear(b, which)),
    ]
}

proptest! {
    #![proptest_config(cases(250))]

    #[test]
    fn nothing_overflows(origin in number(), steps in vec(step(), 1..60)) {
        let mut pace = Pace::default();
        let mut now = Time::from_nanos(origin);
        let mut starts = vec![pace.took(now)];
        for step in steps {
            match step {
                Step::Pass(nanos) => now = now.after_nanos(nanos),
                Step::Wait => now = now.max(pace.earliest()),
                // Also where it is too early, which is somebody else's fault.
                Step::Take => starts.push(pace.took(now)),
                Step::Hear(budgets, which) => {
                    pace.heard(&said(budgets), starts[which % starts.len()], now);
                }
            }
            // As new is as fast as new.
            prop_assert!(!pace.is_neutral(now) || pace.earliest() <= now);
            prop_assert!(pace.is_neutral(Time::NEVER));
        }
    }
}

#[test]
fn a_clock_that_steps_back_gives_no_start() {
    let mut pace = Pace::default();
    let start = pace.took(Time::from_nanos(1_000));
    let three = said([window(3, Duration::from_nanos(600))]);
    pace.heard(&three, start, Time::from_nanos(1_000));
    pace.took(Time::from_nanos(10));
    // Two are left of 600, from the latest start on.
    assert_eq!(pace.earliest(), Time::from_nanos(1_200));
}
