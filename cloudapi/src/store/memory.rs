//! A store in the memory of the process.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use super::clock::{Clock, Moment};
use super::listeners::Listeners;
use super::slots::{self, Slot};
use super::{
    Back, Claimed, CloseListener, Counts, Filter, Finish, GateState, Grant, Job, JobId, JobState,
    Lease, MAXIMUM_CRASHES, NewJob, Pulse, Reclaimed, Reservation, Settlement, Store, StoreError,
    rules,
};

/// A store that ends with the process: for tests, and where limits are to be shared and
/// calls queued within one process only.
///
/// A clone is the same store.
#[derive(Clone)]
pub struct MemoryStore {
    state: Arc<Mutex<State>>,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

struct State {
    scopes: HashMap<String, Gate>,
    listeners: Listeners,
    jobs: HashMap<JobId, Kept>,
    /// The jobs that wait, by queue and place.
    waiting: BTreeMap<(String, i64), JobId>,
    places: i64,
    leases: u64,
    time: Clock,
}

#[derive(Default)]
struct Gate {
    closed_until: u64,
    /// By the names of limits.
    next: HashMap<String, u64>,
}

struct Kept {
    job: Job,
    /// The lease in force, and when it ends.
    lease: Option<(u64, u64)>,
    /// Before then no worker gets it.
    not_before: Option<u64>,
}

impl MemoryStore {
    /// A store that is empty.
    #[must_use]
    pub fn new() -> Self {
        Self::with_clock(SystemTime::now)
    }

    /// One that takes the time from `clock`.
    #[must_use]
    pub fn with_clock(clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        let state = State {
            scopes: HashMap::new(),
            listeners: Listeners::default(),
            jobs: HashMap::new(),
            waiting: BTreeMap::new(),
            places: 0,
            leases: 0,
            time: Clock::default(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            clock: Arc::new(clock),
        }
    }

    fn locked(&self) -> (MutexGuard<'_, State>, Moment) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let now = state.time.read((self.clock)());
        (state, now)
    }
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl fmt::Debug for MemoryStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MemoryStore")
            .finish_non_exhaustive()
    }
}

impl State {
    fn place(&mut self, job: &NewJob) -> i64 {
        self.places += 1;
        job.place(self.places)
    }

    fn wait(&mut self, id: JobId) {
        let Some(kept) = self.jobs.get_mut(&id) else {
            return;
        };
        let key = (kept.job.new.queue.clone(), kept.job.place);
        kept.job.state = JobState::Waiting;
        kept.lease = None;
        self.waiting.insert(key, id);
    }

    fn no_longer_wait(&mut self, id: JobId) {
        if let Some(kept) = self.jobs.get(&id) {
            let key = (kept.job.new.queue.clone(), kept.job.place);
            if self.waiting.get(&key) == Some(&id) {
                self.waiting.remove(&key);
            }
        }
    }

    fn kept(&mut self, id: JobId) -> Result<&mut Kept, StoreError> {
        self.jobs
            .get_mut(&id)
            .ok_or_else(|| StoreError::not_found(id))
    }

    /// The job, if the lease is in force.
    fn leased(&mut self, lease: &Lease, now: Moment) -> Result<&mut Kept, StoreError> {
        let kept = self.jobs.get_mut(&lease.job);
        let in_force = kept.filter(|kept| {
            let holds = |&(number, until): &(u64, u64)| number == lease.number && until > now.now;
            kept.job.state.is_leased() && kept.lease.as_ref().is_some_and(holds)
        });
        in_force.ok_or_else(|| StoreError::lease_lost(lease))
    }

    fn at_the_back(&mut self, id: JobId, now: Moment) {
        let Some(kept) = self.jobs.get(&id) else {
            return;
        };
        let new = kept.job.new.clone();
        let place = self.place(&new);
        if let Some(kept) = self.jobs.get_mut(&id) {
            kept.job.place = place;
            kept.job.changed = now.wall;
        }
        self.wait(id);
    }

    fn afresh(&mut self, id: JobId, now: Moment) {
        if let Some(kept) = self.jobs.get_mut(&id) {
            kept.job.attempts = 0;
            kept.job.failed_attempts = 0;
            kept.job.crashes = 0;
            kept.job.cancel_requested = false;
            kept.job.worker = None;
            kept.not_before = None;
            kept.job.reason = None;
            kept.job.result = None;
        }
        self.at_the_back(id, now);
    }
}

impl Kept {
    fn shown(&self, now: Moment) -> Job {
        let mut job = self.job.clone();
        let until = self.lease.filter(|_| job.state.is_leased());
        job.lease_left = until.map(|(_, until)| now.until(until));
        job.not_before = self.not_before.map(|not_before| now.shown(not_before));
        job
    }

    fn end(&mut self, state: JobState, reason: Option<String>, now: Moment) {
        self.job.state = state;
        self.job.reason = reason;
        self.job.changed = now.wall;
        self.not_before = None;
        self.job.cancel_requested = false;
        self.lease = None;
    }
}

impl Store for MemoryStore {
    fn name(&self) -> String {
        format!("memory:{:x}", Arc::as_ptr(&self.state).addr())
    }

