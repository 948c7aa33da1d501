//! The three older fields: a limit, what is left of it, and its reset.

use std::time::Duration;

use super::fields::{Policy, quota_policy};
use super::response::digits;
use super::{ResetUnit, ResponseView, Unreadable};

/// The names of the three fields.
#[derive(Clone, Copy, Debug)]
pub(super) struct Family {
    /// What they begin with, in lower case.
    pub(super) name: &'static str,
    limit: &'static str,
    remaining: &'static str,
    reset: &'static str,
}

/// Revisions 00 to 06 of the draft, and many vendors before and after them.
pub(super) const FAMILIES: [Family; 3] = [
    Family {
        name: "ratelimit",
        limit: "ratelimit-limit",
        remaining: "ratelimit-remaining",
        reset: "ratelimit-reset",
    },
    Family {
        name: "x-ratelimit",
        limit: "x-ratelimit-limit",
        remaining: "x-ratelimit-remaining",
        reset: "x-ratelimit-reset",
    },
    Family {
        name: "x-rate-limit",
        limit: "x-rate-limit-limit",
        remaining: "x-rate-limit-remaining",
        reset: "x-rate-limit-reset",
    },
];

#[derive(Debug)]
pub(super) struct Triple {
    pub(super) limit: Option<u64>,
    pub(super) remaining: u64,
    pub(super) window: Option<Duration>,
    pub(super) reset: Option<Duration>,
}

impl Family {
    /// Whether there is something to read: what is left, or, in a refusal, the time of the
    /// reset alone.
    pub(super) fn is_in(&self, response: &ResponseView<'_>, throttled: bool) -> bool {
        let headers = response.headers();
        headers.contains_key(self.remaining) || throttled && headers.contains_key(self.reset)
    }

    /// What the fields say that are [there](Self::is_in).
    pub(super) fn read(
        &self,
        response: &ResponseView<'_>,
        unit: ResetUnit,
        policies: &[Policy<'_>],
    ) -> Result<Triple, Unreadable> {
        let remaining = response.number(self.remaining)?.unwrap_or(0);
        let limit = response.text(self.limit)?.map(|text| self.limit(text));
        let (limit, window) = limit.transpose()?.unzip();
        let window = window
            .flatten()
            .or_else(|| quota_policy(policies, limit)?.window);
        let reset = match response.text(self.reset)? {
            None => None,
            Some(text) => Some(unit.until_reset(text, response.server_time()).ok_or(
                Unreadable {
                    field: self.reset,
                    reason: "it is neither a whole number nor a date",
                },
            )?),
        };
        Ok(Triple {
            limit,
            remaining,
            window,
            reset,
        })
    }

    /// The limit, and the window that belongs to it. Revisions up to 02 of the
    /// draft have the policies behind the limit: `100, 100;w=60, 5000;w=3600`.
    fn limit(&self, text: &str) -> Result<(u64, Option<Duration>), Unreadable> {
        let mut members = text.split(',').map(str::trim);
        let first = members.next().and_then(digits);
        let limit = first.ok_or(Unreadable {
            field: self.limit,
            reason: "it does not begin with a whole number",
        })?;
        let window = members.find_map(|member| {
            let mut parameters = member.split(';').map(str::trim);
            if parameters.next().and_then(digits) != Some(limit) {
                return None;
            }
            let seconds = parameters.find_map(|parameter| parameter.strip_prefix("w="))?;
            digits(seconds).filter(|seconds| *seconds > 0)
        });
        Ok((limit, window.map(Duration::from_secs)))
    }
}
