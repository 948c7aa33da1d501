//! What a durable call notes in its store around each attempt.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::{Clock, Desk};
use crate::outcome::{Failure, TransportError};
use crate::schedule::{Time, Verdict};
use crate::store::{Back, Lease, Store, StoreError, StoreErrorKind};

/// The right of this process to a durable call, while it carries it out.
///
/// What is noted of one call is noted in order: the lock is held while the store works.
/// So it is only taken where a thread may be held up.
#[derive(Debug)]
pub(crate) struct Ledger {
    desk: Desk,
    lease: Lease,
    repeatable: bool,
    /// Until then the lease is in force for sure, whenever the store counts from.
    holds_until: Mutex<Time>,
    /// How many attempts have been noted.
    attempts: AtomicU32,
    /// The server has said where the answer is, and so has done what was asked for.
    is_carried_out: AtomicBool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// Nothing may be sent any more.
    is_closed: bool,
    /// An attempt may be on its way.
    is_under_way: bool,
    /// A note that one had ended got no answer. It may still come to the store, and would
    /// hide what was noted meanwhile.
    is_overdue: bool,
}

impl Ledger {
    /// The lease is in force until then at least.
    pub(crate) fn new(desk: Desk, lease: Lease, repeatable: bool, holds_until: Time) -> Arc<Self> {
        Arc::new(Self {
            desk,
            lease,
            repeatable,
            holds_until: Mutex::new(holds_until),
            attempts: AtomicU32::new(0),
            is_carried_out: AtomicBool::new(false),
            state: Mutex::default(),
        })
    }

    pub(super) const fn clock(&self) -> &Clock {
        self.desk.clock()
    }

    pub(crate) const fn lease(&self) -> &Lease {
        &self.lease
    }

    /// The lease has been lengthened until then at least.
    pub(crate) fn holds_until(&self, until: Time) {
        *self.until() = until;
    }

    /// Notes that a request is about to leave. Unless that is certain to be noted, it
    /// must not leave; nor if saying so took until after the lease, when somebody may have
    /// found that it has not left, and sent it.
    pub(crate) async fn leaves(self: Arc<Self>) -> Result<(), TransportError> {
        let own = Arc::clone(&self);
        let noted = self.desk.ask(move |store| own.note_sent(store)).await;
        let is_in_force = self.clock().now() < *self.until();
        let noted = noted.and_then(|()| match is_in_force {
            true => Ok(()),
            false => Err(StoreError::lease_lost(&self.lease)),
        });
        noted.map_err(|error| TransportError::new(Failure::Unmarked, error))
    }

    fn note_sent(&self, store: &dyn Store) -> Result<(), StoreError> {
        let mut state = self.lock();
        if state.is_closed {
            return Err(StoreError::new(
                StoreErrorKind::Refused,
                "the call was taken back before the request left",
            ));
        }
        if state.is_overdue {
            // Under the lease of the next claim that note does nothing.
            return Err(StoreError::new(
                StoreErrorKind::Unavailable,
                "the store did not say whether it noted the end of the last attempt",
            ));
        }
        store.mark_sent(&self.lease)?;
        self.attempts.fetch_add(1, Ordering::Relaxed);
        state.is_under_way = true;
        Ok(())
    }

    /// Whether to send the request as it was declared might do twice what a server did
    /// before it led elsewhere. What comes of the request that looks there says nothing of
    /// that.
    pub(crate) fn is_carried_out(&self) -> bool {
        self.is_carried_out.load(Ordering::Relaxed)
    }

    /// An attempt has ended. Where that is known to have done nothing that may not be
    /// done again, it is noted, so that whoever comes after this process may go on.
    pub(super) fn came_back(self: &Arc<Self>, verdict: Verdict, is_carried_out: bool) {
        if is_carried_out {
            self.is_carried_out.store(true, Ordering::Relaxed);
        }
        if is_carried_out || !is_open_again(verdict) {
            return;
        }
        let (ledger, attempt) = (Arc::clone(self), self.attempts.load(Ordering::Relaxed));
        self.desk
            .tell(move |store| ledger.note_back(store, attempt));
    }

    /// The next attempt may have been noted before this came to be.
    fn note_back(&self, store: &dyn Store, attempt: u32) {
        let mut state = self.lock();
        if self.attempts.load(Ordering::Relaxed) == attempt {
            state.is_under_way = false;
            // If it fails, the store takes the request for one that is under way, and is
            // only more careful than it has to be.
            let noted = store.mark_answered(&self.lease);
            state.is_overdue = noted.is_err() && !self.repeatable;
        }
    }

    /// From here on nothing is sent. Tells whether an attempt may be on its way.
    pub(crate) fn close(&self) -> bool {
        let mut state = self.lock();
        state.is_closed = true;
        state.is_under_way
    }

    /// Gives the job back, unless what becomes of it is not known.
    pub(crate) fn give_back(self: Arc<Self>) {
        let desk = self.desk.clone();
        desk.tell(move |store| {
            let is_under_way = self.close();
            if !is_under_way || self.repeatable {
                let not_before = Duration::ZERO;
                // If it fails, the lease runs out.
                let _ = store.requeue(&self.lease, &Back::Untouched { not_before });
            }
        });
    }

    fn until(&self) -> MutexGuard<'_, Time> {
        let until = self.holds_until.lock();
        until.unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the request, as it was declared, may be sent once more after this. What ends
/// the call is noted with its end.
const fn is_open_again(verdict: Verdict) -> bool {
    match verdict {
        Verdict::Throttled(_)
        | Verdict::Failed
        | Verdict::Unreachable { .. }
        | Verdict::Again
        | Verdict::AgainAfter(_) => true,
        Verdict::Done | Verdict::Ends | Verdict::Unknown => false,
    }
}
