//! The store in memory has what every store has to have.

use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use super::conformance::{self, Fixture};
use super::{MemoryStore, StoreHandle};

/// A clock that is moved by hand, and what it would show had nobody set it back.
#[derive(Clone, Default)]
pub(super) struct ByHand(Arc<Mutex<(Duration, Duration)>>);

impl ByHand {
    pub(super) fn wall(&self) -> SystemTime {
        let (passed, back) = *self.0.lock().expect("nobody to have panicked");
        UNIX_EPOCH + Duration::from_secs(1_900_000_000) + passed - back
    }

    pub(super) fn passed(&self) -> Duration {
        self.0.lock().expect("nobody to have panicked").0
    }

    pub(super) fn advance(&self, time: Duration) {
        self.0.lock().expect("nobody to have panicked").0 += time;
    }

    pub(super) fn set_back(&self, by: Duration) {
        self.0.lock().expect("nobody to have panicked").1 += by;
    }
}

struct InMemory {
    store: MemoryStore,
    clock: ByHand,
}

impl Fixture for InMemory {
    fn open(&self) -> StoreHandle {
        self.store.clone().into()
    }

    fn now(&self) -> Duration {
        self.clock.passed()
    }

    fn advance(&self, time: Duration) {
        self.clock.advance(time);
    }

    fn set_back(&self, by: Duration) -> bool {
        self.clock.set_back(by);
        true
    }

    fn tells_closes(&self) -> bool {
        true
    }
}

#[test]
fn the_store_in_memory_conforms() {
    let clock = ByHand::default();
    let wall = clock.clone();
    let store = MemoryStore::with_clock(move || wall.wall());
    conformance::run(&InMemory { store, clock });
}
