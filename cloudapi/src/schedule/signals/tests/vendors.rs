//! The responses that vendors document, and what is read from them.

use super::super::{
    Cloudflare, DigitalOcean, GitHub, Hetzner, Partition, Refill, ResetUnit, ResponseView, Said,
    Standard, Stripe, Unreadable, VendorProfile,
};
use super::{DATE, NOW, all_numbers, numbers, read, read_all, seconds};

const PROFILES: [&dyn VendorProfile; 6] = [
    &Standard,
    &DigitalOcean,
    &GitHub,
    &Cloudflare,
    &Hetzner,
    &Stripe,
];

#[test]
fn a_response_without_such_fields_says_nothing_and_allocates_nothing() {
    for profile in PROFILES {
        let said = read(
            profile,
            200,
            &[("date", DATE), ("content-type", "text/html")],
        );
        assert_eq!(said, Said::default(), "{profile:?}");
        assert_eq!(said.budgets.capacity(), 0);
    }
}

#[test]
fn a_refusal_is_one_for_every_vendor() {
    for profile in PROFILES {
        assert!(read(profile, 429, &[]).throttled, "{profile:?}");
        let asked = read(profile, 503, &[("retry-after", "7")]);
        assert_eq!(asked.asked(), Some(seconds(7)), "{profile:?}");
        assert!(!read(profile, 503, &[]).throttled, "{profile:?}");
        assert!(!read(profile, 503, &[("retry-after", "soon")]).throttled);
        assert!(!read(profile, 500, &[("retry-after", "7")]).throttled);
    }
}

#[test]
fn who_tells_the_reset_as_a_time_of_day_does_so_however_small_the_number() {
    let profiles: [&dyn VendorProfile; 3] = [&DigitalOcean, &GitHub, &Hetzner];
    for profile in profiles {
        let over = [("ratelimit-remaining", "9"), ("ratelimit-reset", "30")];
        let said = read(profile, 200, &over);
        assert_eq!(said.budgets[0].reset, seconds(0), "{profile:?}");
    }
}

/// The texts of its API reference.
#[test]
fn digitalocean() {
    let said = read(
        &DigitalOcean,
        200,
        &[
            ("date", DATE),
            ("ratelimit-limit", "5000"),
            ("ratelimit-remaining", "4816"),
            ("ratelimit-reset", "1764001800"),
        ],
    );
    assert!(!said.throttled);
    assert_eq!(
        numbers(&said.budgets[0]),
        (Some(5_000), 4_816, Some(3_600), 1_800)
    );
    assert_eq!(said.budgets[0].refill, Refill::Log);
    assert_eq!(said.asked(), None);

    // The burst limit: the reset is that of the hour and does not count.
    let burst = read(
        &DigitalOcean,
        429,
        &[
            ("date", DATE),
            ("ratelimit-limit", "5000"),
            ("ratelimit-remaining", "0"),
            ("rateLimit-reset", "1764003000"),
            ("retry-after", "29"),
        ],
    );
    assert!(burst.throttled);
    assert_eq!(burst.asked(), Some(seconds(29)));
    assert_eq!(
        numbers(&burst.budgets[0]),
        (Some(5_000), 0, Some(3_600), 29)
    );

    // The hour: no Retry-After.
    let hour = read(
        &DigitalOcean,
        429,
        &[
            ("date", DATE),
            ("ratelimit-limit", "5000"),
            ("ratelimit-remaining", "0"),
            ("ratelimit-reset", "1764000042"),
        ],
    );
    assert_eq!(hour.asked(), Some(seconds(42)));
}

/// Every example of its OpenAPI document: an epoch in 2015. As a delta it would
/// be a sleep of 45 years.
#[test]
fn the_reset_in_2015_is_over() {
    for (status, date) in [(200, DATE), (429, DATE), (429, "")] {
        let said = read(
            &DigitalOcean,
            status,
            &[
                ("date", date),
                ("ratelimit-limit", "5000"),
                ("ratelimit-remaining", "4816"),
                ("ratelimit-reset", "1444931833"),
            ],
        );
        assert_eq!(
            numbers(&said.budgets[0]),
            (Some(5_000), 4_816, Some(3_600), 0)
        );
        assert_eq!(said.asked(), None);
        let said = read(
            &Standard,
            status,
            &[
                ("ratelimit-remaining", "4816"),
                ("ratelimit-reset", "1444931833"),
            ],
        );
        assert_eq!(numbers(&said.budgets[0]), (None, 4_816, None, 0));
    }
}

