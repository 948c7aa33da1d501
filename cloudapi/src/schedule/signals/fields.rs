//! The structured fields `RateLimit` and `RateLimit-Policy`.
//!
//! As in draft-ietf-httpapi-ratelimit-headers-11 (May 2026): lists of strings
//! with parameters (RFC 9651). And as in revision 07, which is widely deployed:
//! `RateLimit` is a dictionary of `limit`, `remaining` and `reset`. In revisions
//! up to 07 the items of `RateLimit-Policy` are the quotas, without a name.

mod items;

use std::borrow::Cow;
use std::time::Duration;

use items::{Item, Value, dictionary, items};

use super::{Partition, ResponseView, Unreadable};

pub(super) const LIMIT: &str = "ratelimit";
const POLICY: &str = "ratelimit-policy";

/// What a policy allows.
#[derive(Debug)]
pub(super) struct Policy<'a> {
    /// `None` in the older revisions.
    name: Option<Cow<'a, str>>,
    partition: Option<Partition>,
    pub(super) quota: u64,
    pub(super) window: Option<Duration>,
    /// It is about requests, and not for instance about bytes.
    pub(super) counts_requests: bool,
}

/// What is left under a policy.
#[derive(Debug)]
pub(super) struct ServiceLimit<'a> {
    /// `None` in the older revisions.
    pub(super) name: Option<Cow<'a, str>>,
    pub(super) partition: Option<Partition>,
    pub(super) quota: Option<u64>,
    pub(super) remaining: u64,
    pub(super) reset: Option<Duration>,
    pub(super) counts_requests: bool,
}

/// What the response says of its policies. "Malformed RateLimit header fields
/// MUST be ignored" (7), each as a whole.
pub(super) fn policies<'a>(response: &ResponseView<'a>) -> Result<Vec<Policy<'a>>, Unreadable> {
    let Some(items) = items(response, POLICY)? else {
        return Ok(Vec::new());
    };
    items
        .into_iter()
        .map(|item| Policy::read(item).map_err(|reason| unreadable(POLICY, reason)))
        .collect()
}

/// What the response says is left.
pub(super) fn service_limits<'a>(
    response: &ResponseView<'a>,
) -> Result<Vec<ServiceLimit<'a>>, Unreadable> {
    let items = match items(response, LIMIT) {
        Ok(None) => return Ok(Vec::new()),
        Ok(Some(items)) => items,
        Err(malformed) => {
            return dictionary(response, LIMIT)
                .and_then(|entries| ServiceLimit::of_revision_07(&entries))
                .map_or(Err(malformed), |limit| Ok(vec![limit]));
        }
    };
    items
        .into_iter()
        .map(|item| ServiceLimit::read(item).map_err(|reason| unreadable(LIMIT, reason)))
        .collect()
}

const fn unreadable(field: &'static str, reason: &'static str) -> Unreadable {
    Unreadable { field, reason }
}

impl<'a> Policy<'a> {
    fn read(item: Item<'a>) -> Result<Self, &'static str> {
        let (name, quota) = match item.value {
            Value::Name(name) => (Some(name), item.quota.number()?),
            Value::Number(quota) => (None, Some(quota)),
            Value::Other => return Err("an item is not a string"),
        };
        let window = match item.window.number()? {
            Some(0) => return Err("a window has no length"),
            window => window.map(Duration::from_secs),
        };
        Ok(Self {
            name,
            partition: item.partition,
            quota: quota.ok_or("a policy has no quota")?,
            window,
            counts_requests: item.counts_requests,
        })
    }
}

impl<'a> ServiceLimit<'a> {
    fn read(item: Item<'a>) -> Result<Self, &'static str> {
        let Value::Name(name) = item.value else {
            return Err("an item is not a string");
        };
        Ok(Self {
            name: Some(name),
            partition: item.partition,
            quota: None,
            remaining: item
                .remaining
                .number()?
                .ok_or("it is not said what is left")?,
            reset: item.reset.number()?.map(Duration::from_secs),
            counts_requests: item.counts_requests,
        })
    }

    fn of_revision_07(item: &Item<'_>) -> Option<Self> {
        Some(Self {
            name: None,
            partition: None,
            quota: item.quota.number().ok()?,
            remaining: item.remaining.number().ok()??,
            reset: item.reset.number().ok()?.map(Duration::from_secs),
            counts_requests: true,
        })
    }

    /// The policy that it is about.
    pub(super) fn policy<'p>(&self, policies: &'p [Policy<'_>]) -> Option<&'p Policy<'p>> {
        let of_name = |policy: &&Policy<'_>| policy.name == self.name;
        let of_partition = |policy: &&Policy<'_>| policy.partition == self.partition;
        if self.name.is_none() {
            return quota_policy(policies, self.quota);
        }
        // A policy may be told once for all of its partitions.
        let mut named = policies.iter().filter(of_name);
        let exact = named.clone().find(of_partition);
        exact.or_else(|| named.find(|policy| policy.partition.is_none()))
    }
}

/// The policy of a limit that is told by its number only, as in the older
/// revisions.
pub(super) fn quota_policy<'p>(
    policies: &'p [Policy<'_>],
    quota: Option<u64>,
) -> Option<&'p Policy<'p>> {
    let quota = quota?;
    policies.iter().find(|policy| policy.quota == quota)
}
