use std::time::Duration;

use super::VendorProfile;

/// Cloudflare, as its documents have it (fundamentals, "Rate limits" of the
/// API).
///
/// It sends `Ratelimit` and `Ratelimit-Policy` of the IETF's draft, and
/// `Retry-After` with a 429. The limit is one of five minutes, and who exceeds it
/// is shut out for the next five.
#[derive(Clone, Copy, Debug, Default)]
pub struct Cloudflare;

const FIVE_MINUTES: Duration = Duration::from_secs(300);

impl VendorProfile for Cloudflare {
    fn least_wait(&self) -> Duration {
        FIVE_MINUTES
    }

    fn window(&self) -> Option<Duration> {
        Some(FIVE_MINUTES)
    }
}
