//! Worlds made up at random, with everything in units of the period, so that
//! slots, answers, deadlines and cancellations meet at the same instant often.

use std::time::Duration;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::super::{Backoff, Priority, Rate, Terms, Time, Verdict};
use super::world::{Call, Reply, World};

/// Quarters of a period.
type Quarters = u64;

/// With several limits at once, limits of endpoints, bursts and priorities; all of
/// them strict. The timer is perfect, and servers always say how long to wait.
pub(super) fn crowd() -> impl Strategy<Value = World> {
    let in_flight = prop_oneof![3 => Just(u32::MAX), 1 => 1..4_u32];
    let rates = || vec(strict_rate(), 1..4);
    let lanes = vec(rates(), 0..4);
    let place = (
        0..8_u16,
        prop_oneof![
            Just(Priority::Normal),
            Just(Priority::High),
            Just(Priority::Low)
        ],
    );
    let calls = vec((call(), place), 1..60);
    (rates(), lanes, in_flight, terms(), calls).prop_map(
        |(rates, lanes, in_flight, terms, calls)| {
            let mut world = World::with_limits(&rates);
            let quarter = world.period() / 4;
            world.gate.maximum_in_flight = in_flight;
            world.terms = terms;
            world.terms.maximum_retry_after = Duration::from_nanos(60 * quarter);
            let count = lanes.len() as u16 + 1;
            world.lanes = lanes;
            let calls = calls.iter().map(|(call, (lane, priority))| {
                let call = call.draw(quarter, false);
                call.lane(lane % count).priority(*priority)
            });
            world.with(calls)
        },
    )
}

/// At most ten starts in a second, bursts apart.
pub(super) fn strict_rate() -> impl Strategy<Value = Rate> {
    let window = prop_oneof![Just(1), Just(10), Just(60), Just(3_600), 1..200_u64];
    (window, 1..60_u32, 0..60_u32).prop_map(|(seconds, calls, burst)| {
        let window = Duration::from_secs(seconds);
        let calls = calls.min(u32::try_from(10 * seconds).unwrap());
        Rate::new(calls, window).burst(burst % calls + 1)
    })
}

#[derive(Clone, Debug)]
struct Sketch {
    arrives: Quarters,
    deadline: Option<Quarters>,
    cancelled: Option<Quarters>,
    replies: Vec<(Option<Quarters>, Said)>,
}

#[derive(Clone, Copy, Debug)]
enum Said {
    Plainly(Verdict),
    WaitFor(Quarters),
    GoOnAfter(Quarters),
}

/// With any timer, and with servers that ask for waits or do not say.
pub(super) fn any_world() -> impl Strategy<Value = World> {
    let late = vec(0_u64..3_000, 1..6);
    world(0..4_u64, prop_oneof![Just(Vec::new()), late])
}

/// With a perfect timer, and with servers that always say how long to wait.
pub(super) fn punctual_world() -> impl Strategy<Value = World> {
    world(1..2_u64, Just(Vec::new()))
}

pub(super) fn rate() -> impl Strategy<Value = u32> {
    prop_oneof![
        1..=20_u32,
        Just(360),
        1..=36_000_u32,
        36_001..=40_000_u32,
        40_000..=400_000_000_u32,
        Just(u32::MAX),
    ]
}

fn world(
    vague: impl Strategy<Value = u64>,
    lateness: impl Strategy<Value = Vec<u64>>,
) -> impl Strategy<Value = World> {
    let in_flight = prop_oneof![3 => Just(u32::MAX), 1 => 1..4_u32];
    let calls = vec(call(), 1..30);
    (rate(), in_flight, terms(), calls, vague, lateness).prop_map(
        |(rate, in_flight, terms, calls, vague, lateness)| {
            let mut world = World::new(rate);
            let quarter = world.period() / 4;
            world.gate.maximum_in_flight = in_flight;
            world.terms = terms;
            world.terms.maximum_retry_after = Duration::from_nanos(60 * quarter);
            let calls = calls.iter().map(|call| call.draw(quarter, vague != 1));
            let mut world = world.with(calls);
            // Thousandths of a period.
            let late = |late: u64| late * (4 * quarter / 1_000).max(1);
            world.lateness = lateness.into_iter().map(late).collect();
            world
        },
    )
}

fn terms() -> impl Strategy<Value = Terms> {
    let multiplier = prop_oneof![Just(1.0), Just(1.5), Just(2.0)];
    (multiplier, 0..4_u32, 0..3_u32, 0..6_u16).prop_map(
        |(multiplier, multiplications, maximum_failed_attempts, maximum_throttles)| Terms {
            backoff: Backoff {
                multiplier,
                multiplications,
                ..Backoff::DEFAULT
            },
            maximum_failed_attempts,
            maximum_throttles,
            maximum_retry_after: Duration::ZERO,
            jitter: 0.0,
            least_wait: Duration::ZERO,
        },
    )
}

fn call() -> impl Strategy<Value = Sketch> {
    let replies = prop_oneof![
        4 => vec(reply(), 0..6),
        1 => Just(vec![(Some(0), Said::Plainly(Verdict::Failed)); 20]),
    ];
    let deadline = option::weighted(0.3, 0..100_u64);
    let cancelled = option::weighted(0.3, 0..100_u64);
    (0..40_u64, deadline, cancelled, replies).prop_map(|(arrives, deadline, cancelled, replies)| {
        Sketch {
            arrives,
            deadline,
            cancelled,
            replies,
        }
    })
}

fn reply() -> impl Strategy<Value = (Option<Quarters>, Said)> {
    let said = prop_oneof![
        4 => Just(Said::Plainly(Verdict::Failed)),
        2 => (0..80_u64).prop_map(Said::WaitFor),
        1 => Just(Said::Plainly(Verdict::Again)),
        1 => (0..80_u64).prop_map(Said::GoOnAfter),
        1 => Just(Said::Plainly(Verdict::Done)),
        1 => Just(Said::Plainly(Verdict::Ends)),
        1 => Just(Said::Plainly(Verdict::Unknown)),
    ];
    (option::weighted(0.95, 0..12_u64), said)
}

impl Sketch {
    fn draw(&self, quarter: u64, vague: bool) -> Call {
        let at = |quarters: Option<u64>| {
            let after = |quarters| Time::from_nanos((self.arrives + quarters) * quarter);
            quarters.map_or(Time::NEVER, after)
        };
        let reply = |&(latency, said): &(Option<u64>, Said)| Reply {
            latency: latency.map(|latency| latency * quarter),
            verdict: match said {
                Said::Plainly(verdict) => verdict,
                Said::GoOnAfter(wait) => Verdict::AgainAfter(Duration::from_nanos(wait * quarter)),
                Said::WaitFor(wait) if vague && wait % 4 == 0 => Verdict::Throttled(None),
                Said::WaitFor(wait) => {
                    let wait = if vague { wait / 2 } else { wait.max(1) };
                    Verdict::Throttled(Some(Duration::from_nanos(wait * quarter)))
                }
            },
        };
        Call {
            arrives: Time::from_nanos(self.arrives * quarter),
            deadline: at(self.deadline),
            cancelled: at(self.cancelled),
            replies: self.replies.iter().map(reply).collect(),
            ..Call::at(Time::ZERO)
        }
    }
}
