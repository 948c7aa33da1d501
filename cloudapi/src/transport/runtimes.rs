//! What has to be there once for each tokio runtime.

use std::future::pending;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::runtime::{Handle, Id};
use tokio::task::JoinHandle;

/// A value for each runtime that asks for one. Those of runtimes that have ended
/// go as soon as a new one asks.
pub(super) struct PerRuntime<T>(Mutex<State<T>>);

struct State<T> {
    /// For the first that asks.
    first: Option<T>,
    all: Vec<Of<T>>,
}

struct Of<T> {
    runtime: Id,
    /// A task that does nothing, and ends with its runtime: the number of a
    /// runtime may come again after its end.
    watch: JoinHandle<()>,
    value: T,
}

impl<T: Clone> PerRuntime<T> {
    pub(super) fn with(first: T) -> Self {
        Self(Mutex::new(State {
            first: Some(first),
            all: Vec::new(),
        }))
    }

    /// The value of the current runtime, which is made unless it is there.
    ///
    /// # Panics
    ///
    /// Outside a runtime.
    pub(super) fn get<E>(&self, make: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
        let runtime = Handle::current();
        let id = runtime.id();
        let mut state = self.lock();
        let mut all = state.all.iter();
        if let Some(of) = all.find(|of| of.runtime == id && of.is_alive()) {
            return Ok(of.value.clone());
        }
        state.all.retain(Of::is_alive);
        let value = state.first.take().map_or_else(make, Ok)?;
        state.all.push(Of {
            runtime: id,
            watch: runtime.spawn(pending()),
            value: value.clone(),
        });
        Ok(value)
    }

    fn lock(&self) -> MutexGuard<'_, State<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Of<T> {
    fn is_alive(&self) -> bool {
        !self.watch.is_finished()
    }
}

impl<T> Drop for Of<T> {
    fn drop(&mut self) {
        self.watch.abort();
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::sync::Arc;

    use tokio::runtime::{Builder, Runtime};

    use super::*;

    fn runtime() -> Runtime {
        Builder::new_current_thread().build().unwrap()
    }

    fn of(all: &PerRuntime<Arc<u32>>, runtime: &Runtime, made: u32) -> Arc<u32> {
        runtime.block_on(async { all.get(|| Ok::<_, Infallible>(Arc::new(made))).unwrap() })
    }

    #[test]
    fn each_runtime_has_its_own_and_the_first_one_what_is_there() {
        let all = PerRuntime::with(Arc::new(0));
        let (a, b) = (runtime(), runtime());
        for _ in 0..2 {
            assert_eq!(*of(&all, &a, 1), 0);
            assert_eq!(*of(&all, &b, 2), 2);
        }
    }

    #[test]
    fn those_of_ended_runtimes_are_not_kept() {
        let all = PerRuntime::with(Arc::new(0));
        let (ending, lasting) = (runtime(), runtime());
        let lost = Arc::downgrade(&of(&all, &ending, 1));
        let kept = Arc::downgrade(&of(&all, &lasting, 2));
        drop(ending);
        let new = runtime();
        assert_eq!(*of(&all, &new, 3), 3);
        assert!(lost.upgrade().is_none() && kept.upgrade().is_some());
        assert_eq!(all.lock().all.len(), 2);
    }

    #[test]
    fn no_task_stays_behind() {
        let all = PerRuntime::with(Arc::new(0));
        let runtime = runtime();
        of(&all, &runtime, 1);
        drop(all);
        runtime.block_on(tokio::task::yield_now());
        assert_eq!(runtime.metrics().num_alive_tasks(), 0);
    }

    #[test]
    fn what_cannot_be_made_is_told_and_asked_for_again() {
        let all = PerRuntime::with(0);
        let (a, b) = (runtime(), runtime());
        a.block_on(async { all.get(|| Err("none")) }).unwrap();
        b.block_on(async { all.get(|| Err("none")) }).unwrap_err();
        assert_eq!(b.block_on(async { all.get(|| Ok::<_, &str>(2)) }), Ok(2));
    }
}
