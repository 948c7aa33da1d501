use std::time::Duration;

use http::StatusCode;

use super::VendorProfile;
use crate::schedule::signals::{Partition, ResetUnit, ResponseView, Unreadable};

/// GitHub, as its documents have it ("Rate limits for the REST API", and "Best
/// practices for using the REST API").
///
/// A refusal is a 429 or a 403. It says how long to wait by `Retry-After`, or by
/// `x-ratelimit-reset` if nothing remains; if it says neither, the wait is a
/// minute at least and grows. Who goes on may be shut out for good. Each
/// `x-ratelimit-resource` (core, search, graphql ..) is counted apart. The
/// secondary limits cannot be seen before they are hit.
#[derive(Clone, Copy, Debug, Default)]
pub struct GitHub;

/// What the message of a 403 says if it is the secondary limits, today and in
/// former times.
const SECONDARY: [&[u8]; 2] = [b"secondary rate limit", b"abuse detection"];

/// The message stands at the beginning of a short body.
const BODY: usize = 4_096;

impl VendorProfile for GitHub {
    fn is_refusal(&self, response: &ResponseView<'_>) -> bool {
        match response.status() {
            StatusCode::TOO_MANY_REQUESTS => true,
            StatusCode::FORBIDDEN => {
                let remaining = response.number("x-ratelimit-remaining");
                remaining == Ok(Some(0))
                    || matches!(response.retry_after(), Ok(Some(_)))
                    || is_secondary(response.body())
            }
            StatusCode::SERVICE_UNAVAILABLE => matches!(response.retry_after(), Ok(Some(_))),
            _ => false,
        }
    }

    fn least_wait(&self) -> Duration {
        Duration::from_secs(60)
    }

    fn reset_unit(&self) -> ResetUnit {
        ResetUnit::EpochSeconds
    }

    fn window(&self) -> Option<Duration> {
        Some(Duration::from_secs(3_600))
    }

    fn partition(&self, response: &ResponseView<'_>) -> Result<Option<Partition>, Unreadable> {
        let resource = response.text("x-ratelimit-resource")?;
        Ok(resource.map(Partition::named))
    }
}

fn is_secondary(body: &[u8]) -> bool {
    let body = &body[..body.len().min(BODY)];
    SECONDARY.iter().any(|words| {
        body.windows(words.len())
            .any(|window| window.eq_ignore_ascii_case(words))
    })
}
