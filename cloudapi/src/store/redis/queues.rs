//! The durable calls, in a Redis: what is put, and what workers do with it.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use redis::{ToRedisArgs, Value, cmd};

use super::keys::Keys;
use super::nodes::{Batch, Nodes, Twice};
use super::record::{self, micros};
use super::scopes::ask;
use super::scripts::{self, Request, Script};
use crate::store::{
    Back, Claimed, Finish, JobId, JobState, Lease, MAXIMUM_CRASHES, NewJob, Pulse, Reclaimed,
    StoreError, StoreErrorKind, rules,
};

/// How often something was said of whether a request is under way.
static SAID: AtomicU64 = AtomicU64::new(0);

/// What a script works on at once: it holds up all other clients of the server.
pub(super) const AT_ONCE: usize = 500;

#[derive(Clone, Copy)]
pub(super) struct Queues<'a> {
    pub(super) nodes: &'a Nodes,
    pub(super) keys: &'a Keys,
    pub(super) is_cluster: bool,
    pub(super) replicas: u32,
    /// When the call has to have ended.
    pub(super) deadline: Instant,
}

/// `,failed,parked,`: the states for which that holds, as the scripts read it.
pub(super) fn states(is_one: impl Fn(JobState) -> bool) -> String {
    let states = JobState::ALL.into_iter().filter(|state| is_one(*state));
    states.fold(",".to_owned(), |text, state| text + state.word() + ",")
}

pub(super) fn strange(what: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unusable,
        format!("the script in the Redis answers `{what}`, which makes no sense"),
    )
}

pub(super) fn id(answer: Value) -> Result<JobId, StoreError> {
    let text = record::text(answer)?;
    text.parse().map_err(|_| strange(&text))
}

pub(super) fn state(answer: Value) -> Result<JobState, StoreError> {
    let word = record::text(answer)?;
    JobState::from_word(&word).ok_or_else(|| strange(&word))
}

/// A batch whose only request gives one answer.
pub(super) fn first(answers: Vec<Value>) -> Value {
    answers.into_iter().next().unwrap_or(Value::Nil)
}

