//! The store in Redis does what the one in memory does, whatever is asked in whatever order.
//!
//! No time passes in memory, so waits are either over or very long.

use std::time::Duration;

use cloudapi::Priority;
use cloudapi::store::{
    Back, Filter, Finish, Job, JobId, JobState, Lease, MemoryStore, NewJob, RedisStore, Settlement,
    Store, StoreError,
};
use proptest::prelude::*;
use tests::contract::unique;

use super::servers::{Server, job};

const HOUR: Duration = Duration::from_secs(3_600);

/// What is asked, of which job or lease, and a number for what it takes.
type Step = (u8, u8, u16);

struct Two {
    memory: MemoryStore,
    redis: RedisStore,
    ids: Vec<JobId>,
    /// In memory and in Redis.
    leases: Vec<(Lease, Lease)>,
}

fn queue(which: u8) -> &'static str {
    ["one", "other"][usize::from(which / 8 % 2)]
}

fn state(number: u16) -> JobState {
    JobState::ALL[usize::from(number) % JobState::ALL.len()]
}

fn time(number: u16) -> Duration {
    if number.is_multiple_of(3) {
        Duration::ZERO
    } else {
        HOUR
    }
}

/// Two clocks are at work, so only that there is a time is the same.
fn without_times(mut job: Job) -> (Job, bool, bool) {
    let (lease_left, not_before) = (job.lease_left.take(), job.not_before.take());
    job.created = std::time::UNIX_EPOCH;
    job.changed = job.created;
    let is_held = lease_left.is_some_and(|left| !left.is_zero());
    (job, is_held, not_before.is_some())
}

impl Two {
    fn both<T: PartialEq + std::fmt::Debug>(
        &self,
        ask: impl Fn(&dyn Store) -> Result<T, StoreError>,
    ) -> Result<(), TestCaseError> {
        let told = |store| ask(store).map_err(|error| (error.kind(), error.to_string()));
        prop_assert_eq!(told(&self.memory), told(&self.redis));
        Ok(())
    }

    fn claim(&mut self, queue: &str, time: Duration) -> Result<(), TestCaseError> {
        let claim = |store: &dyn Store| store.claim(queue, "worker", time).expect("an answer");
        match (claim(&self.memory), claim(&self.redis)) {
            (None, None) => {}
            (Some(memory), Some(redis)) => {
                prop_assert_eq!(without_times(memory.job), without_times(redis.job));
                self.leases.push((memory.lease, redis.lease));
            }
            (memory, redis) => prop_assert_eq!(memory, redis),
        }
        Ok(())
    }

    fn take(&mut self, (what, which, number): Step) -> Result<(), TestCaseError> {
        let id = self.ids[usize::from(which) % self.ids.len()];
        let queue = queue(which);
        let priorities = [Priority::High, Priority::Normal, Priority::Low];
        match what {
            0..=2 => {
                let new = NewJob {
                    id,
                    repeatable: number.is_multiple_of(2),
                    priority: priorities[usize::from(number) % 3],
                    request: vec![which; usize::from(number)],
                    ..job(queue)
                };
                self.both(|store| store.put(&new))?;
            }
            3 | 4 => self.claim(queue, time(number))?,
            5 => self.both(|store| store.reclaim(queue))?,
            6 => self.both(|store| store.retry(id))?,
            7 => self.both(|store| store.cancel(id))?,
            8 => {
                let reason = "somebody has looked".to_owned();
                let settlement = match number % 3 {
                    0 => Settlement::Again,
                    1 => Settlement::Failed { reason },
                    _ => Settlement::Done {
                        result: (number > 1_000).then(|| vec![which]),
                        reason,
                    },
                };
                self.both(|store| store.settle(id, &settlement))?;
            }
            9 => {
                let queue = number.is_multiple_of(2).then_some(queue);
                self.both(|store| store.purge(queue, time(number)))?;
            }
            _ => self.work(what, which, number)?,
        }
        self.same(which, number)
    }

    /// What a worker does with one of the last leases.
    fn work(&self, what: u8, which: u8, number: u16) -> Result<(), TestCaseError> {
        let Some(last) = self.leases.len().checked_sub(1) else {
            return Ok(());
        };
        let (memory, redis) = &self.leases[last.saturating_sub(usize::from(which) % 3)];
        let finish = Finish {
            state: state(number),
            result: (number > 1_000).then(|| vec![which; 3]),
            reason: (number > 2_000).then(|| "as it was".to_owned()),
        };
        let not_before = time(number);
        let back = match which % 2 {
            0 => Back::Failed { not_before },
            _ => Back::Untouched { not_before },
        };
        let work = |store: &dyn Store, lease: &Lease| {
            let done = match what {
                10 | 11 => store.mark_sent(lease).map(|()| false),
                12 => store.mark_answered(lease).map(|()| false),
                13 => store
                    .heartbeat(lease, time(number))
                    .map(|pulse| pulse.cancel_requested),
                14 => store.requeue(lease, &back).map(|()| false),
                _ => store.finish(lease, &finish).map(|()| false),
            };
            done.map_err(|error| (error.kind(), error.to_string()))
        };
        prop_assert_eq!(work(&self.memory, memory), work(&self.redis, redis));
        Ok(())
    }

    fn same(&self, which: u8, number: u16) -> Result<(), TestCaseError> {
        let part = Filter {
            queue: Some(queue(which).to_owned()),
            states: vec![state(number), state(number / 8)],
            after: Some(3 * i64::from(number)),
            maximum: usize::from(number % 4),
        };
        for filter in [Filter::default(), part] {
            self.both(|store| {
                let jobs = store.jobs(&filter)?.into_iter();
                Ok(jobs.map(without_times).collect::<Vec<_>>())
            })?;
        }
        for queue in [None, Some(queue(which))] {
            self.both(|store| store.counts(queue))?;
        }
        Ok(())
    }
}

#[test]
fn redis_does_what_the_memory_does() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let steps = prop::collection::vec((0_u8..17, any::<u8>(), 0_u16..4_000), 1..120);
    let mut config = ProptestConfig::with_cases(60);
    config.failure_persistence = None;
    proptest!(config, |(steps in steps)| {
        let options = server.options().prefix(unique("model"));
        let mut two = Two {
            memory: MemoryStore::new(),
            redis: options.connect().expect("a store"),
            ids: (0..8).map(|_| JobId::random()).collect(),
            leases: Vec::new(),
        };
        for step in steps {
            two.take(step)?;
        }
    });
}
