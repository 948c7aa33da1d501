//! The statement that a response makes.

use std::borrow::Cow;
use std::fmt;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::time::Duration;

/// What a response says about the pace.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Said {
    /// The server refused the request because of a limit, and did not process
    /// it.
    pub throttled: bool,
    /// How long the server asks to wait, by `Retry-After`.
    pub retry_after: Option<Duration>,
    /// The shortest wait after a refusal that does not say how long; the next
    /// ones in a row grow from there.
    pub least_wait: Duration,
    /// Whether trying again would help, if the vendor says so itself. It
    /// overrides what the status means.
    pub should_retry: Option<bool>,
    /// What remains of the limits that the request counted against.
    pub budgets: Vec<Budget>,
    /// The fields that are there and make no sense. They were ignored.
    pub unreadable: Vec<Unreadable>,
}

impl Said {
    /// How long the server wants to be left alone after this refusal: until
    /// the time it gave, or else until there is something left of each limit.
    /// `None` if it does not say, or has not refused.
    pub fn asked(&self) -> Option<Duration> {
        if !self.throttled {
            return None;
        }
        let spent = self.budgets.iter().filter(|budget| budget.remaining == 0);
        self.retry_after
            .or_else(|| spent.map(Budget::wait_when_spent).max())
    }

    pub(super) fn report(&mut self, unreadable: Unreadable) {
        let mut known = self.unreadable.iter();
        if !known.any(|known| known.field == unreadable.field) {
            self.unreadable.push(unreadable);
        }
    }
}

/// What remains of one of the vendor's limits.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Budget {
    /// Which limit it is; for the older fields, what they begin with.
    pub policy: Cow<'static, str>,
    /// Which part of it, where the vendor counts several apart. A call draws on
    /// one part of each policy.
    pub partition: Option<Partition>,
    /// So many requests in a window.
    pub limit: Option<u64>,
    /// So many are left.
    pub remaining: u64,
    /// The length of a window.
    pub window: Option<Duration>,
    /// How long it is from now until more is left, or for a limit that refills
    /// [steadily](Refill::Steady) until all of it is.
    pub reset: Duration,
    /// How what was used comes back.
    pub refill: Refill,
}

impl Budget {
    /// A limit by this name of which so much is left until the reset, that long
    /// from now.
    pub fn new(policy: impl Into<Cow<'static, str>>, remaining: u64, reset: Duration) -> Self {
        Self {
            policy: policy.into(),
            partition: None,
            limit: None,
            remaining,
            window: None,
            reset,
            refill: Refill::default(),
        }
    }

    /// How long nothing is left of it, once nothing is.
    fn wait_when_spent(&self) -> Duration {
        match (self.refill, self.limit) {
            // One comes back after this long; the reset is when all have.
            (Refill::Steady, Some(limit @ 1..)) => {
                let full = self.window.unwrap_or(self.reset);
                let step = full.as_nanos().div_ceil(u128::from(limit));
                Duration::from_nanos(u64::try_from(step).unwrap_or(u64::MAX))
            }
            _ => self.reset,
        }
    }
}

/// How what was used comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refill {
    /// All of it at the reset: a fixed window.
    #[default]
    AtReset,
    /// Each request one window after it was made: a sliding log. The reset is
    /// when the oldest one comes back, and says nothing about the others.
    Log,
    /// One by one, evenly: a token bucket. The reset is when all have come back.
    Steady,
}

/// One of the parts that a vendor counts apart: a resource of GitHub, or the
/// partition of a `pk` parameter.
#[derive(Clone, PartialEq, Eq)]
pub struct Partition {
    name: Option<Box<str>>,
    hash: u64,
}

impl Partition {
    /// A part that the vendor documents by name.
    pub fn named(name: &str) -> Self {
        let is_name = name.len() <= LONGEST_NAME;
        Self {
            hash: hash(name.as_bytes()),
            name: is_name.then(|| name.into()),
        }
    }

    /// A part that is known only to be the same or another one. Its key may
    /// stand for a user, so it is not kept.
    pub fn opaque(key: &[u8]) -> Self {
        Self {
            hash: hash(key),
            name: None,
        }
    }
}

/// A longer name is no name.
pub(super) const LONGEST_NAME: usize = 128;

fn hash(key: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    key.hash(&mut hasher);
    hasher.finish()
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.as_deref().unwrap_or("(a partition key)"))
    }
}

/// A field that cannot be read. What stood in it is not told: whatever a server
/// puts there by mistake should not end up in a log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// The name of the field.
    pub field: &'static str,
    /// What is wrong with it.
    pub reason: &'static str,
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { field, reason } = self;
        write!(f, "the field `{field}` of a response is ignored: {reason}")
    }
}
