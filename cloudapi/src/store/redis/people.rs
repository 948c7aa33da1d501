//! What is asked of jobs that are known by their ids, and of many at once, in a Redis.

use std::collections::HashMap;
use std::time::Duration;

use redis::{Value, cmd};

use super::nodes::{Batch, Twice};
use super::queues::{AT_ONCE, Queues, ended, first, id, state, states, strange};
use super::record::{self, micros};
use super::scopes::ask;
use super::scripts::{self, Request, Script};
use crate::store::{Counts, Filter, Job, JobId, JobState, Settlement, StoreError, rules};

/// So many bytes of jobs a list passes at once, and then the rest of one.
const BYTES_AT_ONCE: usize = 1 << 20;

impl Queues<'_> {
    pub(super) fn job_in(&self, queue: &str, wanted: JobId) -> Result<Option<Job>, StoreError> {
        let answer = self.ask_queue(queue, Twice::Harmless, &scripts::JOB, |request| {
            request.arg(wanted.to_string())
        })?;
        let mut parts = answer.into_iter();
        let now = record::moment(&mut parts)?;
        let pairs = record::list(parts.nth(1).unwrap_or(Value::Nil))?;
        if pairs.is_empty() {
            return Ok(None);
        }
        record::job(wanted, now, pairs).map(Some)
    }

    /// What `look` finds in the queue of the job. If the pointer to that was lost, which a
    /// failover of a cluster can do, all queues are looked into.
    fn find<T>(
        &self,
        id: JobId,
        mut look: impl FnMut(&Self, &str) -> Result<Option<T>, StoreError>,
    ) -> Result<Option<T>, StoreError> {
        let key = self.keys.queue_of(id);
        let mut get = cmd("GET");
        get.arg(&key);
        let batch = Batch::one(key, Request::plain(get));
        let pointed = match first(
            self.nodes
                .run(vec![batch], Twice::Harmless, self.deadline)?,
        ) {
            Value::Nil => None,
            queue => Some(record::text(queue)?),
        };
        if let Some(queue) = &pointed
            && let Some(found) = look(self, queue)?
        {
            return Ok(Some(found));
        }
        for queue in self.queues()? {
            if Some(&queue) != pointed.as_ref()
                && let Some(found) = look(&self.part(), &queue)?
            {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }

    fn queues(&self) -> Result<Vec<String>, StoreError> {
        let key = self.keys.queues();
        let mut members = cmd("SMEMBERS");
        members.arg(&key);
        let queues = ask(
            self.nodes,
            key,
            Request::plain(members),
            Twice::Harmless,
            self.deadline,
        )?;
        queues.into_iter().map(record::text).collect()
    }

    /// The one queue, or all.
    fn queues_of(&self, queue: Option<&str>) -> Result<Vec<String>, StoreError> {
        match queue {
            Some(queue) => Ok(vec![queue.to_owned()]),
            None => self.queues(),
        }
    }

    pub(super) fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.find(id, |queues, queue| queues.job_in(queue, id))
    }

    pub(super) fn jobs(&self, filter: &Filter) -> Result<Vec<Job>, StoreError> {
        // One that moves to the back meanwhile comes twice, and the later one counts.
        let mut jobs = HashMap::new();
        for queue in self.queues_of(filter.queue.as_deref())? {
            self.list(&queue, filter, &mut jobs)?;
        }
        let mut jobs: Vec<_> = jobs.into_values().collect();
        jobs.sort_by_key(|job| (job.place, job.new.id));
        if filter.maximum > 0 {
            jobs.truncate(filter.maximum);
        }
        Ok(jobs)
    }

    fn list(
        &self,
        queue: &str,
        filter: &Filter,
        jobs: &mut HashMap<JobId, Job>,
    ) -> Result<(), StoreError> {
        // Each once, whoever names it twice: each has a list of its own.
        let is_wanted =
            |state: &JobState| filter.states.is_empty() || filter.states.contains(state);
        let wanted = JobState::ALL.into_iter().filter(is_wanted);
        let states: Vec<_> = wanted.map(JobState::word).collect();
        let mut after = match filter.after {
            Some(after) => format!("({after}"),
            None => "-inf".to_owned(),
        };
        let mut wanted = match filter.maximum {
            0 => usize::MAX,
            maximum => maximum,
        };
        while wanted > 0 {
            let at_once = wanted.min(AT_ONCE);
            let answer =
                self.part()
                    .ask_queue(queue, Twice::Harmless, &scripts::LIST, |request| {
                        request
                            .arg(&after)
                            .arg(at_once)
                            .arg(BYTES_AT_ONCE)
                            .arg(&states)
                    })?;
            let mut parts = answer.into_iter();
            let now = record::moment(&mut parts)?;
            let last = record::text(record::next(&mut parts))?;
            if last.is_empty() {
                break;
            }
            after = format!("({last}");
            for one in record::list(record::next(&mut parts))? {
                let mut one = record::list(one)?.into_iter();
                let id = id(record::next(&mut one))?;
                let pairs = record::list(record::next(&mut one))?;
                jobs.insert(id, record::job(id, now, pairs)?);
                wanted = wanted.saturating_sub(1);
            }
        }
        Ok(())
    }

    pub(super) fn counts(&self, queue: Option<&str>) -> Result<Counts, StoreError> {
        let mut counts = Counts::default();
        for queue in self.queues_of(queue)? {
            let answer =
                self.part()
                    .ask_queue(&queue, Twice::Harmless, &scripts::COUNTS, |all| all)?;
            for (state, count) in JobState::ALL.into_iter().zip(answer) {
                counts.add(state, record::number(count)?);
            }
        }
        Ok(counts)
    }

    /// Has a script do something with a job that is known by its id alone, if it is in a
    /// state in which that can be done. What it answers besides comes back.
    fn change(
        &self,
        wanted: JobId,
        script: &'static Script,
        allowed: (impl Fn(JobState) -> bool, &str),
        is_put_back: bool,
        with: impl Fn(Request, &str) -> Request,
    ) -> Result<Value, StoreError> {
        let (is_allowed, told) = allowed;
        let allowed = states(is_allowed);
        let changed = self.find(wanted, |queues, queue| {
            let number = match is_put_back {
                true => queues.number()?,
                false => String::new(),
            };
            let key = queues.key(queue);
            let request = Request::script(script, &queues.all_keys(queue, Some(wanted)))
                .arg(wanted.to_string())
                .arg(&allowed);
            let answer = ask(
                queues.nodes,
                key,
                with(request, &number),
                Twice::Never,
                queues.deadline,
            )?;
            let mut parts = answer.into_iter();
            match record::text(record::next(&mut parts))?.as_str() {
                "ok" => Ok(Some(record::next(&mut parts))),
                "missing" => Ok(None),
                "wrong" => {
                    let found = state(record::next(&mut parts))?;
                    Err(StoreError::wrong_state(wanted, found, told))
                }
                other => Err(strange(other)),
            }
        })?;
        changed.ok_or_else(|| StoreError::not_found(wanted))
    }

    pub(super) fn retry(&self, id: JobId) -> Result<(), StoreError> {
        let allowed = (rules::can_be_retried, rules::RETRIABLE);
        let with = |request: Request, number: &str| request.arg(number);
        self.change(id, &scripts::RETRY, allowed, true, with)
            .map(drop)
    }

    pub(super) fn cancel(&self, id: JobId) -> Result<JobState, StoreError> {
        let allowed = (|state: JobState| !state.is_over(), rules::CANCELLABLE);
        let with = |request, _: &str| request;
        state(self.change(id, &scripts::CANCEL, allowed, false, with)?)
    }

    pub(super) fn settle(&self, id: JobId, settlement: &Settlement) -> Result<(), StoreError> {
        let (to, fields) = match settlement {
            Settlement::Done { result, reason } => {
                (JobState::Done, ended(result.as_deref(), Some(reason)))
            }
            Settlement::Failed { reason } => (JobState::Failed, ended(None, Some(reason))),
            Settlement::Again => (JobState::Waiting, Vec::new()),
        };
        let allowed = (rules::can_be_settled, rules::SETTLEABLE);
        let is_put_back = *settlement == Settlement::Again;
        let with = |request: Request, number: &str| request.arg(to.word()).arg(number).arg(&fields);
        self.change(id, &scripts::SETTLE, allowed, is_put_back, with)
            .map(drop)
    }

    pub(super) fn purge(&self, queue: Option<&str>, over_for: Duration) -> Result<u64, StoreError> {
        let mut purged = 0;
        let mut forgotten = Ok(());
        for queue in self.queues_of(queue)? {
            loop {
                let answer =
                    self.part()
                        .ask_queue(&queue, Twice::Never, &scripts::PURGE, |request| {
                            request.arg(micros(over_for)).arg(AT_ONCE)
                        })?;
                let count = answer.len();
                purged += count as u64;
                // Jobs are not kept for the sake of a pointer.
                forgotten = forgotten.and(self.forget(answer));
                if count < AT_ONCE {
                    break;
                }
            }
        }
        forgotten.map_err(|error: StoreError| {
            let told = format!(
                "{purged} jobs are purged, but some keys that only name their queues are left"
            );
            StoreError::new(error.kind(), told).caused_by(error)
        })?;
        Ok(purged)
    }

    /// Removes the pointers to jobs that are gone.
    fn forget(&self, ids: Vec<Value>) -> Result<(), StoreError> {
        let mut batches = Vec::with_capacity(ids.len());
        for gone in ids {
            let key = self.keys.queue_of(id(gone)?);
            let mut remove = cmd("DEL");
            remove.arg(&key);
            batches.push(Batch::one(key, Request::plain(remove)));
        }
        self.nodes.scatter(batches)
    }
}