    fn reserve(&self, scope: &str, wanted: &Reservation<'_>) -> Result<Grant, StoreError> {
        let (mut state, now) = self.locked();
        let gate = state.scopes.entry(scope.to_owned()).or_default();
        let next_of = |limit: &super::SharedLimit| gate.next.get(&limit.name).copied().unwrap_or(0);
        Ok(
            match slots::reserve(wanted, gate.closed_until, next_of, now.now) {
                Slot::Later { at, closed } => Grant::Later {
                    wait: now.until(at),
                    closed,
                },
                Slot::At { slot, next } => {
                    let limits = wanted.gate.iter().chain(wanted.endpoint);
                    for (limit, next) in limits.zip(next) {
                        gate.next.insert(limit.name.clone(), next);
                    }
                    Grant::Slot {
                        wait: now.until(slot),
                    }
                }
            },
        )
    }

    fn close(&self, scope: &str, wait: Duration) -> Result<(), StoreError> {
        let (mut state, now) = self.locked();
        let until = now.after(wait);
        let gate = state.scopes.entry(scope.to_owned()).or_default();
        gate.closed_until = gate.closed_until.max(until);
        let left = now.until(gate.closed_until);
        let listeners = state.listeners.of(scope);
        drop(state);
        for listener in listeners {
            listener(left);
        }
        Ok(())
    }

    fn gate(&self, scope: &str) -> Result<GateState, StoreError> {
        let (state, now) = self.locked();
        let closed_until = state.scopes.get(scope).map_or(0, |gate| gate.closed_until);
        Ok(GateState {
            closed_for: now.until(closed_until),
        })
    }

    fn on_close(&self, scope: &str, listener: CloseListener) -> Result<(), StoreError> {
        let (mut state, _) = self.locked();
        state.listeners.add(scope, listener);
        Ok(())
    }

    fn put(&self, job: &NewJob) -> Result<(), StoreError> {
        let (mut state, now) = self.locked();
        if state.jobs.contains_key(&job.id) {
            return Ok(());
        }
        let place = state.place(job);
        let kept = Kept {
            job: Job::new(job.clone(), place, now.wall),
            lease: None,
            not_before: None,
        };
        state.jobs.insert(job.id, kept);
        state.wait(job.id);
        Ok(())
    }

    fn claim(
        &self,
        queue: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        let (mut state, now) = self.locked();
        let waiting = state
            .waiting
            .range((queue.to_owned(), i64::MIN)..=(queue.to_owned(), i64::MAX));
        let is_due = |id: &&JobId| {
            let not_before = state.jobs.get(*id).and_then(|kept| kept.not_before);
            not_before.is_none_or(|not_before| not_before <= now.now)
        };
        let Some(id) = waiting.map(|(_, id)| id).find(is_due).copied() else {
            return Ok(None);
        };
        state.no_longer_wait(id);
        state.leases += 1;
        let number = state.leases;
        let kept = state.kept(id)?;
        kept.lease = Some((number, now.after(lease)));
        kept.job.state = JobState::Claimed;
        kept.job.worker = Some(worker.to_owned());
        kept.not_before = None;
        kept.job.changed = now.wall;
        Ok(Some(Claimed {
            job: kept.shown(now),
            lease: Lease {
                job: id,
                queue: queue.to_owned(),
                worker: worker.to_owned(),
                number,
            },
        }))
    }

    fn mark_sent(&self, lease: &Lease) -> Result<(), StoreError> {
        let (mut state, now) = self.locked();
        let kept = state.leased(lease, now)?;
        kept.job.state = JobState::Sent;
        kept.job.attempts = kept.job.attempts.saturating_add(1);
        kept.job.changed = now.wall;
        Ok(())
    }

    fn mark_answered(&self, lease: &Lease) -> Result<(), StoreError> {
        let (mut state, now) = self.locked();
        let kept = state.leased(lease, now)?;
        kept.job.state = JobState::Claimed;
        kept.job.crashes = 0;
        kept.job.changed = now.wall;
        Ok(())
    }

    fn heartbeat(&self, lease: &Lease, duration: Duration) -> Result<Pulse, StoreError> {
        let (mut state, now) = self.locked();
        let kept = state.leased(lease, now)?;
        kept.lease = Some((lease.number, now.after(duration)));
        Ok(Pulse {
            cancel_requested: kept.job.cancel_requested,
        })
    }

    fn finish(&self, lease: &Lease, finish: &Finish) -> Result<(), StoreError> {
        if !rules::is_an_end(finish.state) {
            return Err(StoreError::no_end(lease.job, finish.state));
        }
        let (mut state, now) = self.locked();
        let kept = state.leased(lease, now)?;
        kept.end(finish.state, finish.reason.clone(), now);
        kept.job.result.clone_from(&finish.result);
        Ok(())
    }

