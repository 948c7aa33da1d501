//! What it has to have as every store.

use std::time::Duration;

use super::Place;
use crate::store::StoreHandle;
use crate::store::conformance::{self, Fixture};
use crate::store::memory_tests::ByHand;
use crate::store::sqlite::SqliteStore;

struct InFile {
    place: Place,
    clock: Option<ByHand>,
}

impl InFile {
    fn new(clock: Option<ByHand>) -> Self {
        let place = Place::new();
        Self { place, clock }
    }
}

impl Fixture for InFile {
    fn open(&self) -> StoreHandle {
        let mut options = SqliteStore::options();
        if let Some(clock) = self.clock.clone() {
            options = options.clock(move || clock.wall());
        }
        options.open(self.place.path()).expect("a store").into()
    }

    fn now(&self) -> Duration {
        match &self.clock {
            Some(clock) => clock.passed(),
            None => REAL.now(),
        }
    }

    fn advance(&self, time: Duration) {
        match &self.clock {
            Some(clock) => clock.advance(time),
            None => REAL.advance(time),
        }
    }

    fn set_back(&self, by: Duration) -> bool {
        let Some(clock) = &self.clock else {
            return false;
        };
        clock.set_back(by);
        true
    }
}

/// What a fixture does that says nothing of time.
struct Real;

const REAL: Real = Real;

impl Fixture for Real {
    fn open(&self) -> StoreHandle {
        crate::store::MemoryStore::new().into()
    }
}

#[test]
fn the_store_in_a_file_conforms() {
    conformance::run(&InFile::new(Some(ByHand::default())));
}

#[test]
fn the_store_in_a_file_conforms_by_a_real_clock() {
    conformance::run(&InFile::new(None));
}
