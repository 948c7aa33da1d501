//! What the properties are written with.

use std::fmt::Debug;
use std::time::Duration;

use super::Fixture;
use crate::schedule::Priority;
use crate::store::{
    Claimed, Finish, Job, JobId, JobState, Lease, NewJob, StoreError, StoreErrorKind, StoreHandle,
};

/// As long as no test takes.
pub(super) const LONG: Duration = Duration::from_secs(3_600);

/// By how much a machine's clocks may differ over a few seconds.
pub(super) const SLACK: Duration = Duration::from_millis(1);

/// A handle of the store, with a queue of its own.
pub(super) struct Bench<'a> {
    pub(super) fixture: &'a dyn Fixture,
    pub(super) store: StoreHandle,
    pub(super) queue: String,
}

/// A name that nobody has.
pub(super) fn new_name() -> String {
    format!("https://conformance.example/{}/", JobId::random())
}

pub(super) fn new_job(queue: &str) -> NewJob {
    NewJob {
        id: JobId::random(),
        queue: queue.to_owned(),
        endpoint: "Example::create".to_owned(),
        summary: "POST droplets".to_owned(),
        request: b"a request".to_vec(),
        repeatable: false,
        priority: Priority::Normal,
        deadline: None,
    }
}

#[track_caller]
pub(super) fn good<T>(result: Result<T, StoreError>) -> T {
    match result {
        Ok(value) => value,
        Err(error) => panic!("the store failed: {error}"),
    }
}

#[track_caller]
pub(super) fn fails<T: Debug>(result: Result<T, StoreError>, kind: StoreErrorKind) {
    match result {
        Err(error) => assert_eq!(error.kind(), kind, "`{error}` should be {kind:?}"),
        Ok(value) => panic!("should have failed as {kind:?}, and gave {value:?}"),
    }
}

pub(super) fn end(state: JobState) -> Finish {
    Finish {
        state,
        result: None,
        reason: None,
    }
}

impl<'a> Bench<'a> {
    pub(super) fn new(fixture: &'a dyn Fixture) -> Self {
        Self {
            fixture,
            store: fixture.open(),
            queue: new_name(),
        }
    }

    pub(super) fn unit(&self) -> Duration {
        self.fixture.unit()
    }

    /// Until what takes a unit is over.
    pub(super) fn wait_for_a_unit(&self) {
        self.fixture.advance(self.unit() * 2);
    }

    pub(super) fn new_job(&self) -> NewJob {
        new_job(&self.queue)
    }

    #[track_caller]
    pub(super) fn put(&self) -> JobId {
        let job = self.new_job();
        good(self.store.put(&job));
        job.id
    }

    #[track_caller]
    pub(super) fn put_repeatable(&self) -> JobId {
        let job = NewJob {
            repeatable: true,
            ..self.new_job()
        };
        good(self.store.put(&job));
        job.id
    }

    #[track_caller]
    pub(super) fn put_with(&self, priority: Priority) -> JobId {
        let job = NewJob {
            priority,
            ..self.new_job()
        };
        good(self.store.put(&job));
        job.id
    }

    /// The next job, for a lease that does not end.
    #[track_caller]
    pub(super) fn claim(&self) -> Claimed {
        self.claim_for(LONG)
    }

    #[track_caller]
    pub(super) fn claim_for(&self, lease: Duration) -> Claimed {
        let claimed = good(self.store.claim(&self.queue, "worker", lease));
        claimed.expect("a job to be there")
    }

    #[track_caller]
    pub(super) fn nothing_to_claim(&self) {
        let claimed = good(self.store.claim(&self.queue, "worker", LONG));
        assert_eq!(claimed, None, "nobody should get it");
    }

    /// The ids of what is claimed until there is nothing more.
    #[track_caller]
    pub(super) fn claim_all(&self) -> Vec<JobId> {
        let mut claimed = Vec::new();
        while let Some(next) = good(self.store.claim(&self.queue, "worker", LONG)) {
            claimed.push(next.job.new.id);
        }
        claimed
    }

    /// The next job, whose worker is not heard of again.
    #[track_caller]
    pub(super) fn claim_and_lose(&self) -> Lease {
        let lease = self.claim_for(self.unit()).lease;
        self.wait_for_a_unit();
        lease
    }

    /// As [`claim_and_lose`](Self::claim_and_lose), with the request under way.
    #[track_caller]
    pub(super) fn send_and_lose(&self) -> Lease {
        let lease = self.claim().lease;
        good(self.store.mark_sent(&lease));
        good(self.store.heartbeat(&lease, self.unit()));
        self.wait_for_a_unit();
        lease
    }

    /// What has become of the only job that is to be taken back.
    #[track_caller]
    pub(super) fn reclaim(&self) -> JobState {
        let reclaimed = good(self.store.reclaim(&self.queue));
        assert_eq!(reclaimed.len(), 1, "one was lost: {reclaimed:?}");
        assert_eq!(self.job(reclaimed[0].id).state, reclaimed[0].state);
        reclaimed[0].state
    }

    #[track_caller]
    pub(super) fn job(&self, id: JobId) -> Job {
        good(self.store.job(id)).expect("the job to be there")
    }

    #[track_caller]
    pub(super) fn has_state(&self, id: JobId, state: JobState) {
        assert_eq!(self.job(id).state, state);
    }

    /// A job of the queue, which has to be empty, in that state.
    #[track_caller]
    pub(super) fn job_that_is(&self, state: JobState) -> JobId {
        let id = self.put();
        if state != JobState::Waiting {
            let lease = self.claim().lease;
            assert_eq!(lease.job, id, "the queue was not empty");
            match state {
                JobState::Claimed => {}
                JobState::Sent => good(self.store.mark_sent(&lease)),
                _ => good(self.store.finish(&lease, &end(state))),
            }
        }
        self.has_state(id, state);
        id
    }
}
