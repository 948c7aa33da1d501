//! From when on the next attempt may start, by what servers said remains.
//!
//! What remains of a limit is spread over the time to its reset. A [`Pace`]
//! stands beside the configured limit and the later time of the two counts, so
//! it lowers the pace and never raises it.

mod bucket;

#[cfg(test)]
mod tests;

use super::Time;
use super::signals::Said;
use bucket::Bucket;

/// As many limits are followed at once. A server that makes up new names all the
/// time gets no more memory for it.
const MOST_BUCKETS: usize = 32;

/// The number of an attempt among those of its scope, in the order of their
/// starts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Start(u64);

/// What is known of the limits of one scope.
///
/// A server counts a request when it comes, and the client hears of it later. So
/// every attempt that started after the one whose response is read is taken not
/// to be in what remains. That is too careful by the attempts under way at most,
/// and the error does not add up.
///
/// **Limits that are counted apart.** The scheduler gives a slot to the head of
/// the line, and neither knows beforehand which resource of GitHub that call will
/// draw on, nor could it let the next one go first. So the tightest limit that
/// is known counts for all, and a spent one closes the gate for all until its
/// reset. But a start is taken from all only until its response says which one it
/// drew on; the others get it back. Who needs them apart gives them a `scope` each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pace {
    starts: u64,
    last: Time,
    buckets: Vec<Bucket>,
}

impl Pace {
    /// No attempt starts earlier.
    pub(crate) fn earliest(&self) -> Time {
        let earliest = self.buckets.iter().map(|bucket| bucket.next(self.last));
        earliest.max().unwrap_or(Time::ZERO)
    }

    /// An attempt starts.
    pub(crate) fn took(&mut self, now: Time) -> Start {
        self.starts += 1;
        self.last = self.last.max(now);
        self.forget_what_lapsed(now);
        for bucket in &mut self.buckets {
            bucket.draw(now);
        }
        Start(self.starts)
    }

    /// The number of the latest start.
    pub(crate) const fn latest(&self) -> Start {
        Start(self.starts)
    }

    /// A response says something to the attempt of that start.
    pub(crate) fn heard(&mut self, said: &Said, start: Start, now: Time) {
        if said.budgets.is_empty() {
            return;
        }
        self.forget_what_lapsed(now);
        for bucket in &mut self.buckets {
            if bucket.was_spared(&said.budgets) && bucket.has_counted(start) {
                bucket.give_back();
            }
        }
        let since = self.starts.saturating_sub(start.0);
        for budget in &said.budgets {
            self.follow(Bucket::new(budget, start, since, now), now);
        }
    }

    /// Whether a new pace would allow no more than this one does now.
    pub(crate) fn is_neutral(&self, now: Time) -> bool {
        self.buckets.iter().all(|bucket| bucket.is_over(now))
    }

    fn follow(&mut self, new: Bucket, now: Time) {
        let last = self.last;
        if let Some(bucket) = self.buckets.iter_mut().find(|it| it.is_like(&new)) {
            bucket.hear(&new, last);
            return;
        }
        if new.is_over(now) {
            return;
        }
        if self.buckets.len() < MOST_BUCKETS {
            self.buckets.push(new);
            return;
        }
        // The tighter ones are the ones that matter.
        if let Some(loosest) = self.buckets.iter_mut().min_by_key(|it| it.next(last))
            && loosest.next(last) < new.next(last)
        {
            *loosest = new;
        }
    }

    fn forget_what_lapsed(&mut self, now: Time) {
        self.buckets.retain(|bucket| !bucket.is_over(now));
    }
}
