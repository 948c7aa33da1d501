//! What is told of many jobs.

use std::collections::HashSet;
use std::time::Duration;

use super::Fixture;
use super::tools::{Bench, LONG, end, good};
use crate::schedule::Priority;
use crate::store::{Filter, JobId, JobState};

impl Bench<'_> {
    fn filter(&self) -> Filter {
        Filter {
            queue: Some(self.queue.clone()),
            ..Filter::default()
        }
    }

    #[track_caller]
    fn list(&self, filter: &Filter) -> Vec<JobId> {
        let jobs = good(self.store.jobs(filter));
        assert!(
            jobs.is_sorted_by(|one, next| one.place < next.place),
            "places are in order, and each is one job's"
        );
        jobs.iter().map(|job| job.new.id).collect()
    }

    /// One job of each state, as they were put.
    #[track_caller]
    fn one_of_each(&self) -> Vec<JobId> {
        let other_than_waiting = JobState::ALL[1..].iter();
        let mut jobs: Vec<_> = other_than_waiting
            .map(|state| self.job_that_is(*state))
            .collect();
        jobs.insert(0, self.job_that_is(JobState::Waiting));
        jobs
    }
}

pub(super) fn jobs_are_listed_by_state_and_queue(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let other = Bench::new(fixture);
    let of_each = bench.one_of_each();
    let of_other = other.put();
    let mut all = of_each.clone();
    all.rotate_left(1);
    assert_eq!(bench.list(&bench.filter()), all);
    assert_eq!(bench.list(&other.filter()), [of_other]);
    for (state, id) in JobState::ALL.into_iter().zip(&of_each) {
        let filter = Filter {
            states: vec![state],
            ..bench.filter()
        };
        assert_eq!(bench.list(&filter), [*id]);
    }
    let filter = Filter {
        states: vec![JobState::Waiting, JobState::Done],
        ..bench.filter()
    };
    let (waiting, done) = (of_each[0], of_each[JobState::Done as usize]);
    assert_eq!(bench.list(&filter), [done, waiting]);
    let twice = Filter {
        states: vec![JobState::Done, JobState::Waiting, JobState::Done],
        maximum: 2,
        ..bench.filter()
    };
    assert_eq!(bench.list(&twice), [done, waiting], "a state counts once");
    let everywhere = Filter {
        states: vec![JobState::Waiting],
        ..Filter::default()
    };
    let everywhere: HashSet<_> = bench.list(&everywhere).into_iter().collect();
    assert!(everywhere.contains(&waiting) && everywhere.contains(&of_other));
}

/// Jobs of several priorities, some over and some waiting, whose places would be the same
/// if a priority only added to the number.
pub(super) fn pages_have_each_job_once(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let mut put = HashSet::new();
    for number in 0..1_030 {
        put.insert(bench.put_with(match number {
            0..10 => Priority::Normal,
            _ => Priority::High,
        }));
        if number < 10 {
            let lease = bench.claim().lease;
            good(bench.store.finish(&lease, &end(JobState::Done)));
        }
    }
    let mut seen = Vec::new();
    let mut filter = Filter {
        maximum: 97,
        ..bench.filter()
    };
    loop {
        let page = good(bench.store.jobs(&filter));
        assert!(page.len() <= 97);
        seen.extend(page.iter().map(|job| job.new.id));
        match page.last() {
            Some(last) => filter.after = Some(last.place),
            None => break,
        }
    }
    assert_eq!(seen.len(), put.len());
    assert_eq!(seen.iter().copied().collect::<HashSet<_>>(), put);
    filter.after = None;
    filter.maximum = 0;
    assert_eq!(bench.list(&filter), seen);
}

pub(super) fn jobs_are_counted(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    assert_eq!(good(bench.store.counts(Some(&bench.queue))).total(), 0);
    bench.one_of_each();
    bench.put();
    let counts = good(fixture.open().counts(Some(&bench.queue)));
    for state in JobState::ALL {
        let expected = if state == JobState::Waiting { 2 } else { 1 };
        assert_eq!(counts.of(state), expected, "{state}");
    }
    assert_eq!((counts.total(), counts.open()), (9, 4));
    let everywhere = good(bench.store.counts(None));
    for state in JobState::ALL {
        assert!(everywhere.of(state) >= counts.of(state));
    }
}

pub(super) fn what_is_over_is_forgotten(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let other = Bench::new(fixture);
    let of_each = bench.one_of_each();
    let of_other = other.job_that_is(JobState::Done);
    let purged = good(bench.store.purge(Some(&bench.queue), Duration::ZERO));
    assert_eq!(purged, 3, "done, failed and cancelled");
    for (state, id) in JobState::ALL.into_iter().zip(of_each) {
        let left = good(bench.store.job(id)).is_some();
        assert_eq!(left, !state.is_over(), "{state}");
    }
    other.has_state(of_other, JobState::Done);
    // What was forgotten is not known, and so comes anew.
    let new = other.new_job();
    good(other.store.put(&new));
    good(other.store.cancel(new.id));
    assert_eq!(
        good(other.store.purge(Some(&other.queue), Duration::ZERO)),
        2
    );
    good(other.store.put(&new));
    other.has_state(new.id, JobState::Waiting);
}

pub(super) fn only_what_is_over_for_long_enough_is_forgotten(fixture: &dyn Fixture) {
    let bench = Bench::new(fixture);
    let old = bench.job_that_is(JobState::Done);
    bench.wait_for_a_unit();
    let since = fixture.now();
    let new = bench.job_that_is(JobState::Failed);
    let purge = |over_for| good(bench.store.purge(Some(&bench.queue), over_for));
    assert_eq!(purge(LONG), 0);
    assert_eq!(purge(Duration::MAX), 0);
    let purged = purge(bench.unit());
    // A store that took so long to answer may have forgotten both.
    assert!(purged == 1 || fixture.now() - since > bench.unit());
    assert_eq!(good(bench.store.job(old)), None);
    if purged == 1 {
        bench.has_state(new, JobState::Failed);
    }
}
