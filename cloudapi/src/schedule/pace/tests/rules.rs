//! The rules, one by one.

use super::super::super::Time;
use super::super::super::properties::seconds;
use super::super::{MOST_BUCKETS, Pace};
use super::{after, greedy, log, named, said, secs, steady, tenths, window};

#[test]
fn a_server_that_says_nothing_changes_nothing() {
    let (mut pace, start) = after([]);
    assert!(pace.is_neutral(Time::ZERO));
    assert_eq!(pace.earliest(), Time::ZERO);
    pace.heard(&said([]), start, seconds(5));
    assert!(pace.is_neutral(seconds(5)));
}

#[test]
fn what_remains_is_spread_over_the_time_to_the_reset() {
    // Four before the reset and one at it, after the one at 0.
    let (mut pace, _) = after([window(4, secs(10))]);
    let starts = greedy(&mut pace, Time::ZERO, seconds(10));
    assert_eq!(starts, [2, 4, 6, 8].map(seconds));
    assert_eq!(pace.earliest(), seconds(10));
}

#[test]
fn nothing_left_closes_until_the_reset() {
    let (pace, _) = after([window(0, secs(10))]);
    assert_eq!(pace.earliest(), seconds(10));
    assert!(!pace.is_neutral(tenths(99)));
    assert!(pace.is_neutral(seconds(10)));
}

#[test]
fn time_that_nobody_used_is_for_those_who_come_later() {
    let (mut pace, _) = after([window(4, secs(10))]);
    let starts = greedy(&mut pace, seconds(6), seconds(10));
    // The four, and the last one in the middle between its neighbours.
    assert_eq!(starts, [seconds(6), seconds(7), seconds(8), seconds(9)]);
}

#[test]
fn a_statement_lapses_at_its_reset() {
    let (mut pace, _) = after([window(4, secs(10))]);
    pace.took(seconds(10));
    assert_eq!(pace.earliest(), Time::ZERO);
    assert!(pace.is_neutral(seconds(10)));
}

#[test]
fn starts_under_way_are_taken_not_to_be_counted_yet() {
    let mut pace = Pace::default();
    let first = pace.took(Time::ZERO);
    pace.took(tenths(1));
    pace.took(tenths(2));
    pace.heard(&said([window(4, secs(10))]), first, tenths(2));
    // Two of the four are under way.
    assert_eq!(greedy(&mut pace, tenths(2), tenths(102)).len(), 2);
    let mut pace = Pace::default();
    let first = pace.took(Time::ZERO);
    for _ in 0..9 {
        pace.took(tenths(1));
    }
    pace.heard(&said([window(4, secs(10))]), first, tenths(2));
    assert_eq!(pace.earliest(), tenths(102));
}

#[test]
fn an_older_response_does_not_undo_a_newer_one() {
    let mut pace = Pace::default();
    let [first, second] = [tenths(0), tenths(1)].map(|at| pace.took(at));
    pace.heard(&said([window(1, secs(10))]), second, tenths(2));
    let before = pace.earliest();
    pace.heard(&said([window(2_000, secs(10))]), first, tenths(3));
    assert_eq!(pace.earliest(), before);
    // Of an earlier window, or of another length, it says nothing.
    for reset in [1, 5, 3_600] {
        pace.heard(&said([window(0, secs(reset))]), first, tenths(3));
        assert_eq!(pace.earliest(), before, "{reset}");
    }
}

#[test]
fn an_older_response_may_say_that_less_is_left() {
    // The server counted the second before the first.
    let mut pace = Pace::default();
    let [first, second] = [tenths(0), tenths(1)].map(|at| pace.took(at));
    pace.heard(&said([window(10, secs(10))]), second, tenths(2));
    pace.heard(&said([window(1, secs(10))]), first, tenths(3));
    // One, and the second, which may not be counted in it.
    assert_eq!(pace.earliest(), tenths(102));
}

#[test]
fn a_newer_response_of_the_same_window_cannot_bring_anything_back() {
    let mut pace = Pace::default();
    let [first, second] = [tenths(0), tenths(1)].map(|at| pace.took(at));
    pace.heard(&said([window(0, secs(10))]), first, tenths(2));
    pace.heard(&said([window(5, secs(10))]), second, tenths(3));
    assert_eq!(pace.earliest(), tenths(102));
}

#[test]
fn a_newer_response_of_another_window_counts() {
    let (mut pace, _) = after([window(0, secs(10))]);
    let start = pace.took(seconds(10));
    pace.heard(&said([window(9, secs(10))]), start, seconds(10));
    assert_eq!(pace.earliest(), seconds(11));
    // The server has thought better of it.
    let start = pace.took(seconds(11));
    pace.heard(&said([window(3, secs(4))]), start, seconds(11));
    assert_eq!(pace.earliest(), seconds(12));
}

/// A window that slides says the same time with every response; what remains
/// rises again, and is believed.
#[test]
fn a_window_that_slides_does_not_stay_at_its_lowest() {
    let mut pace = Pace::default();
    for tenth in 0..100 {
        let now = tenths(tenth * 2);
        let start = pace.took(now);
        let remaining = if tenth < 50 { 2 } else { 600 };
        pace.heard(&said([window(remaining, secs(60))]), start, now);
    }
    assert!(pace.earliest() <= tenths(200));
}

#[test]
fn several_limits_hold_together() {
    let minute = named("minute", window(2, secs(30)));
    let day = named("day", window(99, secs(36_000)));
    let (mut pace, _) = after([minute, day]);
    // The day is the tighter one.
    assert_eq!(pace.earliest(), seconds(360));
    let starts = greedy(&mut pace, Time::ZERO, seconds(36_000));
    assert_eq!(starts.len(), 99);
}

