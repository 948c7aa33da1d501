//! One limit of a server, as far as it is known.

use std::borrow::Cow;
use std::cmp::Ordering;
use std::time::Duration;

use super::Start;
use crate::schedule::Time;
use crate::schedule::signals::{Budget, Partition, Refill};

/// Two resets that lie this close are the same one: servers tell whole seconds,
/// and responses take their time.
const SAME_RESET: Duration = Duration::from_secs(2);

#[derive(Clone, Debug)]
pub(super) struct Bucket {
    policy: Cow<'static, str>,
    partition: Option<Partition>,
    /// The youngest start that a response has spoken of.
    stated: Start,
    /// The start that `left` goes back to: later ones have been taken from it.
    origin: Start,
    level: Level,
}

/// What may still start, and when.
#[derive(Clone, Copy, Debug)]
enum Level {
    /// Until the end of a window so many.
    Window { left: i64, until: Time },
    /// Until the oldest request comes back so many, and after that no faster than
    /// the limit allows all the time, until all that was used has come back.
    Log {
        left: i64,
        until: Time,
        step: u64,
        over: Time,
    },
    /// One comes back each `step` until all have.
    Steady { full: Time, step: u64, limit: u64 },
}

impl Bucket {
    /// `since` attempts have started after the one of `start`.
    pub(super) fn new(budget: &Budget, start: Start, since: u64, now: Time) -> Self {
        Self {
            policy: budget.policy.clone(),
            partition: budget.partition.clone(),
            stated: start,
            origin: start,
            level: Level::new(budget, since, now),
        }
    }

    fn is_of(&self, budget: &Budget) -> bool {
        self.policy == budget.policy && self.partition == budget.partition
    }

    pub(super) fn is_like(&self, other: &Self) -> bool {
        self.policy == other.policy && self.partition == other.partition
    }

    /// Whether the request that these are about drew on another part of the
    /// same policy. What has no part may be about all of them.
    pub(super) fn was_spared(&self, budgets: &[Budget]) -> bool {
        let is_another_part = |budget: &Budget| {
            let parts = self.partition.as_ref().zip(budget.partition.as_ref());
            budget.policy == self.policy && parts.is_some_and(|(own, other)| own != other)
        };
        budgets.iter().any(is_another_part) && !budgets.iter().any(|budget| self.is_of(budget))
    }

    pub(super) fn has_counted(&self, start: Start) -> bool {
        start > self.origin
    }

    /// Takes in what another response says of the same limit, where the latest
    /// attempt of all started `last`.
    pub(super) fn hear(&mut self, other: &Self, last: Time) {
        let is_newer = match other.stated.cmp(&self.stated) {
            Ordering::Less => false,
            // The limit is there twice in one response.
            Ordering::Equal => other.next(last) > self.next(last),
            Ordering::Greater => true,
        };
        if self.level.is_of_the_window_of(&other.level) {
            // What remains only falls until the reset, so the lower number is
            // the younger one, whatever the order in which they came.
            match other.level.left().cmp(&self.level.left()) {
                Ordering::Less => {
                    self.level.lower_to(other.level.left());
                    self.origin = other.origin;
                }
                // What the server has said of more starts is more certain.
                Ordering::Equal => self.origin = self.origin.max(other.origin),
                Ordering::Greater => {}
            }
        } else if is_newer {
            self.level = other.level;
            self.origin = other.origin;
        }
        self.stated = self.stated.max(other.stated);
    }

    /// From when on the next attempt may start, where the latest one did `last`.
    pub(super) fn next(&self, last: Time) -> Time {
        self.level.next(last)
    }

    /// An attempt starts.
    pub(super) fn draw(&mut self, now: Time) {
        match &mut self.level {
            Level::Window { left, .. } | Level::Log { left, .. } => *left -= 1,
            Level::Steady { full, step, .. } => *full = (*full).max(now).after_nanos(*step),
        }
    }