impl Queues<'_> {
    /// For a part of a long call, each of which has the time of a call.
    pub(super) fn part(&self) -> Self {
        Self {
            deadline: self.nodes.deadline(),
            ..*self
        }
    }

    pub(super) fn key(&self, queue: &str) -> String {
        self.keys.queue(queue)
    }

    pub(super) fn ask_queue(
        &self,
        queue: &str,
        twice: Twice,
        script: &'static Script,
        with: impl FnOnce(Request) -> Request,
    ) -> Result<Vec<Value>, StoreError> {
        let key = self.key(queue);
        let request = with(Request::script(script, &self.all_keys(queue, None)));
        ask(self.nodes, key, request, twice, self.deadline)
    }

    /// The keys of a script. While a cluster hands a slot over, some of its keys may be
    /// gone: what it is told of, it looks for before it runs the script, so that none is
    /// done by half.
    pub(super) fn all_keys(&self, queue: &str, job: Option<JobId>) -> Vec<String> {
        let key = self.key(queue);
        if !self.is_cluster {
            return vec![key, self.keys.number()];
        }
        let others = ["ready", "delayed", "leased", "over"].into_iter();
        let others = others.chain(JobState::ALL.map(JobState::word));
        let mut keys: Vec<_> = others.map(|name| format!("{key}:{name}")).collect();
        keys.extend(job.map(|id| format!("{key}:job:{id}")));
        keys.insert(0, key);
        keys
    }

    /// The number of a place at the back. Without a cluster the script takes it itself.
    pub(super) fn number(&self) -> Result<String, StoreError> {
        if !self.is_cluster {
            return Ok(String::new());
        }
        let number = self.keys.number();
        let request = Request::script(&scripts::NUMBER, &[&number]);
        let batch = Batch::one(number, request);
        // Nobody misses a number.
        let counted = first(
            self.nodes
                .run(vec![batch], Twice::Harmless, self.deadline)?,
        );
        record::text(counted)
    }

    /// A request, and behind it, if that is wanted, the wait for the replicas.
    fn replicated(&self, request: Request) -> Vec<Request> {
        let mut requests = vec![request];
        if self.replicas > 0 {
            let wait = u64::try_from(self.nodes.timeout().as_millis() / 2).unwrap_or(u64::MAX);
            let command = Request::plain(cmd("WAIT")).arg(self.replicas);
            requests.push(command.arg(wait.max(1)));
        }
        requests
    }

    fn check_replicas(&self, answer: Option<Value>) -> Result<(), StoreError> {
        let Some(answer) = answer else {
            return Ok(());
        };
        let count: u32 = record::number(answer)?;
        if count >= self.replicas {
            return Ok(());
        }
        Err(StoreError::new(
            StoreErrorKind::Unavailable,
            format!(
                "the Redis has it, but only {count} of {} replicas in time",
                self.replicas
            ),
        ))
    }

    pub(super) fn put(&self, job: &NewJob) -> Result<(), StoreError> {
        let mut pointer = cmd("GET");
        let queue_of = self.keys.queue_of(job.id);
        pointer.arg(&queue_of);
        let batch = Batch::one(queue_of.clone(), Request::plain(pointer));
        let known = first(
            self.nodes
                .run(vec![batch], Twice::Harmless, self.deadline)?,
        );
        if known != Value::Nil {
            let queue = record::text(known)?;
            if queue != job.queue && self.job_in(&queue, job.id)?.is_some() {
                return Ok(());
            }
        }
        // The pointers come first: without the job they point to nothing, but a job
        // without them would be hard to find.
        let mut enter = cmd("SADD");
        enter.arg(self.keys.queues()).arg(&job.queue);
        let mut point = cmd("SET");
        point.arg(&queue_of).arg(&job.queue);
        let request = Request::script(&scripts::PUT, &self.all_keys(&job.queue, Some(job.id)))
            .arg(job.id.to_string())
            .arg(self.number()?)
            .arg(job.place(0))
            .arg(record::fields(job));
        let batches = vec![
            Batch::one(self.keys.queues(), Request::plain(enter)),
            Batch::one(queue_of, Request::plain(point)),
            Batch {
                key: self.key(&job.queue),
                requests: self.replicated(request),
            },
        ];
        let answers = self.nodes.run(batches, Twice::Harmless, self.deadline)?;
        self.check_replicas(answers.into_iter().nth(3))
    }

    pub(super) fn claim(
        &self,
        queue: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        let answer = self.ask_queue(queue, Twice::Never, &scripts::CLAIM, |request| {
            request.arg(worker).arg(micros(lease))
        })?;
        let mut parts = answer.into_iter();
        match record::text(record::next(&mut parts))?.as_str() {
            "none" => return Ok(None),
            "ok" => {}
            other => return Err(strange(other)),
        }
        let now = record::moment(&mut parts)?;
        let id = id(record::next(&mut parts))?;
        let pairs = record::list(record::next(&mut parts))?;
        let number = record::number(record::next(&mut parts))?;
        Ok(Some(Claimed {
            job: record::job(id, now, pairs)?,
            lease: Lease {
                job: id,
                queue: queue.to_owned(),
                worker: worker.to_owned(),
                number,
            },
        }))
    }

    /// Has a script do something for the worker that has a job.
    fn held(&self, lease: &Lease, script: &'static Script) -> Request {
        let keys = self.all_keys(&lease.queue, Some(lease.job));
        Request::script(script, &keys)
            .arg(lease.job.to_string())
            .arg(&lease.worker)
            .arg(lease.number)
    }

    fn still_held(lease: &Lease, answer: Value) -> Result<std::vec::IntoIter<Value>, StoreError> {
        let mut parts = record::list(answer)?.into_iter();
        match record::text(record::next(&mut parts))?.as_str() {
            "ok" => Ok(parts),
            "lost" => Err(StoreError::lease_lost(lease)),
            other => Err(strange(other)),
        }
    }

    /// Numbered, so that one which comes late does not undo the next.
    fn marked(&self, lease: &Lease, state: JobState) -> Request {
        let said = SAID.fetch_add(1, Ordering::Relaxed) + 1;
        let held = self.held(lease, &scripts::MARK);
        held.arg(state.word()).arg(said)
    }

    /// The request may have left only if this is known, by replicas too.
    pub(super) fn mark_sent(&self, lease: &Lease) -> Result<(), StoreError> {
        let key = self.key(&lease.queue);
        let request = self.marked(lease, JobState::Sent);
        let requests = self.replicated(request);
        let answers = self
            .nodes
            .run(vec![Batch { key, requests }], Twice::Never, self.deadline)?;
        let mut answers = answers.into_iter();
        Self::still_held(lease, record::next(&mut answers))?;
        self.check_replicas(answers.next())
    }

    pub(super) fn mark_answered(&self, lease: &Lease) -> Result<(), StoreError> {
        let key = self.key(&lease.queue);
        let request = self.marked(lease, JobState::Claimed);
        self.do_for(lease, key, request, Twice::Harmless).map(drop)
    }

    fn do_for(
        &self,
        lease: &Lease,
        key: String,
        request: Request,
        twice: Twice,
    ) -> Result<std::vec::IntoIter<Value>, StoreError> {
        let answers = self
            .nodes
            .run(vec![Batch::one(key, request)], twice, self.deadline)?;
        Self::still_held(lease, first(answers))
    }

    pub(super) fn heartbeat(&self, lease: &Lease, until: Duration) -> Result<Pulse, StoreError> {
        let key = self.key(&lease.queue);
        let request = self.held(lease, &scripts::HEARTBEAT).arg(micros(until));
        let mut parts = self.do_for(lease, key, request, Twice::Harmless)?;
        Ok(Pulse {
            cancel_requested: record::text(record::next(&mut parts))? == "1",
        })
    }

    pub(super) fn finish(&self, lease: &Lease, finish: &Finish) -> Result<(), StoreError> {
        if !rules::is_an_end(finish.state) {
            return Err(StoreError::no_end(lease.job, finish.state));
        }
        let key = self.key(&lease.queue);
        let fields = ended(finish.result.as_deref(), finish.reason.as_deref());
        let request = |is_said_again: u8| {
            let held = self.held(lease, &scripts::FINISH);
            let held = held.arg(finish.state.word()).arg(is_said_again);
            Batch::one(key.clone(), held.arg(&fields))
        };
        let answers = self
            .nodes
            .run_one(&request(0), Some(&request(1)), self.deadline)?;
        Self::still_held(lease, first(answers)).map(drop)
    }

    pub(super) fn requeue(&self, lease: &Lease, back: &Back) -> Result<(), StoreError> {
        let is_failed = matches!(back, Back::Failed { .. });
        let number = match is_failed {
            true => self.number()?,
            false => String::new(),
        };
        let key = self.key(&lease.queue);
        let request = self
            .held(lease, &scripts::REQUEUE)
            .arg(u8::from(is_failed))
            .arg(micros(back.not_before()))
            .arg(number);
        self.do_for(lease, key, request, Twice::Never).map(drop)
    }

    pub(super) fn reclaim(&self, queue: &str) -> Result<Vec<Reclaimed>, StoreError> {
        let reason = rules::crashed(0);
        let (before, behind) = reason.split_once('0').unwrap_or((&reason, ""));
        let mut reclaimed = Vec::new();
        loop {
            let answer =
                self.part()
                    .ask_queue(queue, Twice::Never, &scripts::RECLAIM, |request| {
                        let request = request.arg(AT_ONCE).arg(MAXIMUM_CRASHES);
                        request.arg(rules::unknown()).arg(before).arg(behind)
                    })?;
            let mut parts = answer.into_iter();
            let count: usize = record::number(record::next(&mut parts))?;
            for one in record::list(record::next(&mut parts))? {
                let mut one = record::list(one)?.into_iter();
                let place: i64 = record::number(record::next(&mut one))?;
                let id = id(record::next(&mut one))?;
                let state = state(record::next(&mut one))?;
                reclaimed.push((place, Reclaimed { id, state }));
            }
            if count < AT_ONCE {
                break;
            }
        }
        reclaimed.sort_by_key(|(place, _)| *place);
        Ok(reclaimed.into_iter().map(|(_, one)| one).collect())
    }
}

/// What is kept of an end, as fields.
pub(super) fn ended<'a>(
    result: Option<&'a [u8]>,
    reason: Option<&'a str>,
) -> Vec<impl ToRedisArgs + use<'a>> {
    let result = result.map(|result| ("result", result));
    let reason = reason.map(|reason| ("reason", reason.as_bytes()));
    result.into_iter().chain(reason).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schedule::Priority;

    #[test]
    fn places_are_what_the_script_counts() {
        for priority in [Priority::High, Priority::Normal, Priority::Low] {
            let job = NewJob {
                id: JobId::random(),
                queue: String::new(),
                endpoint: String::new(),
                summary: String::new(),
                request: Vec::new(),
                repeatable: true,
                priority,
                deadline: None,
            };
            for number in [1, 2, 999, 1 << 40] {
                assert_eq!(job.place(number), 3 * number + job.place(0));
            }
        }
    }

    #[test]
    fn states_are_told_as_the_scripts_read_them() {
        assert_eq!(states(rules::can_be_settled), ",unknown,parked,");
        assert_eq!(states(|_| false), ",");
    }
}
