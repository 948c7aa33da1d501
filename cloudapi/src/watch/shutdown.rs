//! The end of a client, and of its calls.

use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use slab::Slab;

use super::{EventKind, Rest};
use crate::client::ClientCore;
use crate::engine::sync::{Mutex, MutexGuard};
use crate::error::ErrorKind;

/// What became of the calls of a client that was
/// [shut down](crate::RestApi::shutdown) or [drained](crate::RestApi::drain),
/// counted from when that began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ShutdownReport {
    /// Calls that got their answer.
    pub done: usize,
    /// Calls that ended with an error of their own.
    pub failed: usize,
    /// Calls that ended with an error of the kind
    /// [`Shutdown`](crate::ErrorKind::Shutdown).
    pub shut_down: usize,
    /// Calls that were stopped and may have taken effect: their errors are of the
    /// kind [`UnknownOutcome`](crate::ErrorKind::UnknownOutcome).
    pub unknown: usize,
    /// Calls that their callers dropped meanwhile.
    pub cancelled: usize,
}

impl fmt::Display for ShutdownReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            done,
            failed,
            shut_down,
            unknown,
            cancelled,
        } = self;
        write!(
            formatter,
            "{done} done, {failed} failed, {shut_down} shut down, {unknown} of unknown outcome, \
             {cancelled} cancelled"
        )
    }
}

/// How a client ends.
#[derive(Clone, Copy, Debug)]
pub(crate) enum How {
    /// Every call runs to its end.
    Drain,
    /// What is under way may take this long; nothing else starts.
    Shutdown(Duration),
}

const OPEN: u8 = 0;
const DRAINED: u8 = 1;
const SHUT_DOWN: u8 = 2;

/// Whether a client takes calls, and how many of them are left when it does not.
/// It changes only with the scope locked.
#[derive(Debug, Default)]
pub(crate) struct Closing {
    stage: AtomicU8,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    left: usize,
    report: ShutdownReport,
    waiting: Slab<Waker>,
}

impl Closing {
    /// No more calls are taken.
    pub(crate) fn has_begun(&self) -> bool {
        self.stage.load(Ordering::Relaxed) != OPEN
    }

    /// No more attempts start.
    pub(crate) fn is_shut_down(&self) -> bool {
        self.stage.load(Ordering::Relaxed) == SHUT_DOWN
    }

    /// Begins it with so many calls, or makes it stricter.
    pub(crate) fn begin(&self, how: How, left: impl FnOnce() -> usize) {
        let stage = match how {
            How::Drain => DRAINED,
            How::Shutdown(_) => SHUT_DOWN,
        };
        if self.stage.fetch_max(stage, Ordering::Relaxed) == OPEN {
            self.lock().left = left();
        }
    }

    /// A call has ended. Adds the wakers of those who wait, if it was the last.
    #[cold]
    pub(super) fn ended(&self, kind: EventKind, rest: &mut Rest) {
        let mut state = self.lock();
        let report = &mut state.report;
        let counter = match kind {
            EventKind::Done => &mut report.done,
            EventKind::Cancelled { .. } => &mut report.cancelled,
            EventKind::Ended { kind } => match kind {
                ErrorKind::Shutdown => &mut report.shut_down,
                ErrorKind::UnknownOutcome => &mut report.unknown,
                _ => &mut report.failed,
            },
            _ => return,
        };
        *counter += 1;
        state.left = state.left.saturating_sub(1);
        if state.left == 0 {
            rest.wake(state.waiting.drain());
        }
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Ready when every call of the client has ended: what
/// [`RestApi::shutdown`](crate::RestApi::shutdown) and
/// [`RestApi::drain`](crate::RestApi::drain) return.
///
/// It begins when it is first polled, and from then on goes its way whether or not
/// it is polled again.
#[must_use = "nothing ends until it is awaited"]
pub struct Shutdown {
    core: Arc<ClientCore>,
    how: How,
    begun: bool,
    /// Its waker's place.
    key: Option<usize>,
}

impl Shutdown {
    pub(crate) const fn new(core: Arc<ClientCore>, how: How) -> Self {
        Self {
            core,
            how,
            begun: false,
            key: None,
        }
    }
}

impl Future for Shutdown {
    type Output = ShutdownReport;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<ShutdownReport> {
        let this = self.get_mut();
        if !std::mem::replace(&mut this.begun, true) {
            this.core.scope().close(&this.core, this.how);
        }
        // A waker may do anything when it is cloned or dropped, so that is done
        // without the lock.
        let waker = context.waker().clone();
        let mut state = this.core.closing().lock();
        if state.left == 0 {
            this.key = None;
            return Poll::Ready(state.report);
        }
        let former = match this.key {
            Some(key) => state
                .waiting
                .get_mut(key)
                .map(|own| std::mem::replace(own, waker)),
            None => {
                this.key = Some(state.waiting.insert(waker));
                None
            }
        };
        drop(state);
        drop(former);
        Poll::Pending
    }
}

impl Drop for Shutdown {
    fn drop(&mut self) {
        let Some(key) = self.key else { return };
        let mut state = self.core.closing().lock();
        // Once all calls have ended, the wakers are gone.
        let gone = state.waiting.try_remove(key);
        drop(state);
        drop(gone);
    }
}

impl fmt::Debug for Shutdown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Shutdown");
        debug.field("how", &self.how).finish_non_exhaustive()
    }
}