/// Its clock counts, not ours.
#[test]
fn epochs_are_read_against_the_clock_of_the_server() {
    let lines = [
        ("date", DATE),
        ("ratelimit-remaining", "10"),
        ("ratelimit-reset", "1764000100"),
    ];
    for wall in [0, NOW - 100_000, NOW + 100_000, 1 << 40] {
        let said = read_all(&DigitalOcean, 200, &lines, b"", wall);
        assert_eq!(said.budgets[0].reset, seconds(100), "{wall}");
    }
    // Without a Date there is only ours, and no more than the window is believed.
    let said = read_all(&DigitalOcean, 200, &lines[1..], b"", NOW + 30);
    assert_eq!(said.budgets[0].reset, seconds(70));
    let said = read_all(&DigitalOcean, 200, &lines[1..], b"", 0);
    assert_eq!(said.budgets[0].reset, seconds(3_660));
    let said = read_all(&Standard, 200, &lines[1..], b"", 0);
    assert_eq!(said.budgets[0].reset, seconds(86_460));
}

#[test]
fn github_counts_each_resource_apart() {
    let said = read(
        &GitHub,
        200,
        &[
            ("date", DATE),
            ("x-ratelimit-limit", "30"),
            ("x-ratelimit-remaining", "14"),
            ("x-ratelimit-used", "16"),
            ("x-ratelimit-reset", "1764000051"),
            ("x-ratelimit-resource", "search"),
        ],
    );
    let budget = &said.budgets[0];
    assert_eq!(numbers(budget), (Some(30), 14, Some(3_600), 51));
    assert_eq!(budget.partition, Some(Partition::named("search")));
    assert_eq!(budget.refill, Refill::AtReset);
    assert_eq!(said.unreadable, []);
}

/// "Exceeding the rate limit" of its documents, in that order.
#[test]
fn github_refuses_with_a_403_too() {
    let spent = [
        ("date", DATE),
        ("x-ratelimit-limit", "60"),
        ("x-ratelimit-remaining", "0"),
        ("x-ratelimit-reset", "1764001234"),
    ];
    for status in [403, 429] {
        let said = read(&GitHub, status, &spent);
        assert!(said.throttled);
        assert_eq!(said.asked(), Some(seconds(1_234)));
        assert_eq!(said.least_wait, seconds(0));

        let said = read(&GitHub, status, &[("retry-after", "30")]);
        assert!(said.throttled);
        assert_eq!(said.asked(), Some(seconds(30)));
    }
    let left = [
        ("x-ratelimit-remaining", "14"),
        ("x-ratelimit-reset", "1764001234"),
    ];
    let bodies: [&[u8]; 3] = [
        br#"{"message":"You have exceeded a secondary rate limit. Please wait"}"#,
        br#"{"message":"You have exceeded a Secondary Rate Limit"}"#,
        br#"{"message":"You have triggered an abuse detection mechanism."}"#,
    ];
    for body in bodies {
        let said = read_all(&GitHub, 403, &left, body, NOW);
        assert!(said.throttled);
        assert_eq!((said.asked(), said.least_wait), (None, seconds(60)));
    }
    let said = read(&GitHub, 429, &left);
    assert_eq!((said.asked(), said.least_wait), (None, seconds(60)));

    let forbidden = br#"{"message":"Resource not accessible by personal access token"}"#;
    let said = read_all(&GitHub, 403, &left, forbidden, NOW);
    assert!(!said.throttled);
    // What other profiles take for what it says.
    assert!(!read(&Standard, 403, &spent).throttled);
    // Far behind in a large document it is not the message.
    let mut large = vec![b' '; 5_000];
    large.extend_from_slice(bodies[0]);
    assert!(!read_all(&GitHub, 403, &left, &large, NOW).throttled);
    assert!(!read_all(&GitHub, 200, &left, bodies[0], NOW).throttled);
}

