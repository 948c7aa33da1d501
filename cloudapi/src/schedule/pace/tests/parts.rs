//! Limits that a vendor counts apart.

use super::super::super::Time;
use super::super::super::properties::seconds;
use super::super::Pace;
use super::{after, greedy, named, part, said, secs, tenths, window};

#[test]
fn a_start_is_taken_from_all_parts_until_its_response_names_its_own() {
    let (mut pace, _) = after([part("search", window(9, secs(10)))]);
    let core = pace.took(seconds(1));
    pace.heard(
        &said([part("core", window(4_998, secs(10)))]),
        core,
        seconds(1),
    );
    // The nine are there still.
    assert_eq!(greedy(&mut pace, seconds(1), seconds(10)).len(), 9);
    // Of another policy, nobody knows: the server may tell the tightest alone.
    let (mut pace, _) = after([named("minute", window(9, secs(10)))]);
    let start = pace.took(seconds(1));
    pace.heard(
        &said([named("day", window(4_998, secs(10)))]),
        start,
        seconds(1),
    );
    assert_eq!(greedy(&mut pace, seconds(1), seconds(10)).len(), 8);
    // What has no part may be about all parts.
    let [all, one] = [window(9, secs(10)), part("core", window(99, secs(10)))];
    for (first, then) in [(&all, &one), (&one, &all)] {
        let (mut pace, _) = after([first.clone()]);
        let start = pace.took(seconds(1));
        let spread = pace.earliest();
        pace.heard(&said([then.clone()]), start, seconds(1));
        assert!(pace.earliest() >= spread);
    }
    // A response that says nothing gives nothing back.
    let (mut pace, _) = after([part("search", window(9, secs(10)))]);
    let start = pace.took(seconds(1));
    pace.heard(&said([]), start, seconds(1));
    assert_eq!(greedy(&mut pace, seconds(1), seconds(10)).len(), 8);
    // And one that names both has drawn on both.
    let both = || ["core", "search"].map(|name| part(name, window(9, secs(10))));
    let (mut pace, _) = after(both());
    let start = pace.took(seconds(1));
    pace.heard(&said(both()), start, seconds(1));
    assert_eq!(greedy(&mut pace, seconds(1), seconds(10)).len(), 8);
}

#[test]
fn what_was_never_taken_is_not_given_back() {
    let (mut pace, start) = after([part("search", window(9, secs(10)))]);
    pace.heard(
        &said([part("core", window(99, secs(10)))]),
        start,
        seconds(1),
    );
    assert_eq!(greedy(&mut pace, seconds(1), seconds(10)).len(), 9);
}

#[test]
fn what_was_overdrawn_is_not_given_back_as_if_it_were_there() {
    let mut pace = Pace::default();
    let search = pace.took(Time::ZERO);
    let others: Vec<_> = (0..5).map(|_| pace.took(Time::ZERO)).collect();
    pace.heard(
        &said([part("search", window(2, secs(10)))]),
        search,
        tenths(1),
    );
    for (back, core) in others.into_iter().take(3).enumerate() {
        assert_eq!(pace.earliest(), tenths(101), "{back}");
        pace.heard(&said([part("core", window(99, secs(10)))]), core, tenths(1));
    }
    // Two of the five are still out, which uses up the two.
    assert_eq!(pace.earliest(), tenths(101));
}

#[test]
fn an_older_start_than_a_statement_is_not_given_back() {
    let mut pace = Pace::default();
    let core = pace.took(Time::ZERO);
    let search = pace.took(Time::ZERO);
    pace.heard(
        &said([part("search", window(1, secs(10)))]),
        search,
        tenths(1),
    );
    pace.heard(&said([part("core", window(99, secs(10)))]), core, tenths(1));
    assert_eq!(greedy(&mut pace, tenths(1), seconds(10)).len(), 1);
}

#[test]
fn what_a_statement_counts_is_given_back_though_a_newer_one_changed_nothing() {
    let (mut pace, _) = after([part("search", window(5, secs(10)))]);
    let core = pace.took(tenths(1));
    let search = pace.took(tenths(2));
    // Not fewer than the three that are left by the first one.
    pace.heard(
        &said([part("search", window(9, secs(10)))]),
        search,
        tenths(2),
    );
    pace.heard(&said([part("core", window(99, secs(10)))]), core, tenths(2));
    assert_eq!(greedy(&mut pace, tenths(2), seconds(10)).len(), 4);
}

#[test]
fn what_a_newer_statement_that_says_the_same_counts_is_not_given_back() {
    let (mut pace, _) = after([part("search", window(5, secs(10)))]);
    let core = pace.took(tenths(1));
    let search = pace.took(tenths(2));
    // Somebody else has taken one, so three are left without what is of the core.
    pace.heard(
        &said([part("search", window(3, secs(10)))]),
        search,
        tenths(2),
    );
    pace.heard(&said([part("core", window(99, secs(10)))]), core, tenths(2));
    assert_eq!(greedy(&mut pace, tenths(2), seconds(10)).len(), 3);
}

#[test]
fn a_spent_part_closes_for_all_since_nobody_knows_who_is_next() {
    let (mut pace, _) = after([part("search", window(0, secs(30)))]);
    let core = pace.took(seconds(1));
    pace.heard(
        &said([part("core", window(4_998, secs(3_000)))]),
        core,
        seconds(1),
    );
    assert_eq!(pace.earliest(), seconds(30));
}
