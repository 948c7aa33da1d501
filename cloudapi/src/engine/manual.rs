//! A clock that moves only when it is told to.

use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, PoisonError, Weak};
use std::task::{Context, Poll, Waker};
use std::time::{Duration, SystemTime};

use super::Scope;
use super::sync::{Mutex, MutexGuard};
use crate::schedule::Time;

/// 2020-01-01T00:00:00Z, so that what a test sees does not depend on today.
const EPOCH: Duration = Duration::from_secs(1_577_836_800);

#[derive(Clone, Debug, Default)]
pub(crate) struct ManualClock(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    now: Time,
    next_number: u64,
    seeds: u64,
    due: BTreeMap<(Time, u64), Due>,
}

#[derive(Debug)]
enum Due {
    Scope(Weak<Scope>),
    Sleeper(Waker),
}

impl ManualClock {
    pub(crate) fn now(&self) -> Time {
        self.lock().now
    }

    pub(crate) fn wall(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + EPOCH + self.now().since(Time::ZERO)
    }

    /// How many were asked for before.
    pub(super) fn seed(&self) -> u64 {
        let mut state = self.lock();
        let seed = state.seeds;
        state.seeds += 1;
        seed
    }

    pub(crate) fn identity(&self) -> usize {
        Arc::as_ptr(&self.0).addr()
    }

    pub(super) fn wake_at(&self, at: Time, scope: Weak<Scope>) {
        let mut state = self.lock();
        let number = state.number();
        state.due.insert((at, number), Due::Scope(scope));
    }

    pub(crate) fn sleep_until(&self, until: Time) -> Sleep {
        Sleep {
            clock: self.clone(),
            until,
            number: None,
        }
    }

    /// Moves on to the next moment at which something is due. False if nothing
    /// is.
    pub(crate) fn step(&self) -> bool {
        let due = {
            let mut state = self.lock();
            let Some(entry) = state.due.first_entry() else {
                return false;
            };
            let at = entry.key().0;
            let due = entry.remove();
            state.now = state.now.max(at);
            due
        };
        match due {
            Due::Sleeper(waker) => waker.wake(),
            Due::Scope(scope) => {
                if let Some(scope) = scope.upgrade() {
                    scope.turn();
                }
            }
        }
        true
    }

    /// Time passes, and nothing that comes due meanwhile happens before the next step.
    pub(crate) fn stall(&self, time: Duration) {
        let mut state = self.lock();
        state.now = state.now.after(time);
    }

    /// How much has been asked for that is still to come.
    #[cfg(test)]
    pub(crate) fn ahead(&self) -> usize {
        self.lock().due.len()
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn number(&mut self) -> u64 {
        self.next_number += 1;
        self.next_number
    }
}

#[derive(Debug)]
pub(crate) struct Sleep {
    clock: ManualClock,
    until: Time,
    number: Option<u64>,
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        let clock = self.clock.clone();
        let mut state = clock.lock();
        if state.now >= self.until {
            return Poll::Ready(());
        }
        let number = self.number.unwrap_or_else(|| state.number());
        self.number = Some(number);
        if self.until < Time::NEVER {
            let sleeper = Due::Sleeper(context.waker().clone());
            state.due.insert((self.until, number), sleeper);
        }
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        if let Some(number) = self.number {
            self.clock.lock().due.remove(&(self.until, number));
        }
    }
}
