//! What follows from what servers say.

mod extremes;
mod parts;
mod promises;
mod rules;
mod servers;

use std::borrow::Cow;
use std::time::Duration;

use super::super::Time;
use super::super::properties::SECOND;
use super::super::signals::{Budget, Partition, Refill, Said};
use super::{Pace, Start};

const HOUR: Duration = Duration::from_secs(3_600);

/// So many of a fixed window are left for so long.
fn window(remaining: u64, reset: Duration) -> Budget {
    Budget {
        policy: Cow::Borrowed("a"),
        partition: None,
        limit: None,
        remaining,
        window: None,
        reset,
        refill: Refill::AtReset,
    }
}

fn named(policy: &'static str, budget: Budget) -> Budget {
    Budget {
        policy: Cow::Borrowed(policy),
        ..budget
    }
}

fn part(name: &str, budget: Budget) -> Budget {
    Budget {
        partition: Some(Partition::named(name)),
        ..budget
    }
}

/// DigitalOcean's hour: each request comes back an hour after it was made.
fn log(remaining: u64, reset: Duration) -> Budget {
    Budget {
        limit: Some(3_600),
        window: Some(HOUR),
        refill: Refill::Log,
        ..window(remaining, reset)
    }
}

/// Hetzner's hour: one comes back each second.
fn steady(remaining: u64) -> Budget {
    Budget {
        limit: Some(3_600),
        window: Some(HOUR),
        refill: Refill::Steady,
        ..window(remaining, Duration::from_secs(3_600 - remaining.min(3_600)))
    }
}

fn said(budgets: impl IntoIterator<Item = Budget>) -> Said {
    Said {
        budgets: budgets.into_iter().collect(),
        ..Said::default()
    }
}

const fn secs(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// A tenth of a second, in which many of these tests are counted.
const fn tenths(tenths: u64) -> Time {
    Time::from_nanos(tenths * SECOND / 10)
}

/// A pace that has started one attempt at 0 and heard that about it, at once.
fn after(budgets: impl IntoIterator<Item = Budget>) -> (Pace, Start) {
    let mut pace = Pace::default();
    let start = pace.took(Time::ZERO);
    pace.heard(&said(budgets), start, Time::ZERO);
    (pace, start)
}

/// The starts of a client that always wants to, until then.
fn greedy(pace: &mut Pace, from: Time, until: Time) -> Vec<Time> {
    let mut starts = Vec::new();
    let mut now = from;
    loop {
        now = now.max(pace.earliest());
        if now >= until || starts.len() > 20_000 {
            return starts;
        }
        pace.took(now);
        starts.push(now);
    }
}
