//! A server that has had enough is left alone.

use std::time::Duration;

use proptest::prelude::*;

use super::super::{Action, Ending, Next, Refusal, Scheduler, Time, Verdict};
use super::random::any_world;
use super::referee::judge;
use super::world::{Call, Event, Reply, World};
use super::{MILLI, SECOND, cases, seconds};

const fn wait(seconds: u64) -> Verdict {
    Verdict::Throttled(Some(Duration::from_secs(seconds)))
}

proptest! {
    #![proptest_config(cases(200))]

    #[test]
    fn nothing_starts_before_the_time_the_server_gave(world in any_world()) {
        for start in judge(&world, &world.run()) {
            prop_assert!(start.at >= start.closed_until, "{start:?}");
        }
    }

    #[test]
    fn nothing_starts_while_the_gate_is_barred(world in any_world()) {
        let mut barred_until = Time::ZERO;
        for (now, _, event) in world.run().0 {
            if let Event::Answered(Verdict::Throttled(Some(asked)), _) = event
                && asked > world.terms.maximum_retry_after
            {
                let bar = now.after(world.terms.maximum_retry_after);
                barred_until = barred_until.max(bar);
            }
            let goes_in = matches!(event, Event::Submitted | Event::Started);
            prop_assert!(now >= barred_until || !goes_in);
        }
    }
}

#[test]
fn a_throttle_closes_the_gate_for_everybody() {
    let throttled = Call::at(Time::ZERO).replies(&[Reply::after(SECOND, wait(100))]);
    let others = [5, 5, 50].map(|second| Call::at(seconds(second)));
    let story = World::new(360)
        .with([throttled].into_iter().chain(others))
        .run();
    // The throttled call goes first afterwards.
    assert_eq!(story.starts_of(0), [0, 101].map(seconds));
    assert_eq!(story.starts_of(1), [seconds(111)]);
    assert_eq!(story.starts_of(2), [seconds(121)]);
    assert_eq!(story.starts_of(3), [seconds(131)]);
}

#[test]
fn the_later_of_two_times_counts() {
    let first = Call::at(Time::ZERO).replies(&[Reply::after(15 * SECOND, wait(100))]);
    let second = Call::at(Time::ZERO).replies(&[Reply::after(10 * SECOND, wait(20))]);
    let story = World::new(360).with([first, second]).run();
    assert_eq!(story.starts_of(0), [0, 115].map(seconds));
    assert_eq!(story.starts_of(1), [10, 125].map(seconds));
}

#[test]
fn a_server_that_does_not_say_how_long_is_left_alone_longer_each_time() {
    for verdict in [Verdict::Throttled(None), wait(0)] {
        let call = Call::at(Time::ZERO).replies(&[Reply::at_once(verdict); 7]);
        let story = World::new(360).with([call]).run();
        let times = [0, 20, 60, 140, 300, 620, 940, 1_260];
        assert_eq!(story.starts_of(0), times.map(seconds));
    }
}

/// A hundred calls, and a server that refuses for ten minutes. Tells the most refusals of
/// one call, and when the last was answered.
fn refused_for_ten_minutes(rate: u32, verdict: Verdict) -> (usize, Time) {
    let mut scheduler = Scheduler::new(World::new(rate).gate);
    let mut terms = World::new(1).terms;
    terms.maximum_throttles = 100;
    for job in 0..100 {
        scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
    }
    let (mut refusals, mut last) = (vec![0; 100], Time::ZERO);
    while let Some(now) = scheduler.next_wake() {
        let Some(Action::Start(id, job)) = scheduler.poll(now) else {
            continue;
        };
        last = now;
        let is_refused = now < seconds(600);
        refusals[job] += usize::from(is_refused);
        let verdict = if is_refused { verdict } else { Verdict::Done };
        let next = scheduler.finish(id, verdict, &terms, now);
        let is_done = next == Some(Next::Ends(Ending::Done));
        assert!(is_done || next == Some(Next::Waits), "{next:?}");
    }
    assert_eq!(scheduler.leftovers(), 0);
    (refusals.into_iter().max().unwrap(), last)
}