#[test]
fn a_limit_that_is_not_named_again_is_not_forgotten() {
    let (mut pace, _) = after([named("day", window(1, secs(1_000)))]);
    let start = pace.took(seconds(500));
    pace.heard(
        &said([named("hour", window(50, secs(10)))]),
        start,
        seconds(500),
    );
    assert_eq!(pace.earliest(), seconds(1_000));
}

#[test]
fn of_a_limit_that_is_told_twice_the_tighter_one_counts() {
    let twice = [window(0, secs(10)), window(100, secs(60))];
    let (pace, _) = after(twice.clone());
    assert_eq!(pace.earliest(), seconds(10));
    let (pace, _) = after(twice.into_iter().rev());
    assert_eq!(pace.earliest(), seconds(10));
}

#[test]
fn a_sliding_log_has_no_cliff_at_the_reset() {
    // One comes back at 100 s. Of a limit of 3,600 an hour, that is.
    let (mut pace, _) = after([log(0, secs(100))]);
    let starts = greedy(&mut pace, Time::ZERO, seconds(3_600));
    assert_eq!(starts[..4], [100, 101, 102, 103].map(seconds));
    assert_eq!(starts.len(), 3_500);
    assert!(!pace.is_neutral(seconds(3_599)));
    assert!(pace.is_neutral(seconds(3_600)));
}

#[test]
fn a_sliding_log_is_not_used_up_before_its_reset() {
    let (mut pace, _) = after([log(3, secs(1_000))]);
    let starts = greedy(&mut pace, Time::ZERO, seconds(1_002));
    assert_eq!(starts, [250, 500, 750, 1_000, 1_001].map(seconds));
    // However near the reset, no faster than the limit allows all the time.
    let (mut pace, _) = after([log(1_000, secs(10))]);
    let starts = greedy(&mut pace, Time::ZERO, seconds(12));
    assert_eq!(starts, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map(seconds));
}

#[test]
fn a_log_of_unknown_length_is_over_at_its_reset() {
    let mut unknown = log(0, secs(100));
    unknown.limit = None;
    unknown.window = None;
    let (pace, _) = after([unknown]);
    assert_eq!(pace.earliest(), seconds(100));
    assert!(pace.is_neutral(seconds(100)));
}

#[test]
fn a_bucket_that_refills_is_the_slower_the_emptier_it_is() {
    // Nothing left: one each second.
    let (mut pace, _) = after([steady(0)]);
    assert_eq!(
        greedy(&mut pace, Time::ZERO, seconds(5)),
        [1, 2, 3, 4].map(seconds)
    );
    // Half of it: twice as fast.
    let (pace, _) = after([steady(1_800)]);
    assert_eq!(pace.earliest(), tenths(5));
    // Nearly all of it: no gap to speak of.
    let (pace, _) = after([steady(3_599)]);
    assert!(pace.earliest() < tenths(1));
    let (pace, _) = after([steady(3_600)]);
    assert!(pace.is_neutral(Time::ZERO));
    // It is never slower than it refills.
    let (mut pace, _) = after([steady(10)]);
    let starts = greedy(&mut pace, Time::ZERO, seconds(3_600));
    assert!(starts.len() >= 3_599, "{}", starts.len());
    assert!(starts.len() <= 3_610);
}

#[test]
fn a_bucket_that_refills_gives_nothing_that_is_not_there_yet() {
    // Three are left, and five are under way: the next one is the third to come
    // back.
    let mut pace = Pace::default();
    let first = pace.took(Time::ZERO);
    for _ in 0..5 {
        pace.took(Time::ZERO);
    }
    pace.heard(&said([steady(3)]), first, tenths(1));
    assert_eq!(pace.earliest(), tenths(31));
    // None is left after an answer that took its time.
    let mut pace = Pace::default();
    let first = pace.took(Time::ZERO);
    pace.heard(&said([steady(0)]), first, seconds(30));
    assert_eq!(pace.earliest(), seconds(31));
}

#[test]
fn a_bucket_without_a_window_is_told_by_its_reset() {
    let mut budget = steady(0);
    budget.window = None;
    let (pace, _) = after([budget.clone()]);
    assert_eq!(pace.earliest(), seconds(1));
    budget.limit = None;
    let (pace, _) = after([budget]);
    assert_eq!(pace.earliest(), seconds(3_600));
}

#[test]
fn names_that_never_end_cost_no_memory_and_the_tightest_ones_are_kept() {
    let mut pace = Pace::default();
    for number in 0..1_000_u64 {
        let mut budget = window(number, secs(1_000));
        budget.policy = format!("{number}").into();
        let start = pace.took(Time::ZERO);
        pace.heard(&said([budget]), start, Time::ZERO);
        assert!(pace.buckets.len() <= MOST_BUCKETS);
    }
    assert_eq!(pace.earliest(), seconds(1_000), "that of 0");
    let mut loose = window(1_000_000, secs(1_000));
    loose.policy = "loose".into();
    let start = pace.took(Time::ZERO);
    pace.heard(&said([loose]), start, Time::ZERO);
    assert!(
        !pace
            .buckets
            .iter()
            .any(|bucket| format!("{bucket:?}").contains("loose"))
    );
    // A tighter one takes the place of the loosest.
    let mut tight = window(0, secs(2_000));
    tight.policy = "tight".into();
    let start = pace.took(Time::ZERO);
    pace.heard(&said([tight]), start, Time::ZERO);
    assert_eq!(pace.earliest(), seconds(2_000));
    assert_eq!(pace.buckets.len(), MOST_BUCKETS);
}