    /// An attempt has not drawn on it after all.
    pub(super) fn give_back(&mut self) {
        match &mut self.level {
            Level::Window { left, .. } | Level::Log { left, .. } => *left += 1,
            Level::Steady { full, step, .. } => *full = full.before_nanos(*step),
        }
    }

    #[cfg(test)]
    pub(super) fn left(&self) -> i64 {
        self.level.left()
    }

    /// Whether it says nothing any more.
    pub(super) fn is_over(&self, now: Time) -> bool {
        match self.level {
            Level::Window { until: over, .. }
            | Level::Log { over, .. }
            | Level::Steady { full: over, .. } => over <= now,
        }
    }
}

impl Level {
    fn new(budget: &Budget, since: u64, now: Time) -> Self {
        let until = now.after(budget.reset);
        let left = signed(budget.remaining) - signed(since);
        match (budget.refill, budget.limit, budget.window) {
            (Refill::Log, limit, window) => {
                // Without a limit or a window nothing is known after the reset.
                let step = limit
                    .zip(window)
                    .map_or(0, |(limit, window)| step(window, limit));
                let all_back = window.map_or(until, |window| now.after(window));
                Self::Log {
                    left,
                    until,
                    step,
                    over: all_back.max(until),
                }
            }
            (Refill::Steady, Some(limit @ 1..), window) => {
                let limit = limit.max(budget.remaining);
                let used = limit - budget.remaining;
                let step = match window {
                    Some(window) => step(window, limit),
                    None => step(budget.reset, used.max(1)),
                };
                Self::Steady {
                    full: now.after_nanos(step.saturating_mul(used.saturating_add(since))),
                    step,
                    limit,
                }
            }
            (Refill::AtReset | Refill::Steady, ..) => Self::Window { left, until },
        }
    }

    fn next(self, last: Time) -> Time {
        match self {
            // So many starts between the last one and the reset, and then one at
            // the reset, are spaced evenly.
            Self::Window { left, until } => last.after_nanos(gap(last, until, left)),
            Self::Log {
                left,
                until,
                step,
                over,
            } => last.after_nanos(gap(last, until, left).max(step)).min(over),
            // The fuller, the faster: with all of it left there is no gap, and
            // with none of it one of a step.
            Self::Steady { full, step, limit } => {
                let one_is_left = full.before_nanos(step.saturating_mul(limit - 1));
                one_is_left.max(last.after_nanos(nanos(last, full) / limit))
            }
        }
    }

    const fn left(self) -> i64 {
        match self {
            Self::Window { left, .. } | Self::Log { left, .. } => left,
            Self::Steady { .. } => 0,
        }
    }

    fn is_of_the_window_of(self, other: &Self) -> bool {
        match (self, other) {
            (Self::Window { until, .. }, Self::Window { until: other, .. }) => {
                until.since(*other).max(other.since(until)) <= SAME_RESET
            }
            _ => false,
        }
    }

    /// The time of the reset stays as it was first told. If it moved with each
    /// response, a window that slides would never be seen to be another one.
    fn lower_to(&mut self, lower: i64) {
        if let Self::Window { left, .. } = self {
            *left = lower;
        }
    }
}

/// The gap between `left` starts and the reset.
fn gap(last: Time, until: Time, left: i64) -> u64 {
    let left = u64::try_from(left).unwrap_or(0);
    nanos(last, until) / left.saturating_add(1)
}

/// One request of `limit` in a window.
fn step(window: Duration, limit: u64) -> u64 {
    let step = window.as_nanos().div_ceil(u128::from(limit.max(1)));
    u64::try_from(step).unwrap_or(u64::MAX)
}

/// As a number that may fall below zero, where more has started than remained.
/// Half of the range is left for that.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX).min(i64::MAX / 2)
}

fn nanos(from: Time, to: Time) -> u64 {
    u64::try_from(to.since(from).as_nanos()).unwrap_or(u64::MAX)
}
