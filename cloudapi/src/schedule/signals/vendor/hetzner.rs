use std::time::Duration;

use super::VendorProfile;
use crate::schedule::signals::{Refill, ResetUnit};

/// Hetzner Cloud, as its API reference has it ("Rate Limiting").
///
/// The limit is one of an hour, and what was used comes back one by one, evenly
/// over the hour. `RateLimit-Reset` is when all of it has come back, in seconds
/// of the Unix epoch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Hetzner;

impl VendorProfile for Hetzner {
    fn reset_unit(&self) -> ResetUnit {
        ResetUnit::EpochSeconds
    }

    fn window(&self) -> Option<Duration> {
        Some(Duration::from_secs(3_600))
    }

    fn refill(&self) -> Refill {
        Refill::Steady
    }
}
