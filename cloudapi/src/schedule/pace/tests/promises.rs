//! What holds whatever is said.

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::super::properties::{SECOND, cases, seconds};
use super::super::super::{Limit, Time};
use super::super::Pace;
use super::{Budget, log, named, said, secs, steady, tenths, window};

fn any_budget() -> impl Strategy<Value = Budget> {
    let remaining = prop_oneof![0..5_u64, 0..5_000_u64];
    let reset = prop_oneof![0..20_u64, 0..4_000_u64];
    (remaining, reset, 0..3_u8).prop_map(|(remaining, reset, kind)| match kind {
        0 => window(remaining, secs(reset)),
        1 => named("log", log(remaining, secs(reset))),
        _ => named("steady", steady(remaining)),
    })
}

proptest! {
    #![proptest_config(cases(300))]

    /// Headers lower the pace and never raise it: with them, the n-th start is
    /// not earlier than without.
    #[test]
    fn no_start_is_earlier_than_without(
        rate in prop_oneof![1..40_000_u32, 40_000..4_000_000_u32],
        statements in vec(proptest::option::weighted(0.7, vec(any_budget(), 0..3)), 1..60),
    ) {
        let (mut alone, mut paced) = (Limit::per_hour(rate), Limit::per_hour(rate));
        let mut pace = Pace::default();
        let (mut without, mut with) = (Time::ZERO, Time::ZERO);
        for statement in statements {
            without = without.max(alone.earliest());
            alone.take(without, without);
            with = with.max(paced.earliest()).max(pace.earliest());
            paced.take(with, with);
            prop_assert!(with >= without);
            let start = pace.took(with);
            if let Some(budgets) = statement {
                pace.heard(&said(budgets), start, with);
            }
        }
    }

    /// What comes late can only slow down.
    #[test]
    fn an_older_response_never_makes_the_next_start_earlier(
        newer in vec(any_budget(), 1..6),
        older in vec(any_budget(), 1..6),
        takes in 0..4_usize,
    ) {
        let mut pace = Pace::default();
        let [first, second] = [Time::ZERO, tenths(1)].map(|at| pace.took(at));
        pace.heard(&said(newer), second, tenths(2));
        for _ in 0..takes {
            let now = pace.earliest().max(tenths(2));
            pace.took(now);
        }
        let before = pace.earliest();
        pace.heard(&said(older), first, pace.last.max(tenths(2)));
        prop_assert!(pace.earliest() >= before || before <= pace.last);
    }

    /// Until the reset no more start than remained, whatever else is heard of
    /// that window in whatever order, and however the time passes.
    #[test]
    fn no_more_start_until_the_reset_than_remained(
        remaining in 0..30_u64,
        reset in 1..100_u64,
        others in vec((0..30_u64, 0..100_usize), 0..20),
        idle in vec(0..5 * SECOND, 0..40),
    ) {
        let mut pace = Pace::default();
        let first = pace.took(Time::ZERO);
        pace.heard(&said([window(remaining, secs(reset))]), first, Time::ZERO);
        let mut starts = vec![first];
        let mut now = Time::ZERO;
        let mut others = others.into_iter();
        let mut idle = idle.into_iter();
        loop {
            now = now.after_nanos(idle.next().unwrap_or(0)).max(pace.earliest());
            if now >= seconds(reset) {
                break;
            }
            starts.push(pace.took(now));
            prop_assert!(starts.len() as u64 - 1 <= remaining);
            if let Some((remaining, which)) = others.next() {
                let left = seconds(reset).since(now);
                let start = starts[which % starts.len()];
                pace.heard(&said([window(remaining, left)]), start, now);
            }
        }
    }
}
