//! Whatever bytes a server sends, reading them ends, and within bounds.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{
    Cloudflare, DigitalOcean, GitHub, Hetzner, Partition, ResponseView, Said, Standard, Stripe,
    VendorProfile,
};
use crate::schedule::properties::cases;

const FIELDS: [&str; 18] = [
    "retry-after",
    "date",
    "age",
    "ratelimit",
    "ratelimit-policy",
    "ratelimit-limit",
    "ratelimit-remaining",
    "ratelimit-reset",
    "x-ratelimit-limit",
    "x-ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-resource",
    "x-rate-limit-limit",
    "x-rate-limit-remaining",
    "x-rate-limit-reset",
    "stripe-should-retry",
    "x-ratelimit-used",
    "content-type",
];

/// What such fields are made of.
const PIECES: [&str; 46] = [
    "0",
    "1",
    "9",
    "60",
    "100",
    "5000",
    "1764000030",
    "1764000030000",
    "1444931833",
    "18446744073709551615",
    "18446744073709551616",
    "999999999999999",
    "1000000000000000",
    "-",
    "-1",
    "+1",
    "1.5",
    "\"a\"",
    "\"",
    "\\",
    "\"\\\"\"",
    ";",
    ";r=",
    ";t=",
    ";q=",
    ";w=",
    ";qu=\"requests\"",
    ";qu=\"content-bytes\"",
    ";pk=:YQ==:",
    ";pk=:",
    ",",
    ", ",
    "(",
    ")",
    "?1",
    "limit=",
    "remaining=",
    "reset=",
    "true",
    "false",
    "soon",
    " ",
    "@1",
    "%\"a\"",
    "Mon, 24 Nov 2025 16:00:03 GMT",
    "Fri, 31 Dec 9999 23:59:59 GMT",
];

fn profile() -> impl Strategy<Value = &'static dyn VendorProfile> {
    let profiles: [&'static dyn VendorProfile; 6] = [
        &Standard,
        &DigitalOcean,
        &GitHub,
        &Cloudflare,
        &Hetzner,
        &Stripe,
    ];
    proptest::sample::select(profiles.to_vec())
}

fn value() -> impl Strategy<Value = Vec<u8>> {
    let pieces = vec(proptest::sample::select(PIECES.to_vec()), 0..12);
    prop_oneof![
        4 => pieces.prop_map(|pieces| pieces.concat().into_bytes()),
        1 => vec(any::<u8>(), 0..60),
        1 => (0..5_000_usize, proptest::sample::select(PIECES.to_vec()))
            .prop_map(|(times, piece)| piece.repeat(times / piece.len()).into_bytes()),
        1 => (any::<u64>(), any::<u64>(), any::<u64>()).prop_map(|(a, b, c)| {
            format!("\"a\";r={a};t={b};q={c}").into_bytes()
        }),
        1 => any::<u64>().prop_map(|number| number.to_string().into_bytes()),
    ]
}

fn of_fields(fields: &'static [&'static str]) -> impl Strategy<Value = HeaderMap> {
    vec((proptest::sample::select(fields.to_vec()), value()), 0..8).prop_map(|lines| {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            if let Ok(value) = HeaderValue::from_bytes(&value) {
                headers.append(HeaderName::from_static(name), value);
            }
        }
        headers
    })
}

fn status() -> impl Strategy<Value = StatusCode> {
    let status = prop_oneof![Just(200), Just(403), Just(429), Just(503), 100..1_000_u16];
    status.prop_map(|status| StatusCode::from_u16(status).unwrap())
}

fn wall() -> impl Strategy<Value = SystemTime> {
    let seconds = prop_oneof![Just(0), Just(1_764_000_000), 0..1_u64 << 40];
    seconds.prop_map(|seconds| SystemTime::UNIX_EPOCH + Duration::from_secs(seconds))
}

