//! What a vendor means by its responses.

mod cloudflare;
mod digitalocean;
mod github;
mod hetzner;
mod stripe;

use std::borrow::Cow;
use std::fmt;
use std::time::Duration;

use http::StatusCode;

pub use cloudflare::Cloudflare;
pub use digitalocean::DigitalOcean;
pub use github::GitHub;
pub use hetzner::Hetzner;
pub use stripe::Stripe;

use super::fields::{self, Policy, ServiceLimit};
use super::triple::{FAMILIES, Family};
use super::unit::clamp;
use super::{Budget, Partition, Refill, ResetUnit, ResponseView, Said, Unreadable};

/// How one vendor's responses speak of the pace.
///
/// A profile for `vendor = MyProfile` is a unit struct or a constant.
///
/// Each method says one thing in which vendors differ, and its default is what
/// the standards say; a profile of your own overrides those that are not so.
/// [`read`](Self::read) puts them together.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say how to read a vendor's responses",
    label = "not `cloudapi::vendor::VendorProfile`",
    note = "implement `cloudapi::vendor::VendorProfile` for it, and override what the vendor does \
            differently; the known ones are `vendor = \"github\"` and the like"
)]
pub trait VendorProfile: fmt::Debug + Send + Sync + 'static {
    /// Whether the server refused the request because of a limit, and did not
    /// process it. By default a 429, and a 503 with a `Retry-After` that can be
    /// read.
    fn is_refusal(&self, response: &ResponseView<'_>) -> bool {
        match response.status() {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::SERVICE_UNAVAILABLE => matches!(response.retry_after(), Ok(Some(_))),
            _ => false,
        }
    }

    /// Whether trying again would help, whatever the status is. By default the
    /// status decides.
    ///
    /// # Errors
    ///
    /// If the field that says so cannot be read.
    fn should_retry(&self, response: &ResponseView<'_>) -> Result<Option<bool>, Unreadable> {
        let _ = response;
        Ok(None)
    }

    /// How long to wait at least after a refusal that does not say how long. By
    /// default as long as the settings make it.
    fn least_wait(&self) -> Duration {
        Duration::ZERO
    }

    /// What a number in `RateLimit-Reset` and its likes counts. By default that
    /// is told by its size.
    fn reset_unit(&self) -> ResetUnit {
        ResetUnit::Guessed
    }

    /// The length of a window, where responses do not say it.
    fn window(&self) -> Option<Duration> {
        None
    }

    /// How what was used comes back.
    fn refill(&self) -> Refill {
        Refill::AtReset
    }

    /// Which part of a limit that it counts apart the request drew on. By
    /// default there are no parts.
    ///
    /// # Errors
    ///
    /// If the field that says so cannot be read.
    fn partition(&self, response: &ResponseView<'_>) -> Result<Option<Partition>, Unreadable> {
        let _ = response;
        Ok(None)
    }

    /// What a response says about the pace.
    fn read(&self, response: &ResponseView<'_>) -> Said {
        let mut said = Said {
            throttled: self.is_refusal(response),
            ..Said::default()
        };
        match response.retry_after() {
            Ok(wait) => said.retry_after = wait,
            Err(unreadable) => said.report(unreadable),
        }
        match self.should_retry(response) {
            Ok(should_retry) => said.should_retry = should_retry,
            Err(unreadable) => said.report(unreadable),
        }
        if !response.is_from_a_cache() {
            read_budgets(self, response, &mut said);
        }
        if said.throttled && said.asked().is_none() {
            said.least_wait = self.least_wait();
        }
        said
    }
}

/// A server that keeps to the standards: `Retry-After` (RFC 9110 10.2.3), 429
/// (RFC 6585 4), `RateLimit` and `RateLimit-Policy`
/// (draft-ietf-httpapi-ratelimit-headers), and the fields of the older drafts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standard;

impl VendorProfile for Standard {}

fn read_budgets<P>(profile: &P, response: &ResponseView<'_>, said: &mut Said)
where
    P: VendorProfile + ?Sized,
{
    let policies = fields::policies(response).unwrap_or_else(|unreadable| {
        said.report(unreadable);
        Vec::new()
    });
    match fields::service_limits(response) {
        Ok(limits) => {
            for limit in limits {
                read_service_limit(profile, limit, &policies, said);
            }
        }
        Err(unreadable) => said.report(unreadable),
    }
    for family in &FAMILIES {
        if family.is_in(response, said.throttled) {
            read_family(profile, family, response, &policies, said);
        }
    }
}

/// An item of `RateLimit`.
fn read_service_limit<P>(
    profile: &P,
    limit: ServiceLimit<'_>,
    policies: &[Policy<'_>],
    said: &mut Said,
) where
    P: VendorProfile + ?Sized,
{
    let policy = limit.policy(policies);
    if !limit.counts_requests || policy.is_some_and(|policy| !policy.counts_requests) {
        return;
    }
    let quota = policy.map(|policy| policy.quota).or(limit.quota);
    let window = policy.and_then(|policy| policy.window);
    let name = limit.name.map(Cow::into_owned);
    let budget = Budget {
        policy: name.map_or(Cow::Borrowed(fields::LIMIT), Cow::Owned),
        partition: limit.partition,
        limit: quota,
        remaining: limit.remaining,
        window,
        reset: Duration::ZERO,
        refill: profile.refill(),
    };
    add(profile, budget, limit.reset, said);
}

/// The three fields of the older drafts and of many vendors.
fn read_family<P>(
    profile: &P,
    family: &Family,
    response: &ResponseView<'_>,
    policies: &[Policy<'_>],
    said: &mut Said,
) where
    P: VendorProfile + ?Sized,
{
    let triple = match family.read(response, profile.reset_unit(), policies) {
        Ok(triple) => triple,
        Err(unreadable) => return said.report(unreadable),
    };
    let partition = profile.partition(response).unwrap_or_else(|unreadable| {
        said.report(unreadable);
        None
    });
    let budget = Budget {
        policy: Cow::Borrowed(family.name),
        partition,
        limit: triple.limit,
        remaining: triple.remaining,
        window: triple.window,
        reset: Duration::ZERO,
        refill: profile.refill(),
    };
    add(profile, budget, triple.reset, said);
}

fn add<P>(profile: &P, mut budget: Budget, reset: Option<Duration>, said: &mut Said)
where
    P: VendorProfile + ?Sized,
{
    budget.window = budget.window.or_else(|| profile.window());
    // Without a time there is nothing to spread over; and without a time of
    // reset it is at the end of a window, at the latest.
    let Some(reset) = reset.or(budget.window) else {
        return;
    };
    budget.reset = clamp(reset, budget.window);
    if budget.remaining == 0 {
        budget.reset = match said.retry_after {
            // "The Retry-After field value MUST take precedence" (7), and at
            // DigitalOcean nothing remains, too, when it is the minute that is
            // spent and the reset is that of the hour.
            Some(wait) if said.throttled => wait,
            // Times are in whole seconds, so this is some time in this one.
            _ => budget.reset.max(Duration::from_secs(1)),
        };
    }
    said.budgets.push(budget);
}
