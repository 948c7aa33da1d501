//! The one thread that watches the slots of every scope.
//!
//! It belongs to the process and not to a tokio runtime: a runtime may end
//! before a gate does, and its timer has a grain of a millisecond. The thread
//! sleeps while nothing is due. A forked child inherits what is to come but not the
//! thread, and so starts one of its own.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{LazyLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use std::{fs, io, process, thread};

use super::Scope;
use super::sync::{Condvar, Mutex, MutexGuard};
use crate::details::unless_it_panics;
use crate::schedule::Time;

static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
static PACER: Pacer = Pacer::new();

pub(super) struct Pacer {
    state: Mutex<State>,
    changed: Condvar,
    /// The process in which the thread runs; 0 is none.
    process: AtomicU32,
}

struct State {
    wakes: BinaryHeap<Reverse<Wake>>,
    /// The thread sleeps, and has to be told of an earlier wake.
    asleep: bool,
}

/// The time since the process first asked.
pub(super) fn now() -> Time {
    Time::ZERO.after(ORIGIN.elapsed())
}

/// The machine's own form of a time. One that it has none for is a century
/// away, which comes to the same.
pub(super) fn instant(time: Time) -> Instant {
    let since = time.since(Time::ZERO);
    ORIGIN
        .checked_add(since)
        .unwrap_or_else(|| *ORIGIN + Duration::from_secs(100 * 366 * 86_400))
}

/// Starts the thread, unless it runs already.
pub(super) fn start() -> io::Result<()> {
    PACER.start(process::id())
}

/// Asks Linux to wake this thread when it is time. Otherwise it would do so up
/// to 50 µs later, to serve several timers at once; and watching the clock for
/// as long costs more of the CPU than all else that this thread does.
fn sleep_precisely() -> io::Result<()> {
    let thread = fs::read_link("/proc/thread-self")?;
    let number = thread.file_name().unwrap_or_default();
    let slack = Path::new("/proc").join(number).join("timerslack_ns");
    fs::write(slack, "1")
}

/// Has the scope turned at the given time. A wake too many does no harm.
pub(super) fn wake_at(at: Time, scope: Weak<Scope>) {
    PACER.wake_at(at, scope);
    watch_on();
}

/// Sees to it that what was asked for is watched in this process too.
pub(super) fn watch_on() {
    // Where there is no thread to be had now, there may be when it is next asked for.
    let _ = start();
}

impl Pacer {
    pub(super) const fn new() -> Self {
        Self {
            state: Mutex::new(State {
                wakes: BinaryHeap::new(),
                asleep: false,
            }),
            changed: Condvar::new(),
            process: AtomicU32::new(0),
        }
    }

    fn start(&'static self, process: u32) -> io::Result<()> {
        let former = self.process.load(Ordering::Relaxed);
        if former == process {
            return Ok(());
        }
        let (set, seen) = (Ordering::Relaxed, Ordering::Relaxed);
        let taken_over = self.process.compare_exchange(former, process, set, seen);
        if taken_over.is_err() {
            // Another thread of this process is at it.
            return Ok(());
        }
        LazyLock::force(&ORIGIN);
        let thread = thread::Builder::new().name("cloudapi-pacer".to_owned());
        let started = thread.spawn(|| {
            // Where it cannot be had, slots are some 60 µs later.
            let _ = sleep_precisely();
            self.run();
        });
        if started.is_err() {
            self.process.store(0, Ordering::Relaxed);
        }
        started.map(drop)
    }

    pub(super) fn wake_at(&self, at: Time, scope: Weak<Scope>) {
        let mut state = self.lock();
        let is_next = state.wakes.peek().is_none_or(|next| at < next.0.at);
        state.wakes.push(Reverse(Wake { at, scope }));
        if is_next && state.asleep {
            drop(state);
            self.changed.notify_one();
        }
    }

    fn run(&self) {
        loop {
            let scope = self.next_due();
            // All gates of the process would stand still with this thread. The scope is
            // given up inside too: with it may go what is the user's.
            unless_it_panics(|| {
                if let Some(scope) = scope.upgrade() {
                    scope.turn();
                }
            });
        }
    }

    /// Waits until something is due, and takes it out.
    pub(super) fn next_due(&self) -> Weak<Scope> {
        let mut state = self.lock();
        loop {
            let left = state.wakes.peek().map(|next| next.0.at.since(now()));
            if left.is_some_and(|left| left.is_zero())
                && let Some(Reverse(due)) = state.wakes.pop()
            {
                return due.scope;
            }
            state.asleep = true;
            state = match left {
                Some(left) => {
                    let woken = self.changed.wait_timeout(state, left);
                    woken.unwrap_or_else(PoisonError::into_inner).0
                }
                None => {
                    let woken = self.changed.wait(state);
                    woken.unwrap_or_else(PoisonError::into_inner)
                }
            };
            state.asleep = false;
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

struct Wake {
    at: Time,
    scope: Weak<Scope>,
}

impl PartialEq for Wake {
    fn eq(&self, other: &Self) -> bool {
        self.at == other.at
    }
}

impl Eq for Wake {}

impl PartialOrd for Wake {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Wake {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.at.cmp(&other.at)
    }
}

#[cfg(all(test, not(shuttle)))]
mod tests {
    use super::*;

    /// Waits until all that was asked for has come; for a minute at most.
    fn all_come(pacer: &Pacer) -> bool {
        let end = Instant::now() + Duration::from_secs(60);
        while !pacer.lock().wakes.is_empty() {
            if Instant::now() > end {
                return false;
            }
            thread::yield_now();
        }
        true
    }

    #[test]
    fn a_forked_child_has_a_thread_of_its_own() {
        // As a child finds it: what its parent asked for, and the number of a process in
        // which there was a thread.
        static INHERITED: Pacer = Pacer::new();
        let parent = process::id() + 1;
        INHERITED.process.store(parent, Ordering::Relaxed);
        INHERITED.wake_at(Time::ZERO, Weak::new());
        INHERITED.start(process::id()).expect("a thread");
        assert!(all_come(&INHERITED));
        assert_eq!(INHERITED.process.load(Ordering::Relaxed), process::id());
    }
}
