//! What is read from responses: vendor by vendor, field by field, and from
//! anything at all.

mod anything;
mod fields;
mod vendors;

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};

use super::{Budget, ResponseView, Said, VendorProfile};

/// 2025-11-24T16:00:00Z.
const NOW: u64 = 1_764_000_000;
const DATE: &str = "Mon, 24 Nov 2025 16:00:00 GMT";

fn headers(lines: &[(&str, &str)]) -> HeaderMap {
    let line = |(name, value): &(&str, &str)| {
        let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
        (name, HeaderValue::from_str(value).unwrap())
    };
    // Lines of one name stay apart.
    let mut headers = HeaderMap::new();
    for (name, value) in lines.iter().map(line) {
        headers.append(name, value);
    }
    headers
}

/// Read by a client whose clock is right.
fn read(profile: &dyn VendorProfile, status: u16, lines: &[(&str, &str)]) -> Said {
    read_all(profile, status, lines, b"", NOW)
}

fn read_all(
    profile: &dyn VendorProfile,
    status: u16,
    lines: &[(&str, &str)],
    body: &[u8],
    wall: u64,
) -> Said {
    let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(wall);
    let status = StatusCode::from_u16(status).unwrap();
    profile.read(&ResponseView::new(status, &headers(lines), body, wall))
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// Limit, remaining, window in seconds, reset in seconds.
type Numbers = (Option<u64>, u64, Option<u64>, u64);

fn numbers(budget: &Budget) -> Numbers {
    (
        budget.limit,
        budget.remaining,
        budget.window.map(|window| window.as_secs()),
        budget.reset.as_secs(),
    )
}

fn all_numbers(said: &Said) -> Vec<(&str, Numbers)> {
    let budgets = said.budgets.iter();
    budgets
        .map(|budget| (&*budget.policy, numbers(budget)))
        .collect()
}
