use std::time::Duration;

use super::VendorProfile;
use crate::schedule::signals::{Refill, ResetUnit};

/// DigitalOcean, as its API reference has it (introduction, "Rate Limit").
///
/// `ratelimit-remaining` and `ratelimit-limit` are about the hour only. Each
/// request counts for one hour of its own, and `ratelimit-reset` is when the
/// oldest one expires, in seconds of the Unix epoch; so one request comes back
/// then, and nobody knows how many more. The limit of each minute shows in a 429
/// with `Retry-After`, and nothing remains then either.
#[derive(Clone, Copy, Debug, Default)]
pub struct DigitalOcean;

impl VendorProfile for DigitalOcean {
    fn reset_unit(&self) -> ResetUnit {
        ResetUnit::EpochSeconds
    }

    fn window(&self) -> Option<Duration> {
        Some(Duration::from_secs(3_600))
    }

    fn refill(&self) -> Refill {
        Refill::Log
    }
}
