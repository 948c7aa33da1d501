//! Several limits that hold at once.

use super::limit::Limit;
use super::{Rate, Time};

/// An attempt takes from all of them or from none.
#[derive(Clone, Debug)]
pub(crate) struct Limits(Vec<Limit>);

impl Limits {
    /// No limit at all.
    #[cfg(any(test, feature = "testing"))]
    pub(crate) const NONE: Self = Self(Vec::new());

    pub(crate) fn new(rates: &[Rate]) -> Self {
        Self(rates.iter().copied().map(Limit::new).collect())
    }

    /// The same, of which nothing has been taken.
    pub(crate) fn afresh(&self) -> Self {
        Self(
            self.0
                .iter()
                .map(|limit| Limit::new(limit.rate()))
                .collect(),
        )
    }

    /// The part of one of so many processes, as if it had just taken a slot.
    pub(crate) fn part(&self, processes: u32, now: Time) -> Self {
        let parts = self
            .0
            .iter()
            .map(|limit| Limit::part(limit.rate(), processes));
        let mut parts = Self(parts.collect());
        parts.take(now, now);
        parts
    }

    /// The starts that the first of them remembers.
    #[cfg(feature = "testing")]
    pub(crate) fn recent(&self) -> impl Iterator<Item = Time> + '_ {
        self.0.first().into_iter().flat_map(Limit::recent)
    }

    /// Nanoseconds between two slots of the slowest of them, without a burst.
    pub(crate) fn pace(&self) -> u64 {
        self.0.iter().map(Limit::pace).max().unwrap_or(0)
    }

    /// When the next attempt may start.
    #[inline]
    pub(crate) fn earliest(&self) -> Time {
        let earliest = self.0.iter().map(Limit::earliest);
        earliest.fold(Time::ZERO, Time::max)
    }

    /// No attempt that so many others go before starts earlier, where the first
    /// of them does not start before `first`.
    pub(crate) fn earliest_behind(&self, ahead: u64, first: Time) -> Time {
        let limits = self.0.iter();
        limits.fold(first, |latest, limit| {
            latest.max(limit.earliest_behind(ahead, first))
        })
    }

    pub(crate) fn is_neutral(&self, now: Time) -> bool {
        self.0.iter().all(|limit| limit.is_neutral(now))
    }

    /// An attempt starts `now` that could have started at `ready`.
    #[inline]
    pub(crate) fn take(&mut self, ready: Time, now: Time) {
        for limit in &mut self.0 {
            limit.take(ready, now);
        }
    }

    /// What has been taken from a limit that is there before and after a change
    /// stays taken.
    pub(crate) fn go_on_from(&mut self, before: &Self) {
        for limit in &mut self.0 {
            let same = before.0.iter().find(|other| other.rate() == limit.rate());
            if let Some(same) = same {
                limit.clone_from(same);
            }
        }
    }
}
