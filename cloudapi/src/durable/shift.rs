//! A worker at work: it claims jobs, and looks after the queue.

use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use tokio::task::{JoinError, JoinSet};
use uuid::Uuid;

use super::WorkReport;
use super::bench::Bench;
use super::errand::Errand;
use super::report::Ended;
use super::rests::Rests;
use super::worker::{Settle, Worker, WorkerTerms};
use crate::engine::Desk;
use crate::error::Error;
use crate::schedule::Time;
use crate::store::{
    Claimed, Filter, JobId, JobState, Settlement, Store, StoreError, StoreErrorKind,
};

/// The store is asked for more after this, and then less and less often.
const SOON: Duration = Duration::from_millis(50);
const SELDOM: Duration = Duration::from_secs(1);
/// So seldom at last, if it cannot be reached.
const RARELY: Duration = Duration::from_secs(10);

/// Results are forgotten as often as this.
const PURGE_EVERY: Duration = Duration::from_secs(3_600);

/// Tries to settle a job whose outcome is not known, before it is left to a person.
const SETTLE_TRIES: u32 = 5;

/// What all jobs of a worker share.
pub(super) struct Crew {
    pub(super) benches: Vec<Bench>,
    pub(super) desk: Desk,
    pub(super) terms: WorkerTerms,
    pub(super) rests: Rests,
    /// As which the store knows it.
    name: String,
    on_unknown: Option<Arc<Settle>>,
}

pub(super) struct Shift {
    crew: Arc<Crew>,
    /// Each once, in turn.
    queues: Vec<String>,
    /// Those that have not been looked through for jobs of unknown outcome, and behind
    /// which place.
    unsettled: Vec<(String, Option<i64>)>,
    tasks: JoinSet<Ended>,
    report: WorkReport,
    next_reclaim: Time,
    next_purge: Time,
    /// For how long the store is left alone.
    wait: Duration,
    /// Why nothing more is claimed.
    broken: Option<StoreError>,
}

impl Shift {
    pub(super) fn new(worker: Worker) -> Result<Self, Error> {
        let Worker {
            benches,
            terms,
            on_unknown,
        } = worker;
        let mut queues: Vec<String> = Vec::new();
        let mut desk: Option<Desk> = None;
        for bench in &benches {
            let queue = bench.core().queue()?;
            let known = desk.get_or_insert(super::desk(bench.core())?);
            if *known.store() != queue.store {
                return Err(Error::settings(format!(
                    "the clients of a worker have different stores, `{}` and `{}`: give each \
                     store a worker of its own",
                    known.store().name(),
                    queue.store.name()
                )));
            }
            if !queues.contains(&queue.name) {
                queues.push(queue.name.clone());
            }
        }
        let Some(desk) = desk else {
            return Err(Error::settings("the worker has no client".to_owned()));
        };
        let unsettled = match on_unknown {
            Some(_) => queues.iter().map(|queue| (queue.clone(), None)).collect(),
            None => Vec::new(),
        };
        // For people, who look for the process; and no other has the same.
        let number = Uuid::new_v4().simple().to_string();
        let name = format!("process {}, worker {}", std::process::id(), &number[..12]);
        Ok(Self {
            crew: Arc::new(Crew {
                benches,
                desk,
                terms,
                rests: Rests::default(),
                name,
                on_unknown,
            }),
            queues,
            unsettled,
            tasks: JoinSet::new(),
            report: WorkReport::default(),
            next_reclaim: Time::ZERO,
            next_purge: Time::ZERO,
            wait: SOON,
            broken: None,
        })
    }

    pub(super) async fn run(mut self) -> Result<WorkReport, Error> {
        loop {
            while let Some(ended) = self.tasks.try_join_next() {
                self.count(ended);
            }
            if self.is_over() {
                if self.tasks.is_empty() {
                    break;
                }
            } else {
                // Before anything is claimed, so that none is asked for twice.
                let is_settling = self.settle_old_ones().await;
                if is_settling {
                    self.keep_house().await;
                    let found = self.claim_all().await;
                    if !found && self.tasks.is_empty() && self.is_empty().await {
                        break;
                    }
                }
            }
            self.pause().await;
        }
        match self.broken {
            Some(error) => Err(Error::of_store(error)),
            None => Ok(self.report),
        }
    }

    /// Whether nothing more is to be claimed.
    fn is_over(&self) -> bool {
        self.broken.is_some() || self.crew.is_closing()
    }

    /// Takes back what others have left, and forgets what is old.
    async fn keep_house(&mut self) {
        let now = self.crew.desk.clock().now();
        let terms = self.crew.terms;
        if self.next_reclaim <= now {
            self.next_reclaim = now.after(terms.lease / 2);
            for queue in self.queues.clone() {
                let reclaimed = self.ask(move |store| store.reclaim(&queue)).await;
                let unknown = |job: &&crate::store::Reclaimed| job.state == JobState::Unknown;
                for job in reclaimed.iter().flatten().filter(unknown) {
                    self.settle(job.id);
                }
            }
        }
        if self.next_purge <= now {
            self.next_purge = now.after(PURGE_EVERY);
            for queue in self.queues.clone() {
                let purge = move |store: &dyn Store| store.purge(Some(&queue), terms.keep_results);
                let _forgotten = self.ask(purge).await;
            }
        }
    }

