//! Each field by itself, in all the forms that are sent.

use std::time::SystemTime;

use http::StatusCode;

use super::super::{Partition, ResponseView, Standard, Unreadable, VendorProfile as _};
use super::{DATE, all_numbers, headers, numbers, read, seconds};

fn unreadable(lines: &[(&str, &str)]) -> Option<&'static str> {
    let said = read(&Standard, 429, lines);
    for unreadable in &said.unreadable {
        let text = format!("{unreadable} {said:?}");
        for (_, value) in lines {
            let is_told = value.len() > 2 && text.contains(value);
            assert!(!is_told, "{text}");
        }
    }
    said.unreadable.first().map(|unreadable| unreadable.field)
}

#[test]
fn retry_after() {
    // By the vectors for Retry-After: number or date, "past" is zero, and what
    // is nonsense is absent. Huge numbers are bounded here.
    let year = 366 * 86_400;
    for (text, expected) in [
        ("0", Some(0)),
        ("2", Some(2)),
        ("120", Some(120)),
        (" 120 ", Some(120)),
        ("00000002", Some(2)),
        ("Fri, 31 Dec 1999 23:59:59 GMT", Some(0)),
        ("Friday, 31-Dec-99 23:59:59 GMT", Some(0)),
        ("Fri Dec 31 23:59:59 1999", Some(0)),
        ("Mon, 24 Nov 2025 16:00:03 GMT", Some(3)),
        ("Monday, 24-Nov-25 16:00:03 GMT", Some(3)),
        ("Mon Nov 24 16:00:03 2025", Some(3)),
        ("4294967296", Some(year)),
        ("1700000000", Some(year)),
        ("18446744073709551615", Some(year)),
        ("99999999999999999999999", Some(year)),
        ("-1", None),
        ("1.5", None),
        ("", None),
        ("soon", None),
        ("0x10", None),
        ("1e3", None),
        ("2, 5", None),
        ("Fri, 31 Dec 1999 23:59:59 PST", None),
    ] {
        let said = read(&Standard, 429, &[("date", DATE), ("retry-after", text)]);
        assert_eq!(said.retry_after, expected.map(seconds), "{text:?}");
        assert_eq!(said.asked(), expected.map(seconds), "{text:?}");
        let field = expected.is_none().then_some("retry-after");
        assert_eq!(
            said.unreadable.first().map(|it| it.field),
            field,
            "{text:?}"
        );
    }
    let twice = [("retry-after", "2"), ("retry-after", "2")];
    assert_eq!(unreadable(&twice), Some("retry-after"));
}

#[test]
fn what_is_told_of_a_response_names_fields_and_parts_and_no_more() {
    let headers = headers(&[("ratelimit-remaining", "much"), ("x-token", "hunter2")]);
    let view = ResponseView::new(
        StatusCode::TOO_MANY_REQUESTS,
        &headers,
        b"hunter2",
        SystemTime::UNIX_EPOCH,
    );
    assert_eq!(format!("{view:?}"), "ResponseView { status: 429, .. }");
    let told = Standard.read(&view).unreadable[0].to_string();
    assert_eq!(
        told,
        "the field `ratelimit-remaining` of a response is ignored: it is not a whole number"
    );
    for (name, shown) in [
        ("core", true),
        (&"n".repeat(128), true),
        (&"n".repeat(129), false),
    ] {
        let told = format!("{:?}", Partition::named(name));
        assert_eq!(told, if shown { name } else { "(a partition key)" });
    }
    let opaque = Partition::opaque(b"hunter2");
    assert_eq!(format!("{opaque:?}"), "(a partition key)");
}

