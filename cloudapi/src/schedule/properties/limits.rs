//! Never too many starts, in no window.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::{Action, Budget, Limit, Said, Scheduler, Time, Verdict};
use super::random::{any_world, rate};
use super::referee::{closest, densest};
use super::world::{Call, World};
use super::{HOUR, MILLI, SECOND, cases, seconds};

fn limit(rate: u32) -> Limit {
    Limit::per_hour(rate)
}

/// Takes every slot there is, each time somebody looks. `ready` says how long
/// before that there has been a call for it.
fn greedy(rate: u32, looks: impl IntoIterator<Item = (u64, u64)>, most: usize) -> Vec<Time> {
    let mut limit = limit(rate);
    let mut now = Time::ZERO;
    let mut starts = Vec::new();
    for (gap, ready) in looks {
        now = now.after_nanos(gap);
        while limit.earliest() <= now {
            if starts.len() == most {
                return starts;
            }
            limit.take(now.before_nanos(ready), now);
            starts.push(now);
        }
    }
    starts
}

fn per_second(rate: u32) -> usize {
    rate.div_ceil(3_600) as usize
}

/// Looks in bursts, after rests, late and on time, in units of the period;
/// often with calls waiting all the time.
fn looks() -> impl Strategy<Value = Vec<(u64, u64)>> {
    let gap = prop_oneof![
        8 => 0..3_000_u64,
        2 => Just(1_000_u64),
        1 => 3_000..20_000_u64,
    ];
    let ready = prop_oneof![Just(0), 0..5_000_u64, Just(u64::MAX / 1_000)];
    (
        vec((gap, ready), 1..150),
        any::<bool>(),
        option::of(0..2_000_000_u64),
    )
        .prop_map(|(mut looks, is_backlog, rest)| {
            if is_backlog {
                looks.iter_mut().for_each(|look| look.1 = u64::MAX / 1_000);
            }
            if let Some(rest) = rest {
                looks[0].0 = rest;
            }
            looks
        })
}

fn fast() -> impl Strategy<Value = u32> {
    prop_oneof![
        36_001..80_000_u32,
        80_000..1_000_000_u32,
        1_000_000..40_000_000_u32
    ]
}

fn scaled(looks: &[(u64, u64)], rate: u32) -> impl Iterator<Item = (u64, u64)> {
    let period = limit(rate).period();
    let scale = move |thousandths: u64| thousandths.saturating_mul(period) / 1_000;
    looks
        .iter()
        .map(move |&(gap, ready)| (scale(gap), scale(ready)))
}

#[test]
fn the_windows_are_counted_right() {
    let starts = [0, 5, 9, 10, 11, 30].map(Time::from_nanos);
    assert_eq!(densest(&starts, 10), 4);
    assert_eq!(densest(&starts, 6), 3);
    assert_eq!(densest(&starts, 1), 1);
    assert_eq!(closest(&starts), Some(1));
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn no_hour_has_more_starts_than_the_limit(rate in 1..2_000_u32, looks in looks()) {
        let starts = greedy(rate, scaled(&looks, rate), 5_000);
        prop_assert!(densest(&starts, HOUR) <= rate as usize);
    }

    #[test]
    fn no_second_has_more_starts_than_the_limit(rate in fast(), looks in looks()) {
        let starts = greedy(rate, scaled(&looks, rate), 20_000);
        prop_assert!(densest(&starts, SECOND) <= per_second(rate));
    }

    /// An hour of a high rate is too long to play; that slots given late never
    /// run ahead by more than the hundredth of a second that the period makes
    /// up for comes to the same.
    #[test]
    fn starts_never_run_ahead_of_the_period(rate in rate(), looks in looks()) {
        let starts = greedy(rate, scaled(&looks, rate), 5_000);
        let period = i128::from(limit(rate).period());
        let lateness = if rate > 36_000 { 10 * i128::from(MILLI) } else { 0 };
        prop_assert!(period * i128::from(rate) >= i128::from(HOUR) + lateness);
        let mut behind = i128::MIN;
        for (n, start) in (0..).zip(&starts) {
            let ahead = n * period - i128::from(start.as_nanos());
            behind = behind.max(-ahead);
            prop_assert!(ahead + behind <= lateness, "{ahead} after {behind}");
        }
    }

    #[test]
    fn starts_are_a_period_apart_from_a_tenth_of_a_second_on(
        rate in 1..=36_000_u32,
        looks in looks(),
    ) {
        let starts = greedy(rate, scaled(&looks, rate), 5_000);
        let least = HOUR.div_ceil(u64::from(rate));
        prop_assert!(closest(&starts).is_none_or(|gap| gap >= least));
    }

    #[test]
    fn the_limit_holds_whatever_calls_do(world in any_world()) {
        let starts = world.run().starts();
        let period = world.period();
        if period >= SECOND / 10 {
            prop_assert!(closest(&starts).is_none_or(|gap| gap >= period));
        }
        prop_assert!(densest(&starts, HOUR) as u64 <= HOUR.div_ceil(period));
        prop_assert!(densest(&starts, SECOND) as u64 <= SECOND.div_ceil(period));
    }
}