#[test]
fn a_server_that_goes_on_refusing_is_asked_less_and_less() {
    for rate in [3_600, 36_000, 3_600_000, u32::MAX] {
        for verdict in [Verdict::Throttled(None), wait(0), wait(1), wait(10)] {
            let (refusals, last) = refused_for_ten_minutes(rate, verdict);
            assert!(refusals <= 50, "{rate} {verdict:?}: {refusals}");
            // A minute at most is lost by it.
            let period = World::new(rate).period();
            let latest = seconds(661).after_nanos(100 * period);
            assert!(last < latest, "{rate} {verdict:?}: {last:?}");
        }
    }
}

#[test]
fn a_wait_that_a_server_asks_for_in_a_row_grows_to_half_of_all_before_it() {
    let refused = [Reply::at_once(wait(10)); 6];
    let call = Call::at(Time::ZERO).replies(&refused);
    let story = World::new(3_600).with([call.clone()]).run();
    let times = [0, 10, 20, 30, 45].map(seconds);
    assert_eq!(story.starts_of(0)[..5], times);
    // Half of 45 s, and of 67.5 s.
    let later = [67_500, 101_250].map(|milliseconds| Time::from_nanos(milliseconds * MILLI));
    assert_eq!(story.starts_of(0)[5..], later);
    // No longer than any delay may be, but for what the server asks.
    let mut world = World::new(3_600).with([call]);
    world.terms.backoff.maximum = Duration::from_secs(7);
    assert_eq!(
        world.run().starts_of(0),
        [0, 10, 20, 30, 40, 50, 60].map(seconds)
    );
}

/// It is for the request that follows, and for no other.
#[test]
fn a_redirect_that_is_to_be_followed_later_holds_up_its_own_call_only() {
    let elsewhere = |seconds| Reply::at_once(Verdict::AgainAfter(Duration::from_secs(seconds)));
    let mut world = World::new(360);
    world.terms.maximum_retry_after = Duration::from_secs(100);
    world.terms.backoff.multiplications = 0;
    world.terms.maximum_failed_attempts = 0;
    let calls = [
        Call::at(Time::ZERO).replies(&[elsewhere(100), elsewhere(0)]),
        Call::at(Time::ZERO).replies(&[elsewhere(101)]),
        Call::at(Time::ZERO)
            .replies(&[elsewhere(50)])
            .deadline(seconds(70)),
        Call::at(Time::ZERO)
            .replies(&[elsewhere(50)])
            .deadline(seconds(79)),
    ];
    let story = world.with(calls).run();
    assert_eq!(story.starts_of(0), [0, 100, 110].map(seconds));
    let until = seconds(111);
    let barred = Ending::Refused(Refusal::Barred { until });
    assert_eq!(
        (story.starts_of(1), story.ending_of(1)),
        (vec![seconds(10)], barred)
    );
    assert_eq!(story.starts_of(2), [20, 70].map(seconds));
    // Known before the wait begins.
    let would_run_at = seconds(80);
    let missed = Ending::Refused(Refusal::Deadline { would_run_at });
    assert_eq!(
        (story.starts_of(3), story.ending_of(3)),
        (vec![seconds(30)], missed)
    );
}

/// What happened an hour ago is no row, nor is what was answered in between.
#[test]
fn a_wait_does_not_grow_by_time_alone_and_an_answer_ends_the_row() {
    let refused = Reply::at_once(wait(10));
    let done = Reply::at_once(Verdict::Done);
    let calls = [
        Call::at(Time::ZERO)
            .replies(&[refused; 3])
            .cancelled(seconds(25)),
        Call::at(seconds(4_000)).replies(&[refused, done]),
        Call::at(seconds(4_100)).replies(&[refused, refused]),
    ];
    let story = World::new(3_600).with(calls).run();
    assert_eq!(story.starts_of(1), [4_000, 4_015].map(seconds));
    assert_eq!(story.starts_of(2), [4_100, 4_110, 4_120].map(seconds));
}

#[test]
fn refusals_of_attempts_that_were_under_way_together_are_one_sign() {
    let refused = |latency| [Reply::after(latency * SECOND, Verdict::Throttled(None))];
    let calls = [
        Call::at(Time::ZERO).replies(&refused(21)),
        Call::at(Time::ZERO).replies(&refused(12)),
        Call::at(Time::ZERO).replies(&refused(3)),
    ];
    let story = World::new(360).with(calls).run();
    // All three by 23 s, each with the first step of the series.
    assert_eq!(story.starts_of(0), [0, 43].map(seconds));
}