    /// Claims as many jobs as there is room for. Whether there were any.
    async fn claim_all(&mut self) -> bool {
        let mut found = false;
        let mut empty = 0;
        while self.tasks.len() < self.crew.terms.concurrency && empty < self.queues.len() {
            // Each queue has its turn.
            self.queues.rotate_left(1);
            if self.is_resting() {
                empty += 1;
                continue;
            }
            let asked = self.crew.desk.clock().now();
            match self.claim().await {
                Some(claimed) => {
                    found = true;
                    empty = 0;
                    // Its call joins the line here and now, before that of the next job.
                    let errand = Errand::begin(&self.crew, claimed, asked);
                    self.tasks.spawn(errand.carry_out());
                }
                None => empty += 1,
            }
        }
        if found {
            self.wait = SOON;
        }
        found
    }

    /// Whether the queue whose turn it is is left alone.
    fn is_resting(&self) -> bool {
        let now = self.crew.desk.clock().now();
        let queue = self.queues.last();
        queue.is_some_and(|queue| self.crew.rests.holds(queue, now))
    }

    async fn claim(&mut self) -> Option<Claimed> {
        let queue = self.queues.last()?.clone();
        let (name, lease) = (self.crew.name.clone(), self.crew.terms.lease);
        let claim = move |store: &dyn Store| store.claim(&queue, &name, lease);
        self.ask(claim).await.flatten()
    }

    /// Whether the worker is to end, as there is nothing left for it.
    async fn is_empty(&mut self) -> bool {
        if !self.crew.terms.until_empty {
            return false;
        }
        for queue in self.queues.clone() {
            let counts = self.ask(move |store| store.counts(Some(&queue))).await;
            if counts.is_none_or(|counts| counts.open() > 0) {
                return false;
            }
        }
        true
    }

    /// Waits for a job to end, or for it to be time to ask for more.
    async fn pause(&mut self) {
        let clock = self.crew.desk.clock().clone();
        let until = clock.now().after(self.wait);
        self.wait = (self.wait * 2).min(SELDOM.max(self.wait));
        if self.tasks.is_empty() {
            clock.sleep_until(until).await;
        } else {
            let ended = clock.within(until, pin!(self.tasks.join_next())).await;
            if let Some(Some(ended)) = ended {
                self.count(ended);
                // There is room now.
                self.wait = SOON;
            }
        }
    }

    fn count(&mut self, ended: Result<Ended, JoinError>) {
        // What panicked was of the user's; the lease runs out.
        self.report.count(ended.unwrap_or(Ended::Lost));
    }

    /// Asks the store. One that cannot be reached is left alone for a while; one that
    /// cannot be used ends the work.
    async fn ask<R: Send + 'static>(
        &mut self,
        question: impl FnOnce(&dyn Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Option<R> {
        match self.crew.desk.ask(question).await {
            Ok(answer) => {
                self.wait = self.wait.min(SELDOM);
                Some(answer)
            }
            Err(error) => {
                match error.kind() {
                    StoreErrorKind::Unusable | StoreErrorKind::Refused => self.broken = Some(error),
                    _ => self.wait = (self.wait * 2).clamp(SELDOM, RARELY),
                }
                None
            }
        }
    }

    /// Those that have been left to somebody before, as far as there is room for them.
    /// Whether all of them have been found.
    async fn settle_old_ones(&mut self) -> bool {
        while let Some((queue, after)) = self.unsettled.last().cloned() {
            let concurrency = self.crew.terms.concurrency;
            let room = concurrency.saturating_sub(self.tasks.len());
            if room == 0 {
                return false;
            }
            let filter = Filter {
                queue: Some(queue),
                states: vec![JobState::Unknown],
                after,
                maximum: room,
            };
            let Some(unknown) = self.ask(move |store| store.jobs(&filter)).await else {
                return false;
            };
            match (unknown.last(), self.unsettled.last_mut()) {
                (Some(job), Some((_, after))) => *after = Some(job.place),
                _ => drop(self.unsettled.pop()),
            }
            for job in unknown {
                self.settle(job.new.id);
            }
        }
        true
    }

    fn settle(&mut self, id: JobId) {
        let crew = Arc::clone(&self.crew);
        self.tasks.spawn(async move { crew.settle(id).await });
    }
}

impl Crew {
    pub(super) fn is_closing(&self) -> bool {
        let mut benches = self.benches.iter();
        benches.any(|bench| bench.core().closing().has_begun())
    }

    /// Has a job settled whose outcome is not known, if anybody can.
    pub(super) async fn settle(&self, id: JobId) -> Ended {
        let unknown = Ended::As(JobState::Unknown);
        let Some(settle) = &self.on_unknown else {
            return unknown;
        };
        let job = self.persist(move |store| store.job(id)).await;
        let Ok(Some(job)) = job else { return unknown };
        let since = job.changed;
        let Some(settlement) = settle(job).await else {
            return unknown;
        };
        let ended = match settlement {
            Settlement::Done { .. } => Ended::As(JobState::Done),
            Settlement::Failed { .. } => Ended::As(JobState::Failed),
            Settlement::Again => Ended::PutBack,
        };
        let settled = self.persist(move |store| match store.job(id)? {
            // Else it has been sent once more meanwhile, and that is about another time.
            Some(job) if job.changed == since => store.settle(id, &settlement),
            _ => Err(StoreError::not_found(id)),
        });
        match settled.await {
            Ok(()) => ended,
            Err(_) => unknown,
        }
    }

    /// Asks a store that cannot be reached a few times.
    async fn persist<R: Send + 'static>(
        &self,
        question: impl Fn(&dyn Store) -> Result<R, StoreError> + Clone + Send + 'static,
    ) -> Result<R, StoreError> {
        let mut wait = SOON;
        for _ in 1..SETTLE_TRIES {
            match self.desk.ask(question.clone()).await {
                Err(error) if error.kind() == StoreErrorKind::Unavailable => {
                    self.desk.sleep(wait).await;
                    wait *= 4;
                }
                answer => return answer,
            }
        }
        self.desk.ask(question).await
    }
}
