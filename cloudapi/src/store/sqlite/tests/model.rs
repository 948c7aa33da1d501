//! The file does what the memory does, whatever is asked in whatever order.

use std::time::Duration;

use proptest::prelude::*;

use super::Place;
use crate::schedule::{Priority, Rate};
use crate::store::memory_tests::ByHand;
use crate::store::sqlite::SqliteStore;
use crate::store::{
    Back, Filter, Finish, JobId, JobState, Lease, MemoryStore, NewJob, Reservation, Settlement,
    SharedLimit, Store, StoreError,
};

/// What is asked, of which job or lease, and for how many milliseconds or the like.
type Step = (u8, u8, u16);

struct Two {
    memory: MemoryStore,
    file: SqliteStore,
    clock: ByHand,
    ids: Vec<JobId>,
    leases: Vec<Lease>,
}

fn limit(number: u16) -> SharedLimit {
    SharedLimit {
        name: (number % 3).to_string(),
        rate: Rate::new(u32::from(number % 5) + 1, Duration::from_secs(1)).burst(2),
    }
}

fn queue(which: u8) -> &'static str {
    ["one", "other"][usize::from(which / 8 % 2)]
}

fn state(number: u16) -> JobState {
    JobState::ALL[usize::from(number) % JobState::ALL.len()]
}

impl Two {
    fn new(place: &Place) -> Self {
        let clock = ByHand::default();
        let (one, other) = (clock.clone(), clock.clone());
        let options = SqliteStore::options().clock(move || other.wall());
        Self {
            memory: MemoryStore::with_clock(move || one.wall()),
            file: options.open(place.path()).expect("a store"),
            clock,
            ids: (0..8).map(|_| JobId::random()).collect(),
            leases: Vec::new(),
        }
    }

    /// Both say the same.
    fn both<T: PartialEq + std::fmt::Debug>(
        &self,
        ask: impl Fn(&dyn Store) -> Result<T, StoreError>,
    ) -> Result<Option<T>, TestCaseError> {
        let told = |store| ask(store).map_err(|error| (error.kind(), error.to_string()));
        let (memory, file) = (told(&self.memory), told(&self.file));
        prop_assert_eq!(&memory, &file);
        Ok(memory.ok())
    }

    fn new_job(&self, which: u8, number: u16) -> NewJob {
        let priorities = [Priority::High, Priority::Normal, Priority::Low];
        NewJob {
            id: self.ids[usize::from(which) % self.ids.len()],
            queue: queue(which).to_owned(),
            repeatable: number.is_multiple_of(2),
            priority: priorities[usize::from(number) % 3],
            request: vec![which; usize::from(number)],
            ..super::new_job()
        }
    }

    fn take(&mut self, (what, which, number): Step) -> Result<(), TestCaseError> {
        let time = Duration::from_millis(number.into());
        let id = self.ids[usize::from(which) % self.ids.len()];
        let queue = queue(which);
        match what {
            0 => {
                self.both(|store| store.put(&self.new_job(which, number)))?;
            }
            1 => {
                let claimed = self.both(|store| store.claim(queue, "worker", time))?;
                self.leases
                    .extend(claimed.flatten().map(|claimed| claimed.lease));
            }
            2 => self.clock.advance(time),
            3 => self.clock.set_back(time * 10),
            4 => {
                self.both(|store| store.reclaim(queue))?;
            }
            5 => {
                self.both(|store| store.retry(id))?;
            }
            6 => {
                self.both(|store| store.cancel(id))?;
            }
            7 => {
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
            8 => {
                let queue = number.is_multiple_of(2).then_some(queue);
                self.both(|store| store.purge(queue, time))?;
            }
            9 => {
                let wanted = Reservation {
                    gate: &[limit(number), limit(number + 1)],
                    endpoint: &[limit(number + 2)][..usize::from(which % 2)],
                };
                self.both(|store| store.reserve(queue, &wanted))?;
            }
            10 => {
                self.both(|store| store.close(queue, time / 4))?;
                self.both(|store| store.gate(queue))?;
            }
            _ => self.work(what, which, number)?,
        }
        self.same(which, number)
    }

    /// What a worker does with one of the leases that there have been.
    fn work(&self, what: u8, which: u8, number: u16) -> Result<(), TestCaseError> {
        let Some(last) = self.leases.len().checked_sub(1) else {
            return Ok(());
        };
        let time = Duration::from_millis(number.into());
        // Mostly one of the last.
        let lease = &self.leases[last.saturating_sub(usize::from(which) % 3)];
        let finish = Finish {
            state: state(number),
            result: (number > 1_000).then(|| vec![which; 3]),
            reason: (number > 2_000).then(|| "as it was".to_owned()),
        };
        let back = match which % 2 {
            0 => Back::Failed { not_before: time },
            _ => Back::Untouched { not_before: time },
        };
        self.both(|store| match what {
            11 | 12 => store.mark_sent(lease).map(|()| false),
            13 => store.mark_answered(lease).map(|()| false),
            14 => Ok(store.heartbeat(lease, time)?.cancel_requested),
            15 => store.requeue(lease, &back).map(|()| false),
            _ => store.finish(lease, &finish).map(|()| false),
        })?;
        Ok(())
    }

    /// All that is there is the same.
    fn same(&self, which: u8, number: u16) -> Result<(), TestCaseError> {
        self.both(|store| store.jobs(&Filter::default()))?;
        let filter = Filter {
            queue: Some(queue(which).to_owned()),
            states: vec![state(number), state(number / 8)],
            after: Some(3 * i64::from(number)),
            maximum: usize::from(number % 4),
        };
        self.both(|store| store.jobs(&filter))?;
        for queue in [None, Some(queue(which))] {
            self.both(|store| store.counts(queue))?;
        }
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn the_file_does_what_the_memory_does(
        steps in prop::collection::vec((0_u8..18, any::<u8>(), 0_u16..4_000), 1..120)
    ) {
        let place = Place::new();
        let mut two = Two::new(&place);
        for step in steps {
            two.take(step)?;
        }
    }
}