#[test]
fn an_answer_starts_the_series_of_closings_anew() {
    let refused = Reply::at_once(Verdict::Throttled(None));
    let done = Reply::at_once(Verdict::Done);
    let calls = [
        Call::at(Time::ZERO).replies(&[refused, refused, done]),
        Call::at(seconds(65)).replies(&[refused]),
    ];
    let story = World::new(360).with(calls).run();
    assert_eq!(story.starts_of(0), [0, 20, 60].map(seconds));
    assert_eq!(story.starts_of(1), [70, 90].map(seconds));
}

#[test]
fn an_answer_to_an_older_attempt_says_nothing_about_the_closed_gate() {
    let refused = Reply::at_once(Verdict::Throttled(None));
    let calls = [
        Call::at(Time::ZERO).replies(&[Reply::after(15 * SECOND, Verdict::Done)]),
        Call::at(Time::ZERO).replies(&[refused, refused]),
    ];
    let story = World::new(360).with(calls).run();
    assert_eq!(story.starts_of(1), [10, 30, 70].map(seconds));
}

#[test]
fn an_attempt_that_started_as_the_gate_closed_is_older_than_that() {
    let refused = Verdict::Throttled(None);
    let first = [Reply::after(10 * SECOND, refused), Reply::at_once(refused)];
    let first = Call::at(Time::ZERO).replies(&first);
    let second = |verdict| Call::at(seconds(10)).replies(&[Reply::after(SECOND, verdict)]);
    let story = World::new(360).with([first.clone(), second(refused)]).run();
    assert_eq!(story.starts_of(0)[..2], [0, 31].map(seconds));
    let story = World::new(360).with([first, second(Verdict::Done)]).run();
    assert_eq!(story.starts_of(0), [0, 30, 70].map(seconds));
}

#[test]
fn a_gate_that_is_closed_or_barred_is_not_as_new() {
    for (asked, over) in [(100, 101), (5_000, 3_601)] {
        let mut terms = World::new(360).terms;
        terms.maximum_throttles = 0;
        let mut scheduler = Scheduler::new(World::new(360).gate);
        let id = scheduler.submit((), Time::NEVER, Time::ZERO).unwrap();
        assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, ())));
        let next = scheduler.finish(id, wait(asked), &terms, seconds(1));
        assert!(matches!(next, Some(Next::Ends(_))));
        assert!(!scheduler.is_neutral(seconds(over).before_nanos(1)));
        assert!(scheduler.is_neutral(seconds(over)));
    }
}

#[test]
fn a_call_is_throttled_so_often_and_then_ends() {
    let mut world = World::new(360);
    world.terms.maximum_throttles = 3;
    let calls = [Call::at(Time::ZERO).always(wait(30)), Call::at(seconds(95))];
    let story = world.with(calls).run();
    assert_eq!(story.starts_of(0), [0, 30, 60, 90].map(seconds));
    assert_eq!(story.ending_of(0), Ending::Throttled);
    assert_eq!(
        story.starts_of(1),
        [seconds(135)],
        "the gate is closed all the same"
    );
}

#[test]
fn a_wait_that_is_too_long_ends_all_calls_with_the_time() {
    let mut world = World::new(360);
    world.terms.maximum_retry_after = Duration::from_secs(100);
    let fails = [Reply::at_once(Verdict::Failed); 9];
    let calls = [
        Call::at(Time::ZERO).replies(&fails[..2]),
        Call::at(Time::ZERO).replies(&[Reply::after(5 * SECOND, wait(101))]),
        Call::at(Time::ZERO)
            .replies(&fails)
            .deadline(seconds(2_000)),
        Call::at(Time::ZERO),
        Call::at(Time::ZERO).deadline(seconds(3_000)),
        Call::at(seconds(114)),
        Call::at(seconds(115)),
    ];
    let story = world.with(calls).run();
    let barred = |until| Refusal::Barred {
        until: seconds(until),
    };
    // 0 waits for its second attempt, 3 and 4 in line.
    assert_eq!(story.ending_of(1), Ending::Refused(barred(116)));
    for waiting in [0, 2, 3, 4] {
        assert_eq!(
            story.end_of(waiting),
            (seconds(15), Event::Refused(barred(115)))
        );
    }
    assert_eq!(
        story.end_of(5),
        (seconds(114), Event::TurnedAway(barred(115)))
    );
    assert_eq!(story.starts_of(6), [seconds(115)]);
}

