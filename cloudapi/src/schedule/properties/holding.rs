//! Calls that are not ready for their turn wait aside, and lose nothing by it.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::{Action, Refusal, Scheduler, Time, Verdict};
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
