//! What is asked of stores, on threads of their own: a store may take as long as a
//! disk or a network, and neither the slots of other gates nor a caller wait for that.

use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError, Weak};
use std::time::Duration;
use std::{process, thread};

use super::Clock;

/// A thread that has had nothing to do for so long ends.
const IDLE: Duration = Duration::from_secs(10);

/// Something to be done for a scope.
pub(super) trait Errand: Send + 'static {
    /// Does it. It may take its time, and must not panic.
    fn run(self);

    /// It cannot be done, for want of a thread.
    fn fail(self, error: io::Error);
}

/// The errands to one store, in order. They are done by one thread, which is there
/// while there are any; in a simulation, whose time must not pass meanwhile, by whoever
/// brings the first.
pub(super) struct Errands<E> {
    state: Mutex<State<E>>,
    more: Condvar,
    here: bool,
}

struct State<E> {
    waiting: VecDeque<E>,
    /// The process in which somebody is at it, if one is: a forked child has no thread of
    /// its parent's.
    process: Option<u32>,
}

impl<E: Errand> Errands<E> {
    fn new(here: bool) -> Self {
        Self {
            state: Mutex::new(State {
                waiting: VecDeque::new(),
                process: None,
            }),
            more: Condvar::new(),
            here,
        }
    }

    /// Those to the store of that name.
    pub(super) fn to(
        store: String,
        clock: &Clock,
        all: &'static LazyLock<Mutex<HashMap<String, Weak<Self>>>>,
    ) -> Arc<Self> {
        if !matches!(clock, Clock::System) {
            return Arc::new(Self::new(true));
        }
        let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|_, errands| errands.strong_count() > 0);
        if let Some(known) = all.get(&store).and_then(Weak::upgrade) {
            return known;
        }
        let errands = Arc::new(Self::new(false));
        all.insert(store, Arc::downgrade(&errands));
        errands
    }

    /// To be called without the scope's lock.
    pub(super) fn send(self: &Arc<Self>, errand: E) {
        let mut state = self.lock();
        state.waiting.push_back(errand);
        let process = Some(process::id());
        if std::mem::replace(&mut state.process, process) == process {
            drop(state);
            self.more.notify_one();
            return;
        }
        drop(state);
        if self.here {
            self.work(Duration::ZERO);
            return;
        }
        let own = Arc::clone(self);
        let thread = thread::Builder::new().name("cloudapi-store".to_owned());
        if let Err(error) = thread.spawn(move || own.work(IDLE)) {
            self.give_up(&error);
        }
    }

    /// Until nothing has come for so long.
    fn work(&self, idle: Duration) {
        while let Some(errand) = self.next(idle) {
            if self.here {
                errand.run();
                continue;
            }
            // What a store's own code does when it is dropped, too, must not end the
            // thread: all errands after it would wait for ever.
            let _ = catch_unwind(AssertUnwindSafe(|| errand.run()));
        }
    }

    fn next(&self, idle: Duration) -> Option<E> {
        let mut state = self.lock();
        if state.waiting.is_empty() && !idle.is_zero() {
            let nothing = |state: &mut State<E>| state.waiting.is_empty();
            let woken = self.more.wait_timeout_while(state, idle, nothing);
            state = woken.unwrap_or_else(PoisonError::into_inner).0;
        }
        let next = state.waiting.pop_front();
        if next.is_none() {
            state.process = None;
        }
        next
    }

    fn give_up(&self, error: &io::Error) {
        let waiting = {
            let mut state = self.lock();
            state.process = None;
            std::mem::take(&mut state.waiting)
        };
        for errand in waiting {
            errand.fail(io::Error::new(error.kind(), error.to_string()));
        }
    }

    fn lock(&self) -> MutexGuard<'_, State<E>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E> fmt::Debug for Errands<E> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Errands").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Sender, channel};

    use super::*;

    /// Panics, or tells that it was run.
    struct Told(Option<Sender<()>>);

    impl Errand for Told {
        fn run(self) {
            let told = self.0.expect("this errand panics, as the test wants it");
            let _ = told.send(());
        }

        fn fail(self, error: io::Error) {
            panic!("{error}");
        }
    }

    #[test]
    fn an_errand_that_panics_stops_none_after_it() {
        let errands = Arc::new(Errands::new(false));
        let (sender, told) = channel();
        errands.send(Told(None));
        for _ in 0..2 {
            errands.send(Told(Some(sender.clone())));
            assert_eq!(told.recv_timeout(Duration::from_secs(60)), Ok(()));
        }
    }

    #[test]
    fn a_forked_child_has_a_thread_of_its_own() {
        let errands = Arc::new(Errands::new(false));
        // As a child finds it whose parent was at one.
        errands.lock().process = Some(process::id() + 1);
        let (sender, told) = channel();
        errands.send(Told(Some(sender)));
        assert_eq!(told.recv_timeout(Duration::from_secs(60)), Ok(()));
    }
}
