//! Scopes that are closed for everybody.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::Fixture;
use super::calls::{Limits, limit};
use super::tools::{LONG, good};
use crate::store::Grant;

impl Limits<'_> {
    #[track_caller]
    fn close(&self, wait: Duration) {
        good(self.store.close(&self.scope, wait));
    }

    #[track_caller]
    fn closed_for(&self) -> Duration {
        good(self.store.gate(&self.scope)).closed_for
    }

    #[track_caller]
    fn is_closed(&self, least: Duration, most: Duration) {
        let closed_for = self.closed_for();
        let as_closed = |wait| wait > least && wait <= most;
        assert!(as_closed(closed_for), "closed for {closed_for:?}");
        match self.grant() {
            Grant::Later { wait, closed: true } => assert!(as_closed(wait), "later by {wait:?}"),
            other => panic!("the scope is closed, and gave {other:?}"),
        }
    }
}

pub(super) fn a_closed_scope_gives_no_slot_to_anybody(fixture: &dyn Fixture) {
    let limits = Limits::new(fixture).gate(limit("a", 10, fixture.unit(), 1));
    let other = limits.reopened();
    assert_eq!(limits.closed_for(), Duration::ZERO);
    limits.ask();
    limits.close(LONG);
    for handle in [&limits, &other] {
        handle.is_closed(LONG / 2, LONG);
    }
}

pub(super) fn a_closed_scope_takes_nothing(fixture: &dyn Fixture) {
    let unit = fixture.unit();
    let limits = Limits::new(fixture).gate(limit("a", 1, LONG, 1));
    limits.close(unit);
    if let slot @ Grant::Slot { .. } = limits.grant() {
        // Only a store that took longer than that to answer may give one.
        assert_eq!(limits.closed_for(), Duration::ZERO, "closed, and {slot:?}");
        return;
    }
    fixture.advance(unit * 2);
    limits.ask().is_due();
}

pub(super) fn a_scope_opens_again(fixture: &dyn Fixture) {
    let unit = fixture.unit();
    let limits = Limits::new(fixture);
    limits.close(unit);
    fixture.advance(unit * 2);
    assert_eq!(limits.closed_for(), Duration::ZERO);
    limits.ask().is_due();
    limits.close(LONG);
    limits.is_closed(LONG / 2, LONG);
}

pub(super) fn closing_only_ever_lengthens(fixture: &dyn Fixture) {
    let limits = Limits::new(fixture);
    let other = limits.reopened();
    limits.close(LONG);
    other.close(LONG / 4);
    limits.is_closed(LONG / 2, LONG);
    other.close(LONG * 2);
    limits.is_closed(LONG, LONG * 2);
    limits.close(Duration::ZERO);
    limits.is_closed(LONG, LONG * 2);
}

pub(super) fn closing_is_of_one_scope(fixture: &dyn Fixture) {
    let limits = Limits::new(fixture);
    let other = Limits::new(fixture);
    limits.close(LONG);
    assert_eq!(other.closed_for(), Duration::ZERO);
    other.ask().is_due();
}

pub(super) fn a_scope_can_be_closed_for_good(fixture: &dyn Fixture) {
    let limits = Limits::new(fixture);
    limits.close(Duration::MAX);
    limits.is_closed(LONG * 24 * 3_650, Duration::MAX);
}

pub(super) fn who_wants_to_know_is_told(fixture: &dyn Fixture) {
    let limits = Limits::new(fixture);
    let told = Arc::new(AtomicUsize::new(0));
    let listener: Arc<dyn Fn(Duration) + Send + Sync> = {
        let told = Arc::clone(&told);
        Arc::new(move |wait| {
            if wait > LONG / 2 {
                told.fetch_add(1, Ordering::SeqCst);
            }
        })
    };
    // Also a store that cannot tell takes a listener.
    let weak = Arc::downgrade(&listener);
    good(limits.store.on_close(&limits.scope, weak.clone()));
    // On a busy machine it may take long.
    let comes_about = |is_so: &dyn Fn() -> bool| {
        for _ in 0..500 {
            if is_so() {
                break;
            }
            fixture.advance(fixture.unit());
        }
        is_so()
    };
    if fixture.tells_closes() {
        limits.reopened().close(LONG);
        let is_told = || told.load(Ordering::SeqCst) > 0;
        assert!(comes_about(&is_told), "who listens is told");
    }
    drop(listener);
    // It may just be called.
    let is_gone = || weak.strong_count() == 0;
    assert!(comes_about(&is_gone), "a store keeps no listener alive");
}