    fn requeue(&self, lease: &Lease, back: &Back) -> Result<(), StoreError> {
        let (mut state, now) = self.locked();
        let kept = state.leased(lease, now)?;
        if kept.job.cancel_requested {
            kept.end(JobState::Cancelled, None, now);
            return Ok(());
        }
        kept.job.crashes = 0;
        let wait = back.not_before();
        kept.not_before = (!wait.is_zero()).then(|| now.after(wait));
        kept.job.changed = now.wall;
        match back {
            Back::Untouched { .. } => state.wait(lease.job),
            Back::Failed { .. } => {
                kept.job.failed_attempts = kept.job.failed_attempts.saturating_add(1);
                state.at_the_back(lease.job, now);
            }
        }
        Ok(())
    }

    fn reclaim(&self, queue: &str) -> Result<Vec<Reclaimed>, StoreError> {
        let (mut state, now) = self.locked();
        let is_lost = |kept: &&Kept| {
            let ended = kept.lease.is_some_and(|(_, until)| until <= now.now);
            kept.job.new.queue == queue && kept.job.state.is_leased() && ended
        };
        let lost = state.jobs.values().filter(is_lost);
        let mut lost: Vec<_> = lost.map(|kept| (kept.job.place, kept.job.new.id)).collect();
        lost.sort_unstable();
        let mut reclaimed = Vec::with_capacity(lost.len());
        for (_, id) in lost {
            let kept = state.kept(id)?;
            if kept.job.state == JobState::Sent {
                kept.job.crashes = kept.job.crashes.saturating_add(1);
            }
            let crashes = kept.job.crashes;
            if kept.job.state == JobState::Sent && !kept.job.new.repeatable {
                kept.end(JobState::Unknown, Some(rules::unknown()), now);
            } else if kept.job.cancel_requested {
                kept.end(JobState::Cancelled, None, now);
            } else if crashes >= MAXIMUM_CRASHES {
                kept.end(JobState::Parked, Some(rules::crashed(crashes)), now);
            } else {
                kept.job.changed = now.wall;
                state.wait(id);
            }
            let state = state.kept(id)?.job.state;
            reclaimed.push(Reclaimed { id, state });
        }
        Ok(reclaimed)
    }

    fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        let (state, now) = self.locked();
        Ok(state.jobs.get(&id).map(|kept| kept.shown(now)))
    }

    fn jobs(&self, filter: &Filter) -> Result<Vec<Job>, StoreError> {
        let (state, now) = self.locked();
        let wanted = state.jobs.values().filter(|kept| filter.takes(&kept.job));
        let mut jobs: Vec<_> = wanted.map(|kept| kept.shown(now)).collect();
        jobs.sort_by_key(|job| (job.place, job.new.id));
        if filter.maximum > 0 {
            jobs.truncate(filter.maximum);
        }
        Ok(jobs)
    }

    fn counts(&self, queue: Option<&str>) -> Result<Counts, StoreError> {
        let (state, _) = self.locked();
        let mut counts = Counts::default();
        for kept in state.jobs.values() {
            if queue.is_none_or(|queue| kept.job.new.queue == queue) {
                counts.add(kept.job.state, 1);
            }
        }
        Ok(counts)
    }

    fn retry(&self, id: JobId) -> Result<(), StoreError> {
        let (mut state, now) = self.locked();
        let found = state.kept(id)?.job.state;
        if !rules::can_be_retried(found) {
            return Err(StoreError::wrong_state(id, found, rules::RETRIABLE));
        }
        state.afresh(id, now);
        Ok(())
    }

    fn cancel(&self, id: JobId) -> Result<JobState, StoreError> {
        let (mut state, now) = self.locked();
        let kept = state.kept(id)?;
        let found = kept.job.state;
        if found.is_over() {
            return Err(StoreError::wrong_state(id, found, rules::CANCELLABLE));
        }
        if found.is_leased() {
            kept.job.cancel_requested = true;
            return Ok(found);
        }
        state.no_longer_wait(id);
        state.kept(id)?.end(JobState::Cancelled, None, now);
        Ok(found)
    }

    fn settle(&self, id: JobId, settlement: &Settlement) -> Result<(), StoreError> {
        let (mut state, now) = self.locked();
        let kept = state.kept(id)?;
        let found = kept.job.state;
        if !rules::can_be_settled(found) {
            return Err(StoreError::wrong_state(id, found, rules::SETTLEABLE));
        }
        match settlement {
            Settlement::Done { result, reason } => {
                kept.end(JobState::Done, Some(reason.clone()), now);
                kept.job.result.clone_from(result);
            }
            Settlement::Failed { reason } => {
                kept.end(JobState::Failed, Some(reason.clone()), now);
                kept.job.result = None;
            }
            Settlement::Again => state.afresh(id, now),
        }
        Ok(())
    }

    fn purge(&self, queue: Option<&str>, over_for: Duration) -> Result<u64, StoreError> {
        let (mut state, now) = self.locked();
        let before = state.jobs.len();
        state.jobs.retain(|_, kept| {
            let of_queue = queue.is_none_or(|queue| kept.job.new.queue == queue);
            let since = now
                .wall
                .duration_since(kept.job.changed)
                .unwrap_or_default();
            !(of_queue && kept.job.state.is_over() && since >= over_for)
        });
        Ok((before - state.jobs.len()) as u64)
    }
}
