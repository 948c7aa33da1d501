//! Calls that are not ready for their turn wait aside, and lose nothing by it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{Action, CallId, Next, Refusal, Room, Scheduler, Time, Verdict, WhenFull};
use super::world::World;
use super::{cases, seconds};

fn scheduler() -> Scheduler<usize> {
    Scheduler::new(World::new(3_600).gate)
}

#[test]
fn a_call_that_is_held_takes_no_slot_and_keeps_its_place() {
    let mut scheduler = scheduler();
    let ids: Vec<_> = (0..4)
        .map(|job| scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap())
        .collect();
    // The first two are not ready, so the third has the slot.
    let started = scheduler.poll_ready(Time::ZERO, |_, job, _| *job >= 2);
    assert_eq!(started, Some(Action::Start(ids[2], 2)));
    assert_eq!(scheduler.poll(Time::ZERO), None, "the slot is spent");
    scheduler.release(ids[1], Time::ZERO);
    scheduler.release(ids[0], Time::ZERO);
    for (second, job) in [(1, 0), (2, 1), (3, 3)] {
        let started = scheduler.poll(seconds(second));
        assert_eq!(started, Some(Action::Start(ids[job], job)));
    }
    for id in ids {
        let _ = scheduler.finish(id, Verdict::Done, &World::new(1).terms, seconds(9));
    }
    assert_eq!(scheduler.leftovers(), 0);
}

#[test]
fn a_call_that_is_held_ends_at_its_deadline() {
    let mut scheduler = scheduler();
    let id = scheduler.submit(1, seconds(5), Time::ZERO).unwrap();
    assert_eq!(scheduler.poll_ready(Time::ZERO, |_, _, _| false), None);
    let wake = scheduler.next_wake().unwrap();
    assert_eq!(wake, seconds(5).after_nanos(1));
    let refused = scheduler.poll(wake);
    let refusal = Refusal::Deadline { would_run_at: wake };
    assert_eq!(refused, Some(Action::Refuse(1, refusal)));
    // Whoever lets it in afterwards does no harm.
    scheduler.release(id, wake);
    assert_eq!(scheduler.leftovers(), 0);
    assert_eq!(scheduler.next_wake(), None);
}

/// A queue of two whose calls are not ready, full.
fn full_of_held() -> (Scheduler<usize>, Vec<CallId>) {
    let mut gate = World::new(3_600).gate;
    gate.room = Room {
        maximum: 2,
        when_full: WhenFull::DropOldest,
    };
    let mut scheduler = Scheduler::new(gate);
    let ids = (0..2).map(|job| scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap());
    let ids = ids.collect();
    assert_eq!(scheduler.poll_ready(Time::ZERO, |_, _, _| false), None);
    // Another one has the slot meanwhile.
    let other = scheduler.submit(9, Time::NEVER, Time::ZERO).unwrap();
    let started = scheduler.poll_ready(Time::ZERO, |_, job, _| *job == 9);
    assert_eq!(started, Some(Action::Start(other, 9)));
    let _ = scheduler.finish(other, Verdict::Done, &World::new(1).terms, Time::ZERO);
    assert_eq!(scheduler.look(Time::ZERO).held, 2);
    (scheduler, ids)
}

#[test]
fn a_call_that_is_held_before_its_first_attempt_gives_its_place_to_a_newer_one() {
    for is_let_in in [false, true] {
        let (mut scheduler, ids) = full_of_held();
        if is_let_in {
            // In another order than they came.
            scheduler.release(ids[1], Time::ZERO);
            scheduler.release(ids[0], Time::ZERO);
        }
        for newest in [2, 3] {
            let newer = scheduler.submit(newest, Time::NEVER, Time::ZERO);
            assert!(newer.is_ok(), "let in: {is_let_in}");
            let oldest = newest - 2;
            let refused = scheduler.poll_ready(Time::ZERO, |_, _, _| false);
            assert!(
                matches!(refused, Some(Action::Refuse(job, Refusal::Displaced { .. })) if job == oldest),
                "let in: {is_let_in}, {refused:?}"
            );
        }
    }
}

