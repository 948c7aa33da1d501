//! The one thread that watches the slots of every scope.
//!
//! It belongs to the process and not to a tokio runtime: a runtime may end
//! before a gate does, and its timer has a grain of a millisecond. The thread
//! sleeps while nothing is due.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::sync::{Condvar, LazyLock, Mutex, OnceLock, PoisonError, Weak};
use std::time::{Duration, Instant};
use std::{io, thread};

use super::Scope;
use crate::schedule::Time;

/// A sleeping thread wakes this much late: 50 µs is the timer slack of Linux,
/// the rest is switching. It goes to sleep for so much less, and passes what is
/// left by watching the clock.
const OVERSLEEP: Duration = Duration::from_micros(70);

static ORIGIN: LazyLock<Instant> = LazyLock::new(Instant::now);
static PACER: Pacer = Pacer {
    wakes: Mutex::new(BinaryHeap::new()),
    changed: Condvar::new(),
};

struct Pacer {
    wakes: Mutex<BinaryHeap<Reverse<Wake>>>,
    changed: Condvar,
}

/// The time since the process first asked.
pub(super) fn now() -> Time {
    Time::ZERO.after(ORIGIN.elapsed())
}

/// Starts the thread, unless it runs already.
pub(super) fn start() -> io::Result<()> {
    static STARTED: OnceLock<()> = OnceLock::new();
    static STARTING: Mutex<()> = Mutex::new(());
    if STARTED.get().is_some() {
        return Ok(());
    }
    let _one_at_a_time = STARTING.lock().unwrap_or_else(PoisonError::into_inner);
    if STARTED.get().is_none() {
        LazyLock::force(&ORIGIN);
        thread::Builder::new()
            .name("cloudapi-pacer".to_owned())
            .spawn(|| PACER.run())?;
        let _ = STARTED.set(());
    }
    Ok(())
}

/// Has the scope turned at the given time. A wake too many does no harm.
pub(super) fn wake_at(at: Time, scope: Weak<Scope>) {
    let mut wakes = PACER.wakes.lock().unwrap_or_else(PoisonError::into_inner);
    let is_next = wakes.peek().is_none_or(|next| at < next.0.at);
    wakes.push(Reverse(Wake { at, scope }));
    drop(wakes);
    if is_next {
        PACER.changed.notify_one();
    }
}

impl Pacer {
    fn run(&self) {
        loop {
            let scope = self.next_due();
            if let Some(scope) = scope.upgrade() {
                scope.turn();
            }
        }
    }

    /// Waits until something is due, and takes it out.
    fn next_due(&self) -> Weak<Scope> {
        let mut wakes = self.wakes.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let Some(Reverse(next)) = wakes.peek() else {
                wakes = self
                    .changed
                    .wait(wakes)
                    .unwrap_or_else(PoisonError::into_inner);
                continue;
            };
            let left = next.at.since(now());
            if left.is_zero() {
                if let Some(Reverse(due)) = wakes.pop() {
                    return due.scope;
                }
            } else if left > OVERSLEEP {
                wakes = self
                    .changed
                    .wait_timeout(wakes, left - OVERSLEEP)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0;
            } else {
                let at = next.at;
                drop(wakes);
                while now() < at {
                    std::hint::spin_loop();
                }
                wakes = self.wakes.lock().unwrap_or_else(PoisonError::into_inner);
            }
        }
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
