//! How long the server wants to be left alone.

use std::time::Duration;

use super::{Terms, Time};

/// Where a server goes on refusing, the waits do not grow further than to this by
/// themselves: what it asks for is nearly always shorter.
const LONGEST: Duration = Duration::from_secs(60);

#[derive(Clone, Debug, Default)]
pub(super) struct Throttle {
    closed_until: Time,
    barred_until: Time,
    /// When the gate was last closed, and how often in a row without an answer
    /// in between; for servers that do not say how long.
    closed_at: Time,
    closings: u32,
    /// All waits of that row, and the shortest that the last of them may be.
    waited: Duration,
    least: Duration,
}

impl Throttle {
    /// No attempt starts earlier.
    pub(super) const fn closed_until(&self) -> Time {
        self.closed_until
    }

    /// Until when every call is turned away, if it is now.
    pub(super) fn barred_until(&self, now: Time) -> Option<Time> {
        (now < self.barred_until).then_some(self.barred_until)
    }

    pub(super) fn is_neutral(&self, now: Time) -> bool {
        self.closed_until <= now && self.barred_until <= now
    }

    pub(super) fn close(&mut self, until: Time) {
        self.closed_until = self.closed_until.max(until);
    }

    /// An attempt that started then was answered, and not by a refusal. An
    /// attempt older than the refusal says nothing about the time after it.
    pub(super) fn answered(&mut self, started: Time) {
        if started > self.closed_at {
            self.closings = 0;
            self.waited = Duration::ZERO;
        }
    }

    /// An attempt that started then was refused unprocessed, and the server
    /// may have `asked` for a wait. `Err` says that it asked for too long a
    /// wait, which ends then.
    pub(super) fn refused(
        &mut self,
        started: Time,
        asked: Option<Duration>,
        period: u64,
        terms: &Terms,
        lengthen: impl FnOnce(Duration) -> Duration,
        now: Time,
    ) -> Result<(), Time> {
        // Attempts that were under way together are refused together; that
        // is one sign of too much, not several.
        let is_news = started > self.closed_at || self.closings == 0;
        if is_news {
            self.closings = self.closings.saturating_add(1);
            self.closed_at = now;
            // Waits are counted and not time, in which perhaps nobody asked.
            self.least = (self.waited / 2).min(LONGEST).min(terms.backoff.maximum);
        }
        let step = self.closings.min(terms.backoff.multiplications.max(1));
        // What the vendor wants at least is where the series begins.
        let least = u64::try_from(terms.least_wait.as_nanos()).unwrap_or(u64::MAX);
        let grown = terms.backoff.delay(least, step.saturating_sub(1));
        let own = terms.backoff.delay(period, step);
        let own = own.max(grown).max(terms.least_wait);
        // "Retry at once" from a server that has just refused is no pace.
        let asked = asked.filter(|asked| !asked.is_zero());
        let Some(asked) = asked.filter(|asked| *asked > terms.maximum_retry_after) else {
            let wait = asked.unwrap_or(own).max(self.least);
            if is_news {
                self.waited = self.waited.saturating_add(wait);
            }
            self.close(now.after(lengthen(wait)));
            return Ok(());
        };
        // Nobody asks again before the longest wait has passed, and then the
        // server's own word counts anew. Where no wait is allowed at all, that
        // must not come to asking all the time.
        let bar = asked.min(terms.maximum_retry_after.max(own));
        self.barred_until = self.barred_until.max(now.after(bar));
        Err(now.after(asked))
    }
}