/// The examples of draft-ietf-httpapi-ratelimit-headers-11.
#[test]
fn the_examples_of_the_draft() {
    for (limits, policies, expected) in [
        (
            r#""default";r=50;t=30"#,
            "",
            vec![("default", (None, 50, None, 30))],
        ),
        (
            r#""default";r=300000000;t=60;pk=:QXBwLTk5OQ==:"#,
            "",
            vec![("default", (None, 300_000_000, None, 60))],
        ),
        (
            r#""default";r=0;t=50"#,
            "",
            vec![("default", (None, 0, None, 50))],
        ),
        (
            r#""basic";r=60;t=58"#,
            r#""basic";q=100;w=60"#,
            vec![("basic", (Some(100), 60, Some(60), 58))],
        ),
        (
            r#""day";r=100;t=36000"#,
            r#""hour";q=1000;w=3600, "day";q=5000;w=86400"#,
            vec![("day", (Some(5_000), 100, Some(86_400), 36_000))],
        ),
        (
            r#""sliding";r=50;t=44"#,
            r#""sliding";q=100;w=60;burst=1000"#,
            vec![("sliding", (Some(100), 50, Some(60), 44))],
        ),
        // Without a window there is no time to spread it over.
        (r#""default";r=999;pk=:dHJpYWwxMjEzMjM=:"#, "", vec![]),
    ] {
        let lines = [("ratelimit", limits), ("ratelimit-policy", policies)];
        let lines = &lines[..if policies.is_empty() { 1 } else { 2 }];
        let said = read(&Standard, 200, lines);
        assert_eq!(all_numbers(&said), expected, "{limits}");
        assert_eq!(said.unreadable, [], "{limits}");
    }
}

#[test]
fn a_list_may_have_several_items_and_stand_on_several_lines() {
    let said = read(
        &Standard,
        200,
        &[
            ("ratelimit", r#""permin";r=49;t=12,   "perhr";r=2"#),
            ("ratelimit-policy", r#""permin";q=50;w=60"#),
            ("ratelimit-policy", r#""perhr";q=1000;w=3600"#),
            ("ratelimit", r#""quoted \" name"; r=7; t=8; vendor-note=?1"#),
        ],
    );
    let expected = [
        ("permin", (Some(50), 49, Some(60), 12)),
        // It is not told when, but not later than a window from now.
        ("perhr", (Some(1_000), 2, Some(3_600), 3_600)),
        (r#"quoted " name"#, (None, 7, None, 8)),
    ];
    assert_eq!(all_numbers(&said), expected);
}

#[test]
fn only_limits_on_the_number_of_requests_count() {
    let said = read(
        &Standard,
        200,
        &[
            (
                "ratelimit",
                r#""bytes";r=0;t=9, "calls";r=3;t=9, "open";r=0;t=9;qu="concurrent-requests""#,
            ),
            (
                "ratelimit-policy",
                r#""bytes";q=65535;qu="content-bytes";w=10, "calls";q=9;qu="requests""#,
            ),
        ],
    );
    assert_eq!(all_numbers(&said), [("calls", (Some(9), 3, None, 9))]);
    assert_eq!(said.unreadable, []);
}

#[test]
fn partitions_of_a_policy_are_told_apart_and_not_told() {
    let said = read(
        &Standard,
        200,
        &[
            (
                "ratelimit",
                r#""u";r=1;t=9;pk=:YWxpY2U=:, "u";r=2;t=9;pk=:Ym9i:, "u";r=3;t=9"#,
            ),
            (
                "ratelimit-policy",
                r#""u";q=10;w=60;pk=:YWxpY2U=:, "u";q=20;w=30"#,
            ),
        ],
    );
    let expected = [
        ("u", (Some(10), 1, Some(60), 9)),
        ("u", (Some(20), 2, Some(30), 9)),
        ("u", (Some(20), 3, Some(30), 9)),
    ];
    assert_eq!(all_numbers(&said), expected);
    let partitions: Vec<_> = said.budgets.iter().map(|it| it.partition.clone()).collect();
    assert!(partitions[0] != partitions[1] && partitions[1] != partitions[2]);
    let told = format!("{said:?}");
    assert!(
        !told.contains("alice") && !told.contains("YWxpY2U"),
        "{told}"
    );
}

#[test]
fn revision_07_has_a_dictionary() {
    let said = read(
        &Standard,
        200,
        &[
            ("ratelimit", "limit=100, remaining=50, reset=30"),
            ("ratelimit-policy", "10;w=1, 100;w=60"),
        ],
    );
    assert_eq!(
        all_numbers(&said),
        [("ratelimit", (Some(100), 50, Some(60), 30))]
    );
    assert_eq!(said.unreadable, []);
}

#[test]
fn malformed_structured_fields_are_ignored_and_named() {
    for text in [
        "",
        "default;r=50;t=30",
        r#""default";t=30"#,
        r#""default";r=-1;t=30"#,
        r#""default";r=1.5;t=30"#,
        r#""default";r=50;t=-30"#,
        r#""default";r="50";t=30"#,
        r#""default";r=50;t=30,"#,
        r#""default";r=9999999999999999;t=30"#,
        r#"("default");r=50;t=30"#,
        "50;t=30",
        "limit=100, reset=30",
        "limit=100, remaining=-1, reset=30",
        "limit=100, remaining=ten, reset=30",
    ] {
        let said = read(&Standard, 200, &[("ratelimit", text)]);
        assert_eq!(said.budgets, [], "{text}");
        // An empty list is a list.
        let field = (!text.is_empty()).then_some("ratelimit");
        assert_eq!(said.unreadable.first().map(|it| it.field), field, "{text}");
    }
    for (length, field) in [(128, None), (129, Some("ratelimit"))] {
        let name = format!("\"{}\";r=0;t=9", "n".repeat(length));
        assert_eq!(unreadable(&[("ratelimit", &name)]), field, "{length}");
    }
    let many = [r#""n";r=0;t=9"#; 17].join(",");
    assert_eq!(unreadable(&[("ratelimit", &many)]), Some("ratelimit"));
    // One line spoils the field.
    let lines = [("ratelimit", r#""a";r=0;t=9"#), ("ratelimit", "?")];
    assert_eq!(unreadable(&lines), Some("ratelimit"));
    // A malformed policy does not: it is informative.
    for policy in [
        r#""a";q=ten"#,
        r#""a";w=60"#,
        r#""a";q=1;w=0"#,
        r#""a";q=-1"#,
        "a;q=1",
        "(1)",
    ] {
        let lines = [
            ("ratelimit", r#""a";r=3;t=9"#),
            ("ratelimit-policy", policy),
        ];
        let said = read(&Standard, 200, &lines);
        assert_eq!(all_numbers(&said), [("a", (None, 3, None, 9))], "{policy}");
        assert_eq!(
            said.unreadable.first().map(|it| it.field),
            Some("ratelimit-policy")
        );
    }
}

#[test]
fn the_three_older_fields_in_all_spellings() {
    for family in ["ratelimit", "x-ratelimit", "x-rate-limit"] {
        let names = ["limit", "remaining", "reset"].map(|part| format!("{family}-{part}"));
        let [limit, remaining, reset] = names.each_ref().map(String::as_str);
        for (texts, expected) in [
            (["100", "50", "30"], (Some(100), 50, None, 30)),
            (["100, 100;w=60", "50", "30"], (Some(100), 50, Some(60), 30)),
            (
                ["10, 5;w=1, 10;burst=3;w=60", "5", "99999"],
                (Some(10), 5, Some(60), 120),
            ),
            (["10, 5;w=1, 10;w=0", "5", "9"], (Some(10), 5, None, 9)),
            (["100", "50", "1764000030"], (Some(100), 50, None, 30)),
            (["100", "50", "1764000030000"], (Some(100), 50, None, 30)),
            (
                ["100", "50", "99999999999999999999"],
                (Some(100), 50, None, 86_460),
            ),
            (
                ["100", "99999999999999999999", "9"],
                (Some(100), u64::MAX, None, 9),
            ),
            // It is in whole seconds, so zero is some time in this one.
            (["100", "0", "0"], (Some(100), 0, None, 1)),
            (["100", "7", "0"], (Some(100), 7, None, 0)),
        ] {
            let lines = [
                ("date", DATE),
                (limit, texts[0]),
                (remaining, texts[1]),
                (reset, texts[2]),
            ];
            let said = read(&Standard, 200, &lines);
            assert_eq!(all_numbers(&said), [(family, expected)], "{texts:?}");
            assert_eq!(said.unreadable, []);
        }
        for (texts, expected) in [
            (["ten", "50", "30"], limit),
            (["-10", "50", "30"], limit),
            (["10", "-1", "30"], remaining),
            (["10", "5 of 10", "30"], remaining),
            (["10", "", "30"], remaining),
            (["10", "5", "-30"], reset),
            (["10", "5", "1.5"], reset),
            (["10", "5", "2018-03-13T00:00:00Z"], reset),
        ] {
            let lines = [(limit, texts[0]), (remaining, texts[1]), (reset, texts[2])];
            let said = read(&Standard, 200, &lines);
            assert_eq!(said.budgets, [], "{texts:?}");
            assert_eq!(unreadable(&lines), Some(expected), "{texts:?}");
        }
        let twice = [(remaining, "5"), (remaining, "6"), (reset, "30")];
        assert_eq!(unreadable(&twice), Some(remaining));
        // Nothing to spread, or nothing to spread it over.
        for lines in [
            [(limit, "10"), (reset, "9")],
            [(limit, "10"), (remaining, "9")],
        ] {
            let said = read(&Standard, 200, &lines);
            assert_eq!((said.budgets, said.unreadable), (vec![], vec![]));
        }
        // But a refusal with a time says that nothing is left.
        let said = read(&Standard, 429, &[(limit, "10"), (reset, "9")]);
        assert_eq!(all_numbers(&said), [(family, (Some(10), 0, None, 9))]);
        assert_eq!(said.asked(), Some(seconds(9)));
    }
}

#[test]
fn the_policy_gives_the_older_fields_their_window() {
    let said = read(
        &Standard,
        200,
        &[
            ("ratelimit-limit", "100"),
            ("ratelimit-policy", "10;w=1, 100;w=60"),
            ("ratelimit-remaining", "50"),
        ],
    );
    assert_eq!(numbers(&said.budgets[0]), (Some(100), 50, Some(60), 60));
}

/// A proxy may have limits of its own beside those of the server.
#[test]
fn all_kinds_of_fields_count_side_by_side() {
    let said = read(
        &Standard,
        200,
        &[
            ("ratelimit", r#""a";r=1;t=9"#),
            ("x-ratelimit-remaining", "2"),
            ("x-ratelimit-reset", "9"),
            ("x-rate-limit-remaining", "oops"),
            ("ratelimit-remaining", "3"),
            ("ratelimit-reset", "9"),
        ],
    );
    let expected = [
        ("a", (None, 1, None, 9)),
        ("ratelimit", (None, 3, None, 9)),
        ("x-ratelimit", (None, 2, None, 9)),
    ];
    assert_eq!(all_numbers(&said), expected);
    let reason = "it is not a whole number";
    let field = "x-rate-limit-remaining";
    assert_eq!(said.unreadable, [Unreadable { field, reason }]);
}

/// "SHOULD be ignored on responses that come from cache" (draft, 7.3).
#[test]
fn what_a_cache_says_of_budgets_is_old() {
    for (age, expected) in [("0", 1), ("1", 0), ("86400", 0), ("young", 1)] {
        let lines = [("age", age), ("ratelimit", r#""a";r=1;t=9"#)];
        assert_eq!(
            read(&Standard, 200, &lines).budgets.len(),
            expected,
            "{age}"
        );
    }
}

/// Appendix B.3 of the draft: nothing for 20 s, and then 15 until 40 s.
#[test]
fn retry_after_takes_precedence() {
    let lines = |remaining| {
        [
            ("retry-after", "20"),
            ("ratelimit-policy", r#""dynamic";q=100;w=60"#),
            ("ratelimit", remaining),
        ]
    };
    let said = read(&Standard, 429, &lines(r#""dynamic";r=15;t=40"#));
    assert_eq!(said.asked(), Some(seconds(20)));
    assert_eq!(said.budgets[0].reset, seconds(40));
    let said = read(&Standard, 429, &lines(r#""dynamic";r=0;t=40"#));
    assert_eq!(said.asked(), Some(seconds(20)));
    assert_eq!(said.budgets[0].reset, seconds(20));
    // Without a refusal it is about something else.
    let said = read(&Standard, 202, &lines(r#""dynamic";r=0;t=40"#));
    assert_eq!((said.asked(), said.budgets[0].reset), (None, seconds(40)));
}

#[test]
fn the_latest_of_several_spent_limits_is_asked_for() {
    let lines = [("ratelimit", r#""a";r=0;t=9, "b";r=0;t=70, "c";r=1;t=3000"#)];
    assert_eq!(read(&Standard, 429, &lines).asked(), Some(seconds(70)));
    assert_eq!(read(&Standard, 200, &lines).asked(), None);
}
