//! When the next slot of a scope is, under all its limits: the arithmetic, without the
//! keeping. Times are microseconds by the store's clock.

use super::{GRACE, Reservation, SharedLimit};
use crate::schedule::Rate;

/// Microseconds, rounded up.
fn micros(duration: std::time::Duration) -> u64 {
    u64::try_from(duration.as_nanos().div_ceil(1_000)).unwrap_or(u64::MAX)
}

pub(super) fn period(rate: &Rate) -> u64 {
    let periods = u64::from(rate.calls().get() - rate.together().get()) + 1;
    (micros(rate.per()).saturating_add(micros(GRACE))).div_ceil(periods)
}

/// The answer, and what each limit's time is from now on, in the order of the
/// reservation; none if nothing is reserved.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Slot {
    At { slot: u64, next: Vec<u64> },
    Later { at: u64, closed: bool },
}

/// Finds the next slot. `next_of` gives the time of a limit's next slot without a burst
/// (its theoretical arrival time), 0 if it is not known.
///
/// It may be further away than the window: more processes than a window has slots may
/// each have one. So `now` must not run backwards.
pub(crate) fn reserve(
    wanted: &Reservation<'_>,
    closed_until: u64,
    mut next_of: impl FnMut(&SharedLimit) -> u64,
    now: u64,
) -> Slot {
    if closed_until > now {
        return Slot::Later {
            at: closed_until,
            closed: true,
        };
    }
    let mut state = |limit: &SharedLimit| {
        let period = limit.period_micros();
        let tolerance = period.saturating_mul(limit.burst_periods());
        (period, tolerance, next_of(limit))
    };
    let gate: Vec<_> = wanted.gate.iter().map(&mut state).collect();
    let endpoint: Vec<_> = wanted.endpoint.iter().map(&mut state).collect();
    let earliest = |limits: &[(u64, u64, u64)], first: u64| {
        let starts = limits
            .iter()
            .map(|(_, ahead, next)| next.saturating_sub(*ahead));
        starts.fold(first, u64::max)
    };
    let slot = earliest(&gate, now);
    let with_endpoint = earliest(&endpoint, slot);
    if with_endpoint > slot {
        return Slot::Later {
            at: with_endpoint,
            closed: false,
        };
    }
    let all = gate.iter().chain(&endpoint);
    let next = all.map(|(period, _, next)| next.max(&slot).saturating_add(*period));
    Slot::At {
        slot,
        next: next.collect(),
    }
}