/// The texts of its changelog of September 2025.
#[test]
fn cloudflare() {
    let said = read(
        &Cloudflare,
        200,
        &[
            ("Ratelimit", r#""default";r=50;t=30"#),
            ("Ratelimit-Policy", r#""burst";q=100;w=60"#),
        ],
    );
    assert_eq!(all_numbers(&said), [("default", (None, 50, Some(300), 30))]);
    let said = read(
        &Cloudflare,
        429,
        &[
            ("Ratelimit", r#""default";r=0;t=30"#),
            ("Ratelimit-Policy", r#""default";q=1200;w=300"#),
            ("retry-after", "31"),
        ],
    );
    assert_eq!(said.asked(), Some(seconds(31)));
    assert_eq!(
        all_numbers(&said),
        [("default", (Some(1_200), 0, Some(300), 31))]
    );
    // It shuts out for five minutes.
    let said = read(&Cloudflare, 429, &[]);
    assert_eq!((said.asked(), said.least_wait), (None, seconds(300)));
    // An older form of it has a date.
    let said = read(
        &Cloudflare,
        429,
        &[
            ("date", DATE),
            ("x-ratelimit-limit", "1200"),
            ("x-ratelimit-remaining", "0"),
            ("x-ratelimit-reset", "Mon, 24 Nov 2025 16:04:00 GMT"),
        ],
    );
    assert_eq!(said.asked(), Some(seconds(240)));
}

#[test]
fn hetzner_refills_steadily() {
    let lines = |remaining| {
        [
            ("date", DATE),
            ("RateLimit-Limit", "3600"),
            ("RateLimit-Remaining", remaining),
            ("RateLimit-Reset", "1764001800"),
        ]
    };
    let said = read(&Hetzner, 200, &lines("1800"));
    assert_eq!(
        numbers(&said.budgets[0]),
        (Some(3_600), 1_800, Some(3_600), 1_800)
    );
    assert_eq!(said.budgets[0].refill, Refill::Steady);
    // One comes back after a second, not after the half hour to the reset.
    assert_eq!(read(&Hetzner, 429, &lines("0")).asked(), Some(seconds(1)));
}

#[test]
fn stripe_says_whether_to_retry() {
    for (text, expected) in [
        ("true", Some(true)),
        ("false", Some(false)),
        (" true ", Some(true)),
    ] {
        for status in [200, 409, 429, 500] {
            let said = read(&Stripe, status, &[("Stripe-Should-Retry", text)]);
            assert_eq!(said.should_retry, expected);
            assert_eq!(said.throttled, status == 429);
            assert_eq!(said.unreadable, []);
        }
    }
    let said = read(&Stripe, 500, &[("Stripe-Should-Retry", "perhaps")]);
    assert_eq!(said.should_retry, None);
    let field = "stripe-should-retry";
    assert_eq!(said.unreadable.first().map(|it| it.field), Some(field));
    let said = read(&Standard, 500, &[("Stripe-Should-Retry", "true")]);
    assert_eq!(said.should_retry, None);
}

/// A profile of a user's own: milliseconds until a bucket is full again, and a
/// sign of its own that it was too much.
#[derive(Debug)]
struct Shop;

impl VendorProfile for Shop {
    fn is_refusal(&self, response: &ResponseView<'_>) -> bool {
        response.status() == 420 || response.headers().contains_key("x-slow-down")
    }

    fn reset_unit(&self) -> ResetUnit {
        ResetUnit::Milliseconds
    }

    fn refill(&self) -> Refill {
        Refill::Steady
    }

    fn partition(&self, response: &ResponseView<'_>) -> Result<Option<Partition>, Unreadable> {
        Ok(response
            .text("x-shop")?
            .map(|shop| Partition::opaque(shop.as_bytes())))
    }
}

#[test]
fn a_profile_of_your_own_overrides_what_differs() {
    let said = read(
        &Shop,
        420,
        &[
            ("x-rate-limit-limit", "40"),
            ("x-rate-limit-remaining", "10"),
            ("x-rate-limit-reset", "15500"),
            ("x-shop", "a-customer"),
        ],
    );
    assert!(said.throttled);
    assert_eq!(said.budgets[0].reset.as_millis(), 15_500);
    let other = Partition::opaque(b"another-customer");
    assert!(
        said.budgets[0]
            .partition
            .as_ref()
            .is_some_and(|it| *it != other)
    );
    assert!(!format!("{said:?}").contains("a-customer"));
    assert!(read(&Shop, 200, &[("x-slow-down", "1")]).throttled);
    assert!(!read(&Shop, 429, &[]).throttled);
}

#[test]
fn every_field_that_makes_no_sense_is_named_once() {
    let lines = [
        ("retry-after", "soon"),
        ("ratelimit", "much"),
        ("x-ratelimit-remaining", "some"),
        ("x-rate-limit-remaining", "7"),
        ("x-rate-limit-reset", "later"),
    ];
    let said = read(&Standard, 429, &lines);
    let named: Vec<_> = said.unreadable.iter().map(|it| it.field).collect();
    let expected = [
        "retry-after",
        "ratelimit",
        "x-ratelimit-remaining",
        "x-rate-limit-reset",
    ];
    assert_eq!(named, expected);
    // A field that two families read in vain.
    let lines = [
        ("x-ratelimit-resource", "a"),
        ("x-ratelimit-resource", "b"),
        ("x-ratelimit-remaining", "7"),
        ("x-rate-limit-remaining", "7"),
    ];
    let said = read(&GitHub, 200, &lines);
    let named: Vec<_> = said.unreadable.iter().map(|it| it.field).collect();
    assert_eq!(named, ["x-ratelimit-resource"]);
}