/// What holds of all that is read, whatever it is read from.
fn check(said: &Said) {
    let year = Duration::from_secs(366 * 86_400);
    assert!(said.retry_after.is_none_or(|wait| wait <= year));
    assert!(said.throttled || (said.asked().is_none() && said.least_wait.is_zero()));
    for budget in &said.budgets {
        let window = budget.window.unwrap_or(Duration::from_secs(86_400));
        let longest = window.saturating_add(Duration::from_secs(60));
        let asked = said.retry_after.filter(|_| budget.remaining == 0);
        assert!(budget.reset <= longest || Some(budget.reset) == asked);
        assert!(budget.remaining > 0 || !budget.reset.is_zero() || asked.is_some());
        assert!(budget.policy.len() <= 128);
    }
    for unreadable in &said.unreadable {
        assert!(FIELDS.contains(&unreadable.field));
    }
}

macro_rules! each_reader_takes_anything {
    ($($name:ident: $fields:expr;)*) => { proptest! {
        #![proptest_config(cases(400))]
        $(
            #[test]
            fn $name(
                profile in profile(),
                headers in of_fields(&$fields),
                status in status(),
                body in vec(any::<u8>(), 0..60),
                wall in wall(),
            ) {
                let response = ResponseView::new(status, &headers, &body, wall);
                check(&profile.read(&response));
            }
        )*
    }};
}

each_reader_takes_anything! {
    retry_after_takes_anything: ["retry-after", "date"];
    the_structured_fields_take_anything: ["ratelimit", "ratelimit-policy", "age"];
    the_older_fields_take_anything: FIELDS[5..8];
    the_fields_with_an_x_take_anything: FIELDS[8..15];
    stripes_field_takes_anything: ["stripe-should-retry"];
    all_fields_together_take_anything: FIELDS;
}

proptest! {
    #![proptest_config(cases(400))]

    /// A secret that a server puts where a number should be is told by nobody.
    #[test]
    fn what_cannot_be_read_is_not_told(
        profile in profile(),
        field in proptest::sample::select(FIELDS[..17].to_vec()),
        status in status(),
    ) {
        let secret = "hunter2-hunter2";
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(field), HeaderValue::from_static(secret));
        let response = ResponseView::new(status, &headers, secret.as_bytes(), SystemTime::UNIX_EPOCH);
        let said = profile.read(&response);
        let lines = said.unreadable.iter().map(ToString::to_string);
        let told = format!("{said:?} {response:?} {:?}", lines.collect::<Vec<_>>());
        prop_assert!(!told.contains(secret), "{}", told);
    }

    #[test]
    fn what_is_well_formed_is_read(
        remaining in 0..1_000_000_u64,
        reset in 1..86_400_u64,
        quota in 1..1_000_000_u64,
        name in "[ !#-\\[\\]-~]{0,128}",
        key in vec(any::<u8>(), 0..20),
    ) {
        use base64::Engine as _;
        use base64::engine::general_purpose::STANDARD;

        let pk = STANDARD.encode(&key);
        let limit = format!("\"{name}\";r={remaining};t={reset};pk=:{pk}:");
        let policy = format!("\"other\";q=1, \"{name}\";pk=:{pk}:;q={quota};w=86400");
        let mut headers = HeaderMap::new();
        headers.insert("ratelimit", HeaderValue::from_str(&limit).unwrap());
        headers.insert("ratelimit-policy", HeaderValue::from_str(&policy).unwrap());
        let response = ResponseView::new(StatusCode::OK, &headers, b"", SystemTime::UNIX_EPOCH);
        let said = Standard.read(&response);
        prop_assert_eq!(said.unreadable, []);
        let budget = &said.budgets[0];
        prop_assert_eq!(&*budget.policy, name.as_str());
        prop_assert_eq!(budget.partition.as_ref(), Some(&Partition::opaque(&key)));
        // Where the name is that of the other policy, the exact one counts.
        prop_assert_eq!(budget.limit, Some(quota));
        prop_assert_eq!(budget.remaining, remaining);
        prop_assert_eq!(budget.reset.as_secs(), reset);
    }
}
