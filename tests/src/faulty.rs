//! A store in simulated time that fails when it is told to.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use cloudapi::store::{
    Back, Claimed, CloseListener, Counts, Filter, Finish, GateState, Grant, Job, JobId, JobState,
    Lease, MemoryStore, NewJob, Pulse, Reclaimed, Reservation, Settlement, Store, StoreError,
    StoreErrorKind,
};
use cloudapi::testing::Simulation;

/// How it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    None,
    Away,
    Panics,
    /// It does not answer until it fails in another way, or no longer.
    Hangs,
    /// One question in so many, which one looks random.
    Some(u32),
}

/// A store in memory that fails when it is told to. A clone is the same.
#[derive(Clone, Debug)]
pub struct Faulty(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: MemoryStore,
    state: Mutex<State>,
    changed: Condvar,
    asked: AtomicU32,
    reserved: AtomicU64,
}

#[derive(Debug)]
struct State {
    fault: Fault,
    /// Nobody is told when the gate is closed.
    deaf: bool,
}

impl Faulty {
    /// One with the time of a simulation, which does not fail.
    #[must_use]
    pub fn new(simulation: &Simulation) -> Self {
        let simulation = simulation.clone();
        let epoch = SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800);
        Self::of(MemoryStore::with_clock(move || epoch + simulation.now()))
    }

    /// One in real time.
    #[must_use]
    pub fn in_real_time() -> Self {
        Self::of(MemoryStore::new())
    }

    fn of(store: MemoryStore) -> Self {
        Self(Arc::new(Inner {
            store,
            changed: Condvar::new(),
            state: Mutex::new(State {
                fault: Fault::None,
                deaf: false,
            }),
            asked: AtomicU32::new(0),
            reserved: AtomicU64::new(0),
        }))
    }

    /// From now on it fails so.
    pub fn fails(&self, fault: Fault) {
        self.state().fault = fault;
        self.0.changed.notify_all();
    }

    /// From now on it tells nobody that a gate is closed.
    #[must_use]
    pub fn deaf(self) -> Self {
        self.state().deaf = true;
        self
    }

    /// How often it was asked something.
    #[must_use]
    pub fn asked(&self) -> u32 {
        self.0.asked.load(SeqCst)
    }

    /// How many slots it has given.
    #[must_use]
    pub fn reserved(&self) -> u64 {
        self.0.reserved.load(SeqCst)
    }

    fn ask(&self) -> Result<&MemoryStore, StoreError> {
        let number = self.0.asked.fetch_add(1, SeqCst);
        let hangs = |state: &mut State| state.fault == Fault::Hangs;
        let state = self.0.changed.wait_while(self.state(), hangs);
        let fault = state.unwrap_or_else(PoisonError::into_inner).fault;
        let away = || StoreError::new(StoreErrorKind::Unavailable, "`faulty` is away");
        match fault {
            Fault::Some(each) if number.wrapping_mul(2_654_435_761) >> 8 < (1 << 24) / each => {
                Err(away())
            }
            Fault::None | Fault::Hangs | Fault::Some(_) => Ok(&self.0.store),
            Fault::Away => Err(away()),
            Fault::Panics => panic!("as it is told to"),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Faulty {
    fn name(&self) -> String {
        format!("faulty {}", self.0.store.name())
    }

    fn reserve(&self, scope: &str, wanted: &Reservation<'_>) -> Result<Grant, StoreError> {
        let grant = self.ask()?.reserve(scope, wanted)?;
        if matches!(grant, Grant::Slot { .. }) {
            self.0.reserved.fetch_add(1, SeqCst);
        }
        Ok(grant)
    }

    fn close(&self, scope: &str, wait: Duration) -> Result<(), StoreError> {
        self.ask()?.close(scope, wait)
    }

    fn gate(&self, scope: &str) -> Result<GateState, StoreError> {
        self.ask()?.gate(scope)
    }

    fn on_close(&self, scope: &str, listener: CloseListener) -> Result<(), StoreError> {
        let store = self.ask()?;
        let deaf = self.state().deaf;
        match deaf {
            true => Ok(()),
            false => store.on_close(scope, listener),
        }
    }

    fn put(&self, job: &NewJob) -> Result<(), StoreError> {
        self.0.store.put(job)
    }

    fn claim(
        &self,
        queue: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        self.0.store.claim(queue, worker, lease)
    }

    fn mark_sent(&self, lease: &Lease) -> Result<(), StoreError> {
        self.0.store.mark_sent(lease)
    }

    fn mark_answered(&self, lease: &Lease) -> Result<(), StoreError> {
        self.0.store.mark_answered(lease)
    }

    fn heartbeat(&self, lease: &Lease, duration: Duration) -> Result<Pulse, StoreError> {
        self.0.store.heartbeat(lease, duration)
    }

    fn finish(&self, lease: &Lease, finish: &Finish) -> Result<(), StoreError> {
        self.0.store.finish(lease, finish)
    }

    fn requeue(&self, lease: &Lease, back: &Back) -> Result<(), StoreError> {
        self.0.store.requeue(lease, back)
    }

    fn reclaim(&self, queue: &str) -> Result<Vec<Reclaimed>, StoreError> {
        self.0.store.reclaim(queue)
    }

    fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.0.store.job(id)
    }

    fn jobs(&self, filter: &Filter) -> Result<Vec<Job>, StoreError> {
        self.0.store.jobs(filter)
    }

    fn counts(&self, queue: Option<&str>) -> Result<Counts, StoreError> {
        self.0.store.counts(queue)
    }

    fn retry(&self, id: JobId) -> Result<(), StoreError> {
        self.0.store.retry(id)
    }

    fn cancel(&self, id: JobId) -> Result<JobState, StoreError> {
        self.0.store.cancel(id)
    }

    fn settle(&self, id: JobId, settlement: &Settlement) -> Result<(), StoreError> {
        self.0.store.settle(id, settlement)
    }

    fn purge(&self, queue: Option<&str>, over_for: Duration) -> Result<u64, StoreError> {
        self.0.store.purge(queue, over_for)
    }
}
