//! Retries beyond their budget are put off and not denied; delays are made longer at
//! random and never shorter.

use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Action, Ending, Limits, Next, Rate, Scheduler, Terms, Time, Verdict};
use super::random::any_world;
use super::world::{Call, Event, Reply, Story, World};
use super::{SECOND, cases, seconds};

/// More calls that fail than the budget has retries for.
fn failing_world() -> impl Strategy<Value = World> {
    let rate = prop_oneof![1_000..100_000_u32, Just(u32::MAX)];
    let calls = vec((0..100_u64, 0..13_usize), 20..90);
    (rate, calls, 0.0..1.5_f64).prop_map(|(rate, calls, ratio)| {
        let mut world = World::new(rate);
        let period = world.period();
        world.gate.retry_budget = Some(ratio);
        let calls = calls.into_iter().map(|(arrives, failures)| {
            let failed = Reply::after(period / 3, Verdict::Failed);
            let call = Call::at(Time::from_nanos(arrives * period));
            call.replies(&vec![failed; failures])
        });
        world.with(calls.collect::<Vec<_>>())
    })
}

/// Starts of first attempts, and those after a failure.
fn starts(story: &Story, calls: usize) -> (Vec<Time>, Vec<Time>) {
    let (mut firsts, mut retries) = (Vec::new(), Vec::new());
    let mut failed = vec![false; calls];
    let mut begun = vec![false; calls];
    for &(now, call, event) in &story.0 {
        match event {
            Event::Started if failed[call] => retries.push(now),
            Event::Started if !begun[call] => firsts.push(now),
            Event::Answered(verdict, _) => failed[call] = verdict == Verdict::Failed,
            _ => {}
        }
        begun[call] |= event == Event::Started;
    }
    (firsts, retries)
}

/// How many of these are not after that.
fn by(times: &[Time], at: Time) -> f64 {
    times.partition_point(|time| *time <= at) as f64
}

proptest! {
    #![proptest_config(cases(120))]

    #[test]
    fn there_are_never_more_retries_than_allowed(world in failing_world()) {
        let story = world.run();
        let (firsts, retries) = starts(&story, world.calls.len());
        let ratio = world.gate.retry_budget.unwrap();
        for at in &retries {
            // Ten a minute, or a tenth of the slots.
            let each = (10 * world.period()).min(6 * SECOND);
            let come = at.since(Time::ZERO).as_nanos() as f64 / each as f64;
            let most = 100.0 + ratio * by(&firsts, *at) + come;
            prop_assert!(by(&retries, *at) <= most + 0.001, "{at:?}");
        }
    }

    #[test]
    fn every_call_has_all_its_attempts(world in failing_world()) {
        let mut free = world.clone();
        free.gate.retry_budget = None;
        let (story, free) = (world.run(), free.run());
        for call in 0..world.calls.len() {
            prop_assert_eq!(story.starts_of(call).len(), free.starts_of(call).len());
            prop_assert_eq!(story.ending_of(call), free.ending_of(call));
        }
    }

    /// Whatever else happens: nothing is lost and nothing loops, which the simulation
    /// sees to, and no deadline passes.
    #[test]
    fn anything_goes_with_a_budget_and_jitter(
        mut world in any_world(),
        ratio in 0.0..0.5_f64,
        jitter in 0.0..=1.0_f64,
    ) {
        world.gate.retry_budget = Some(ratio);
        world.terms.jitter = jitter;
        world.calls = world.calls.iter().cycle().take(150).cloned().collect();
        for (now, call, event) in world.run().0 {
            prop_assert!(event != Event::Started || now <= world.calls[call].deadline);
        }
    }

    /// A delay counts from the failure, and is lengthened by no more than its part.
    #[test]
    fn jitter_only_ever_lengthens(jitter in 0.0..=1.0_f64, seed in any::<u64>()) {
        let mut terms = World::new(1).terms;
        terms.jitter = jitter;
        let delays = delays(&terms, seed);
        for (delay, plain) in delays.iter().zip([20, 40, 80, 160, 320]) {
            let plain = Duration::from_secs(plain);
            prop_assert!(*delay >= plain);
            prop_assert!(*delay <= plain.mul_f64(1.0 + jitter) + Duration::from_nanos(1));
        }
        prop_assert_eq!(delays, self::delays(&terms, seed));
    }
}

/// The delays of one series at 360 an hour.
fn delays(terms: &Terms, seed: u64) -> Vec<Duration> {
    let mut scheduler = Scheduler::new(World::new(360).gate).seeded(seed);
    let id = scheduler.submit((), Time::NEVER, Time::ZERO).unwrap();
    let (mut now, mut delays) = (Time::ZERO, Vec::new());
    for _ in 0..5 {
        assert_eq!(scheduler.poll(now), Some(Action::Start(id, ())));
        let next = scheduler.finish(id, Verdict::Failed, terms, now);
        assert_eq!(next, Some(Next::Waits));
        let until = scheduler.next_wake().unwrap();
        assert_eq!(scheduler.poll(until.before_nanos(1)), None);
        delays.push(until.since(now));
        now = until;
    }
    delays
}

#[test]
fn a_lone_call_keeps_its_series_whatever_the_budget() {
    for ratio in [0.0, 0.2, 100.0] {
        let mut world = World::new(36_000).with([Call::at(Time::ZERO).always(Verdict::Failed)]);
        let free = world.run().starts();
        world.gate.retry_budget = Some(ratio);
        assert_eq!(world.run().starts(), free);
        assert_eq!(free.len(), 12);
    }
}

