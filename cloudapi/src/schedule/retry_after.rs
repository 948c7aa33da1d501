//! Retry-After (RFC 9110 10.2.3): seconds, or a date in any of three forms.

use std::time::{Duration, SystemTime};

use http::header::{DATE, RETRY_AFTER};
use http::{HeaderMap, HeaderValue};

/// How long the server asks to wait. `wall` is the local time, which counts
/// only where the response has no Date of its own: the two clocks may differ.
///
/// A date that has passed is a wait of zero. What cannot be read, also because
/// it was sent twice, is as if it were absent.
pub(crate) fn retry_after(headers: &HeaderMap, wall: SystemTime) -> Option<Duration> {
    let mut values = headers.get_all(RETRY_AFTER).iter();
    let value = values.next()?;
    if values.next().is_some() {
        return None;
    }
    let text = value.to_str().ok()?.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        // More digits than fit is a very long time, not nonsense.
        return Some(Duration::from_secs(text.parse().unwrap_or(u64::MAX)));
    }
    let until = httpdate::parse_http_date(text).ok()?;
    let now = headers.get(DATE).and_then(date).unwrap_or(wall);
    Some(until.duration_since(now).unwrap_or(Duration::ZERO))
}

fn date(value: &HeaderValue) -> Option<SystemTime> {
    httpdate::parse_http_date(value.to_str().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<u64> {
        // 1999-12-31T23:59:50Z: ten seconds before the dates below.
        let wall = SystemTime::UNIX_EPOCH + Duration::from_secs(946_684_790);
        let mut headers = HeaderMap::new();
        headers.insert(RETRY_AFTER, HeaderValue::from_str(value).unwrap());
        retry_after(&headers, wall).map(|wait| wait.as_secs())
    }

    #[test]
    fn seconds() {
        assert_eq!(read("0"), Some(0));
        assert_eq!(read("120"), Some(120));
        assert_eq!(read(" 120 "), Some(120));
        assert_eq!(read("00000002"), Some(2));
        assert_eq!(read("18446744073709551615"), Some(u64::MAX));
        assert_eq!(read("99999999999999999999999"), Some(u64::MAX));
    }

    #[test]
    fn all_three_forms_of_a_date() {
        assert_eq!(read("Sat, 01 Jan 2000 00:00:00 GMT"), Some(10));
        assert_eq!(read("Saturday, 01-Jan-00 00:00:00 GMT"), Some(10));
        assert_eq!(read("Sat Jan  1 00:00:00 2000"), Some(10));
        assert_eq!(read("Fri, 31 Dec 1999 23:59:00 GMT"), Some(0), "passed");
    }

    #[test]
    fn nonsense_is_ignored() {
        for value in [
            "",
            "-1",
            "1.5",
            "soon",
            "0x10",
            "1e3",
            "2, 5",
            "+5",
            "Fri, 31 Dec 1999 23:59:59 PST",
        ] {
            assert_eq!(read(value), None, "{value:?}");
        }
        let mut twice = HeaderMap::new();
        twice.append(RETRY_AFTER, HeaderValue::from_static("2"));
        twice.append(RETRY_AFTER, HeaderValue::from_static("5"));
        assert_eq!(retry_after(&twice, SystemTime::UNIX_EPOCH), None);
    }

    #[test]
    fn a_date_is_read_against_the_servers_own_clock() {
        let mut headers = HeaderMap::new();
        let until = HeaderValue::from_static("Sat, 01 Jan 2000 00:00:30 GMT");
        headers.insert(RETRY_AFTER, until);
        headers.insert(
            DATE,
            HeaderValue::from_static("Sat, 01 Jan 2000 00:00:00 GMT"),
        );
        let wait = retry_after(&headers, SystemTime::UNIX_EPOCH);
        assert_eq!(wait, Some(Duration::from_secs(30)));
    }
}
