//! Where a store is asked: away from the threads of the runtime.

use std::time::Duration;

use tokio::runtime::Handle;

use super::Clock;
use crate::store::{Store, StoreError, StoreErrorKind, StoreHandle};

/// A store, and the time that those live in who ask it.
#[derive(Clone, Debug)]
pub(crate) struct Desk {
    store: StoreHandle,
    clock: Clock,
}

impl Desk {
    pub(crate) const fn new(store: StoreHandle, clock: Clock) -> Self {
        Self { store, clock }
    }

    pub(crate) const fn clock(&self) -> &Clock {
        &self.clock
    }

    pub(crate) const fn store(&self) -> &StoreHandle {
        &self.store
    }

    /// Asks the store on the threads that the runtime keeps for what blocks. A
    /// simulation waits for nothing but its own time, so there it is done at once; so
    /// it is where there is no runtime to keep from working.
    pub(crate) async fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, StoreError> {
        match self.pool() {
            None => question(&*self.store),
            Some(runtime) => {
                let store = self.store.clone();
                let answer = runtime.spawn_blocking(move || question(&*store)).await;
                answer.unwrap_or_else(|lost| Err(unanswered(&self.store).caused_by(lost)))
            }
        }
    }

    /// Tells the store something, if there is a thread to do it on; nobody waits for it.
    pub(crate) fn tell(&self, what: impl FnOnce(&dyn Store) + Send + 'static) {
        match (self.pool(), &self.clock) {
            (Some(runtime), _) => {
                let store = self.store.clone();
                drop(runtime.spawn_blocking(move || what(&*store)));
            }
            // Whoever tells this is about to end, and must not be held up.
            (None, Clock::System) => {}
            #[cfg(feature = "testing")]
            (None, Clock::Manual(_)) => what(&*self.store),
        }
    }

    pub(crate) async fn sleep(&self, time: Duration) {
        let until = self.clock.now().after(time);
        self.clock.sleep_until(until).await;
    }

    fn pool(&self) -> Option<Handle> {
        match self.clock {
            Clock::System => Handle::try_current().ok(),
            #[cfg(feature = "testing")]
            Clock::Manual(_) => None,
        }
    }
}

/// The runtime ended meanwhile, or the store panicked.
fn unanswered(store: &StoreHandle) -> StoreError {
    let message = format!("the store `{}` was asked and did not answer", store.name());
    StoreError::new(StoreErrorKind::Unavailable, message)
}