#[test]
fn a_storm_of_failures_leaves_the_slots_to_those_who_come() {
    // Ten a second, and all fail: without a budget the retries would take eleven
    // slots of twelve.
    let calls = (0..1_000).map(|_| Call::at(Time::ZERO).always(Verdict::Failed));
    let mut world = World::new(36_000).with(calls);
    world.gate.retry_budget = Some(0.2);
    let story = world.run();
    let (firsts, retries) = starts(&story, 1_000);
    let last = *firsts.last().unwrap();
    assert!(last < seconds(150), "{last:?}");
    assert_eq!(firsts.len() + retries.len(), 12_000);
    // Afterwards a tenth of the slots.
    let later = |minute: u64| by(&retries, seconds(1_000 + 60 * minute));
    for minute in 0..60 {
        assert_eq!(later(minute + 1) - later(minute), 60.0);
    }
    for call in 0..1_000 {
        assert_eq!(story.ending_of(call), Ending::Exhausted);
    }
}

#[test]
fn throttles_and_redirects_are_not_retries() {
    let mut world = World::new(36_000);
    world.gate.retry_budget = Some(0.0);
    world.terms.maximum_throttles = 1_000;
    // So that a row of refusals does not make the waits longer.
    world.terms.backoff.maximum = Duration::from_millis(100);
    let wait = Verdict::Throttled(Some(Duration::from_millis(100)));
    let refused = [
        [Reply::at_once(wait); 150],
        [Reply::at_once(Verdict::Again); 150],
    ]
    .concat();
    let story = world.with([Call::at(Time::ZERO).replies(&refused)]).run();
    let expected: Vec<_> = (0..301)
        .map(|n| Time::from_nanos(n * SECOND / 10))
        .collect();
    assert_eq!(story.starts(), expected);
}

#[test]
fn who_is_put_off_is_seen_and_ends_at_its_deadline() {
    let mut world = World::new(3_600);
    let burst = Rate::new(3_600, Rate::HOUR).burst(202);
    world.gate.limits = Limits::new(&[burst]);
    world.gate.retry_budget = Some(0.0);
    world.terms.backoff.minimum = Duration::from_secs(10);
    let mut scheduler = Scheduler::new(world.gate);
    let deadline = seconds(12);
    // All at once, and all back off until 10 s.
    let now = Time::ZERO;
    for job in 0..101 {
        let id = scheduler.submit(job, deadline, now).unwrap();
        assert_eq!(scheduler.poll(now), Some(Action::Start(id, job)));
        let next = scheduler.finish(id, Verdict::Failed, &world.terms, now);
        assert_eq!(next, Some(Next::Waits));
    }
    for job in 0..100 {
        let now = scheduler.next_wake().unwrap();
        assert!(matches!(scheduler.poll(now), Some(Action::Start(_, retried)) if retried == job));
    }
    let now = seconds(11);
    assert_eq!(scheduler.poll(now), None);
    let look = scheduler.look(now);
    assert_eq!((look.put_off, look.backing_off), (1, 1));
    let after = deadline.after_nanos(1);
    assert_eq!(
        scheduler.next_wake(),
        Some(after),
        "before its retry at 16 s"
    );
    assert!(matches!(
        scheduler.poll(after),
        Some(Action::Refuse(100, _))
    ));
    assert_eq!(scheduler.look(after).put_off, 0);
}

#[test]
fn what_a_server_asks_for_is_lengthened_and_never_cut() {
    let mut world = World::new(3_600);
    world.terms.jitter = 0.5;
    let wait = Verdict::Throttled(Some(Duration::from_secs(100)));
    let calls = [Call::at(Time::ZERO).replies(&[Reply::at_once(wait); 10])];
    let starts = world.with(calls).run().starts();
    let waits = starts
        .windows(2)
        .map(|pair| pair[1].since(pair[0]).as_secs_f64());
    let waits: Vec<_> = waits.collect();
    assert!(
        waits.iter().all(|wait| (100.0..=150.0).contains(wait)),
        "{waits:?}"
    );
    assert!(waits.iter().any(|wait| *wait > 110.0), "{waits:?}");
}

#[test]
fn no_delay_is_made_longer_than_the_longest() {
    let mut terms = World::new(1).terms;
    terms.jitter = 1.0;
    terms.backoff.maximum = Duration::from_secs(50);
    for seed in 0..100 {
        let delays = delays(&terms, seed);
        assert!(
            delays.iter().all(|delay| delay.as_secs() <= 50),
            "{delays:?}"
        );
    }
}

#[test]
fn a_deadline_counts_the_delay_with_its_jitter() {
    let mut terms = World::new(1).terms;
    terms.jitter = 1.0;
    let mut ends = 0;
    for seed in 0..100 {
        let mut scheduler = Scheduler::new(World::new(360).gate).seeded(seed);
        // The delay is 20 to 40 s.
        let id = scheduler.submit((), seconds(30), Time::ZERO).unwrap();
        assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, ())));
        match scheduler.finish(id, Verdict::Failed, &terms, Time::ZERO) {
            Some(Next::Waits) => assert!(scheduler.next_wake().unwrap() <= seconds(30)),
            _ => ends += 1,
        }
    }
    assert!((30..70).contains(&ends), "{ends}");
}
