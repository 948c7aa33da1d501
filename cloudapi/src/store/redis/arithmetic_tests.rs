//! The script that gives slots counts as `store/slots.rs` does, at any times.
//!
//! With a server, whose address is `CLOUDAPI_REDIS` (see `.ci/servers`).

use std::collections::HashMap;
use std::num::NonZeroU32;
use std::time::{Duration, UNIX_EPOCH};

use proptest::prelude::*;
use redis::{Connection, Value};

use super::record;
use crate::schedule::Rate;
use crate::store::clock::Clock;
use crate::store::slots::{self, Slot};
use crate::store::{JobId, Reservation, SharedLimit};

/// Somewhere in 2026.
const START: i64 = 1_790_000_000_000_000;

/// The script, by a clock of ours.
fn script() -> String {
    let clock = include_str!("lua/clock.lua");
    let by_hand = clock.replace(
        "redis.call('TIME')",
        "{string.sub(ARGV[#ARGV], 1, -7), string.sub(ARGV[#ARGV], -6)}",
    );
    assert_ne!(clock, by_hand);
    let reserve = include_str!("lua/reserve.lua").replace("#ARGV, 3 do", "#ARGV - 1, 3 do");
    by_hand + &reserve
}

#[derive(Clone, Debug)]
struct Step {
    /// Microseconds; a clock may be set back.
    later: i64,
    closed_for: Option<u64>,
    gate: Vec<usize>,
    endpoint: Vec<usize>,
}

fn rate() -> impl Strategy<Value = Rate> {
    let calls = prop_oneof![1..20_u32, 1..=1_000_000_u32];
    let window = prop_oneof![1_000_000..10_000_000_u64, 1..30_000_000_000_000_u64];
    (calls, window, any::<prop::sample::Index>()).prop_map(|(calls, window, burst)| {
        let burst = 1 + burst.index(calls as usize);
        Rate::new(calls, Duration::from_micros(window)).burst(u32::try_from(burst).unwrap())
    })
}

fn step() -> impl Strategy<Value = Step> {
    let later = prop_oneof![
        8 => 0..2_000_000_i64,
        2 => 0..100_000_000_000_i64,
        1 => -100_000_000_000..0_i64,
    ];
    let closed_for = prop::option::weighted(0.1, 0..3_000_000_u64);
    let gate = prop::sample::subsequence(vec![0, 1, 2], 1..=3);
    let endpoint = prop::sample::subsequence(vec![3, 4], 0..=2);
    (later, closed_for, gate, endpoint).prop_map(|(later, closed_for, gate, endpoint)| Step {
        later,
        closed_for,
        gate,
        endpoint,
    })
}

fn ask(
    connection: &mut Connection,
    key: &str,
    wanted: &Reservation<'_>,
    wall: i64,
) -> (String, u64) {
    let mut asked = redis::cmd("EVAL");
    asked.arg(script()).arg(1).arg(key).arg(wanted.gate.len());
    for limit in wanted.gate.iter().chain(wanted.endpoint) {
        let period = limit.period_micros();
        let tolerance = period.saturating_mul(limit.burst_periods());
        asked.arg(&limit.name).arg(period).arg(tolerance);
    }
    let answer: Value = asked.arg(wall).query(connection).unwrap();
    let mut parts = record::list(answer).unwrap().into_iter();
    let word = record::text(record::next(&mut parts)).unwrap();
    (word, record::number(record::next(&mut parts)).unwrap())
}