#[test]
fn a_whole_hour_is_full_and_not_too_full() {
    for (rate, gap, late) in [
        (5_000, 90, 0),
        (36_000, 10, 0),
        (36_001, 5, 4),
        (100_000, 3, 7),
    ] {
        let looks = (0..).map(|n| (MILLI * (gap + n % (1 + late)), u64::MAX));
        let starts = greedy(rate, looks, rate as usize * 5 / 4);
        let hour = densest(&starts, HOUR);
        assert!(hour <= rate as usize, "{hour} at {rate}");
        assert!(
            hour as u64 * 10_000 >= u64::from(rate) * 9_990,
            "{hour} at {rate}"
        );
        assert!(densest(&starts, SECOND) <= per_second(rate));
    }
}

#[test]
fn every_second_of_a_very_fast_limit_is_full_and_not_too_full() {
    for per_second in [1_000_u32, 20_000, 90_000] {
        // Now and then it is 9 ms late.
        let look = |n| if n % 5_003 == 0 { 9 * MILLI } else { MILLI / 4 };
        let looks = (0..).map(|n| (look(n), u64::MAX));
        let starts = greedy(per_second * 3_600, looks, 3 * per_second as usize);
        let second = densest(&starts, SECOND);
        assert!(second <= per_second as usize);
        assert!(
            second * 100 >= per_second as usize * 98,
            "{second} of {per_second}"
        );
    }
}

#[test]
fn a_rest_gives_no_credit() {
    let rests = [(0, 0), (10 * HOUR, 0), (0, 0), (HOUR / 720, 0)];
    assert_eq!(greedy(360, rests, 100).len(), 2);
    let world =
        World::new(360).with([0, 5_000, 5_000, 5_000].map(|second| Call::at(seconds(second))));
    let starts = [0, 5_000, 5_010, 5_020].map(seconds);
    assert_eq!(world.run().starts(), starts);
}

/// A limit that has just given a slot, replaced by another a second later:
/// when the next slot comes, and the one after it.
fn replaced(before: u32, after: u32) -> [Option<Time>; 2] {
    let world = World::new(before);
    let mut scheduler = Scheduler::new(world.gate.clone());
    let id = scheduler.submit((), Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, ())));
    let _ = scheduler.finish(id, Verdict::Done, &world.terms, Time::ZERO);
    scheduler.set_gate(World::new(after).gate, seconds(1));
    [(); 2].map(|()| {
        scheduler.submit((), Time::NEVER, seconds(1)).unwrap();
        let slot = scheduler.next_wake();
        assert!(scheduler.poll(slot.unwrap()).is_some());
        slot
    })
}

#[test]
fn a_limit_that_is_replaced_keeps_the_next_slot_or_brings_it_nearer() {
    assert_eq!(replaced(360, 36), [10, 110].map(seconds).map(Some));
    assert_eq!(replaced(360, 3_600), [2, 3].map(seconds).map(Some));
}

#[test]
fn what_a_server_says_remains_counts_beside_the_limits() {
    let world = World::new(360);
    let mut scheduler = Scheduler::new(world.gate.clone());
    let ids = [(); 2].map(|()| scheduler.submit((), Time::NEVER, Time::ZERO).unwrap());
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(ids[0], ())));
    let start = scheduler.latest_start();
    let said = Said {
        budgets: vec![Budget::new("hour", 1, Duration::from_secs(600))],
        ..Said::default()
    };
    scheduler.heard(&said, start, Time::ZERO);
    // One is left, and one comes at the reset.
    assert_eq!(scheduler.next_wake(), Some(seconds(300)));
    assert_eq!(scheduler.poll(seconds(300).before_nanos(1)), None);
    assert_eq!(
        scheduler.poll(seconds(300)),
        Some(Action::Start(ids[1], ()))
    );
}

#[test]
fn a_scheduler_is_as_new_when_its_next_slot_has_come() {
    let world = World::new(360);
    let mut scheduler = Scheduler::new(world.gate.clone());
    let id = scheduler.submit((), Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, ())));
    assert!(
        !scheduler.is_neutral(seconds(10)),
        "an attempt is under way"
    );
    let _ = scheduler.finish(id, Verdict::Done, &world.terms, Time::ZERO);
    assert!(!scheduler.is_neutral(seconds(10).before_nanos(1)));
    assert!(scheduler.is_neutral(seconds(10)));
}
