//! Simulations of the scheduler, and what must hold in all of them.
//!
//! A [`simulation`] takes a [`world`] of callers and a server through virtual
//! time and writes down what happens; a [`referee`] with a simple model of its
//! own says what should have.

mod away;
mod circuit;
mod crowds;
mod deadlines;
mod endings;
mod extremes;
mod granted;
mod holding;
mod joining;
mod limits;
mod order;
mod progress;
mod random;
mod referee;
mod retries;
mod room;
mod series;
mod shared;
mod simulation;
mod slots;
mod store;
mod throttling;
mod waking;
mod world;

use proptest::test_runner::Config;

use super::Time;

const MILLI: u64 = 1_000_000;
pub(super) const SECOND: u64 = 1_000 * MILLI;
const HOUR: u64 = 3_600 * SECOND;

pub(super) const fn seconds(seconds: u64) -> Time {
    Time::from_nanos(seconds * SECOND)
}

/// A failure that is worth keeping becomes a test with a name.
pub(super) fn cases(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}