fn compare(connection: &mut Connection, rates: &[Rate], steps: &[Step]) {
    let key = format!("cloudapi-arithmetic:{}", JobId::random());
    let limit = |index: &usize| SharedLimit {
        name: format!("limit {index}"),
        rate: rates[*index],
    };
    let (mut clock, mut wall) = (Clock::default(), START);
    let (mut closed, mut next) = (0, HashMap::new());
    for step in steps {
        wall += step.later;
        let at = UNIX_EPOCH + Duration::from_micros(u64::try_from(wall).unwrap());
        let now = clock.read(at).now;
        if let Some(closed_for) = step.closed_for {
            closed = closed.max(now + closed_for);
            let mut set = redis::cmd("HSET");
            set.arg(&key).arg("closed").arg(closed);
            set.exec(connection).unwrap();
        }
        let gate: Vec<_> = step.gate.iter().map(limit).collect();
        let endpoint: Vec<_> = step.endpoint.iter().map(limit).collect();
        let wanted = Reservation {
            gate: &gate,
            endpoint: &endpoint,
        };
        let next_of = |limit: &SharedLimit| next.get(&limit.name).copied().unwrap_or(0);
        let expected = match slots::reserve(&wanted, closed, next_of, now) {
            Slot::Later { at, closed: true } => ("closed".to_owned(), at - now),
            Slot::Later { at, .. } => ("later".to_owned(), at - now),
            Slot::At { slot, next: times } => {
                let names = gate.iter().chain(&endpoint).map(|limit| limit.name.clone());
                next.extend(names.zip(times));
                ("slot".to_owned(), slot - now)
            }
        };
        assert_eq!(ask(connection, &key, &wanted, wall), expected);
    }
    redis::cmd("DEL").arg(&key).exec(connection).unwrap();
}

fn connection() -> Option<Connection> {
    let Ok(address) = std::env::var("CLOUDAPI_REDIS") else {
        let in_ci = std::env::var("CI").is_ok_and(|ci| ci == "true");
        assert!(!in_ci, "CLOUDAPI_REDIS is not set: start with .ci/servers");
        println!("skipped: CLOUDAPI_REDIS is not set (start with .ci/servers)");
        return None;
    };
    let client = redis::Client::open(address).unwrap();
    Some(client.get_connection().unwrap())
}

#[test]
fn the_script_counts_as_every_store_does() {
    let Some(connection) = connection() else {
        return;
    };
    let connection = std::cell::RefCell::new(connection);
    let rates = prop::collection::vec(rate(), 5);
    let steps = prop::collection::vec(step(), 1..40);
    proptest!(ProptestConfig::with_cases(200), |(rates in rates, steps in steps)| {
        compare(&mut connection.borrow_mut(), &rates, &steps);
    });
}

/// A tolerance of 64 bits is not rounded to the 53 of a number in Lua.
#[test]
fn no_time_is_too_long_for_the_script() {
    let Some(mut connection) = connection() else {
        return;
    };
    let calls = NonZeroU32::MAX.get();
    let years = Duration::from_micros(86_400_000_003 * 365);
    let rates = [
        Rate::new(calls, years).burst(calls),
        Rate::new(1_000_003, Duration::MAX).burst(999_999),
        Rate::new(7, years).burst(6),
        Rate::new(1_000_001, years).burst(1_000_001),
        Rate::new(3, years),
    ];
    let step = |number: usize| Step {
        later: 1_000_003,
        closed_for: None,
        gate: vec![number % 3],
        endpoint: vec![3 + number % 2],
    };
    let steps: Vec<_> = (0..200).map(step).collect();
    compare(&mut connection, &rates, &steps);
}

/// The sum of two limbs that is just one too many for a limb.
#[test]
fn limbs_carry_where_they_are_full() {
    let Some(mut connection) = connection() else {
        return;
    };
    let step = |later| Step {
        later,
        closed_for: None,
        gate: vec![0],
        endpoint: Vec::new(),
    };
    for over in -1..=1 {
        // With the grace of 10 ms a period is 600 s.
        let window = Duration::from_micros(599_990_000);
        let steps = [
            step(400_000_000 + over),
            step(0),
            step(600_000_000 - over),
            step(1),
        ];
        compare(&mut connection, &[Rate::new(1, window)], &steps);
    }
}