#[test]
fn a_call_that_is_held_before_its_second_attempt_keeps_its_place() {
    let (mut scheduler, ids) = full_of_held();
    for id in &ids {
        scheduler.release(*id, Time::ZERO);
    }
    for (job, id) in ids.iter().enumerate() {
        let now = seconds(1 + job as u64);
        assert_eq!(scheduler.poll(now), Some(Action::Start(*id, job)));
    }
    let now = seconds(3);
    for id in ids {
        let next = scheduler.finish(id, Verdict::Again, &World::new(1).terms, now);
        assert_eq!(next, Some(Next::Waits));
    }
    assert_eq!(scheduler.poll_ready(now, |_, _, _| false), None);
    assert_eq!(scheduler.look(now).held, 2);
    // It has the slot, so the next one has none at once.
    let other = scheduler.submit(9, Time::NEVER, now).unwrap();
    assert_eq!(scheduler.poll(now), Some(Action::Start(other, 9)));
    let newer = scheduler.submit(2, Time::NEVER, now);
    assert!(matches!(newer, Err(Refusal::Full { .. })), "{newer:?}");
}

/// As with credentials that are renewed time and again.
#[test]
fn calls_that_were_held_earn_their_retries_too() {
    let mut gate = World::new(3_600_000).gate;
    gate.retry_budget = Some(1.0);
    let mut scheduler = Scheduler::new(gate);
    let terms = World::new(1).terms;
    for job in 0..400 {
        scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
    }
    // Each is held once, and its first attempt fails.
    let (mut was_held, mut has_failed) = (BTreeSet::new(), BTreeSet::new());
    while let Some(now) = scheduler.next_wake() {
        let mut held = Vec::new();
        let started = scheduler.poll_ready(now, |id, job, _| {
            let is_ready = !was_held.insert(*job);
            held.extend((!is_ready).then_some(id));
            is_ready
        });
        assert_eq!(scheduler.look(now).put_off, 0, "{now:?}");
        for id in held {
            scheduler.release(id, now);
        }
        if let Some(Action::Start(id, job)) = started {
            let verdict = match has_failed.insert(job) {
                true => Verdict::Failed,
                false => Verdict::Done,
            };
            let _ = scheduler.finish(id, verdict, &terms, now);
        }
    }
    assert_eq!((has_failed.len(), scheduler.leftovers()), (400, 0));
}

proptest! {
    #![proptest_config(cases(300))]

    /// Calls are held, let in and cancelled at random. Each one that was not
    /// cancelled starts exactly once, at a slot of its own; nothing is left.
    #[test]
    fn each_call_starts_once_whatever_is_held(
        steps in prop::collection::vec((0..12_usize, prop::bits::u16::ANY), 1..60),
    ) {
        let mut scheduler = scheduler();
        let ids: Vec<_> = (0..12)
            .map(|job| scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap())
            .collect();
        let (mut started, mut cancelled) = (Vec::new(), BTreeSet::new());
        let mut now = 0;
        for (which, ready) in steps {
            let is_ready = |job: &usize| ready >> *job & 1 == 1;
            if let Some(Action::Start(_, job)) =
                scheduler.poll_ready(seconds(now), |_, job, _| is_ready(job))
            {
                prop_assert!(is_ready(&job));
                started.push(job);
                prop_assert_eq!(scheduler.poll(seconds(now)), None, "one slot a second");
            }
            match ready % 3 {
                0 => scheduler.release(ids[which], seconds(now)),
                1 if !started.contains(&which) => {
                    cancelled.insert(which);
                    let _ = scheduler.cancel(ids[which]);
                }
                _ => {}
            }
            now += 1;
        }
        for id in &ids {
            scheduler.release(*id, seconds(now));
        }
        while let Some(wake) = scheduler.next_wake() {
            if let Some(Action::Start(_, job)) = scheduler.poll(wake) {
                started.push(job);
            }
        }
        let distinct: BTreeSet<_> = started.iter().copied().collect();
        prop_assert_eq!(distinct.len(), started.len());
        prop_assert!(distinct.is_disjoint(&cancelled));
        prop_assert_eq!(distinct.len() + cancelled.len(), 12);
        for id in ids {
            let _ = scheduler.finish(id, Verdict::Done, &World::new(1).terms, seconds(now));
        }
        prop_assert_eq!(scheduler.leftovers(), 0);
    }
}