#[test]
fn a_call_that_comes_back_as_the_bar_ends_is_not_turned_away() {
    let mut world = World::new(360);
    world.terms.maximum_retry_after = Duration::from_secs(30);
    let fails = [Reply::at_once(Verdict::Failed); 2];
    let calls = [
        Call::at(Time::ZERO).replies(&fails),
        Call::at(seconds(25)).replies(&[Reply::at_once(wait(1_000))]),
    ];
    let story = world.with(calls).run();
    assert_eq!(story.starts_of(1), [seconds(30)]);
    assert_eq!(story.starts_of(0), [0, 20, 60].map(seconds));
}

#[test]
fn the_longest_wait_bounds_what_a_server_asks_and_not_the_series() {
    // Two periods are two hours.
    let refused = [Reply::at_once(Verdict::Throttled(None))];
    let world = World::new(1).with([Call::at(Time::ZERO).replies(&refused)]);
    let story = world.run();
    assert_eq!(story.starts_of(0), [0, 7_200].map(seconds));
    assert_eq!(story.ending_of(0), Ending::Done);
}

#[test]
fn where_no_wait_is_allowed_a_server_is_not_asked_all_the_time() {
    let mut world = World::new(360);
    world.terms.maximum_retry_after = Duration::ZERO;
    let refused = [Reply::at_once(wait(60))];
    let calls = [0, 10, 20, 30].map(|second| Call::at(seconds(second)).replies(&refused));
    let story = world.with(calls).run();
    let until = seconds(20);
    assert_eq!(
        story.end_of(1).1,
        Event::TurnedAway(Refusal::Barred { until })
    );
    assert_eq!(story.starts(), [0, 20].map(seconds));
}

#[test]
fn one_attempt_goes_ahead_when_the_gate_opens_again_and_the_others_wait_for_it() {
    let refused = Reply::at_once(wait(100));
    let slow = Reply::after(25 * SECOND, Verdict::Done);
    let calls = [
        Call::at(Time::ZERO).replies(&[refused, refused, Reply::after(4 * SECOND, Verdict::Done)]),
        Call::at(seconds(1)),
        Call::at(seconds(1)).replies(&[slow]),
        Call::at(seconds(1)),
    ];
    let story = World::new(3_600).with(calls).run();
    // The one at 100 s closes it again, and nobody else has asked meanwhile.
    assert_eq!(story.starts_of(0), [0, 100, 200].map(seconds));
    // The period is a second, and so is the patience with the probe.
    assert_eq!(story.starts_of(1), [seconds(201)]);
    assert_eq!(story.starts_of(2), [seconds(202)]);
    assert_eq!(story.starts_of(3), [seconds(203)]);
}

#[test]
fn a_probe_that_is_given_up_leaves_its_part_to_the_next() {
    let mut scheduler = Scheduler::new(World::new(3_600_000).gate);
    let terms = World::new(1).terms;
    let ids: Vec<_> = (0..4)
        .map(|job| scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap())
        .collect();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(ids[0], 0)));
    assert_eq!(
        scheduler.finish(ids[0], wait(10), &terms, Time::ZERO),
        Some(Next::Waits)
    );
    assert_eq!(scheduler.poll(seconds(10)), Some(Action::Start(ids[0], 0)));
    let (soon, later) = (
        seconds(10).after_nanos(SECOND / 10),
        seconds(10).after_nanos(SECOND / 5),
    );
    assert_eq!(scheduler.poll(soon), None, "the probe is under way");
    assert_eq!(scheduler.next_wake(), Some(seconds(11)));
    scheduler.cancel(ids[0]);
    assert_eq!(
        scheduler.poll(soon),
        Some(Action::Start(ids[1], 1)),
        "the next one probes"
    );
    assert_eq!(scheduler.poll(later), None);
    assert_eq!(
        scheduler.finish(ids[1], Verdict::Failed, &terms, later),
        Some(Next::Waits)
    );
    assert_eq!(
        scheduler.poll(later),
        Some(Action::Start(ids[2], 2)),
        "it was no refusal"
    );
}
