//! Slots that were asked for, and when.

use std::time::Duration;

use super::Fixture;
use super::tools::{SLACK, good, new_name};
use crate::schedule::Rate;
use crate::store::{Grant, Reservation, SharedLimit, StoreHandle};

pub(super) fn limit(name: &str, calls: u32, per: Duration, burst: u32) -> SharedLimit {
    SharedLimit {
        name: name.to_owned(),
        rate: Rate::new(calls, per).burst(burst),
    }
}

/// A scope of its own with its limits.
#[derive(Clone)]
pub(super) struct Limits<'a> {
    pub(super) fixture: &'a dyn Fixture,
    pub(super) store: StoreHandle,
    pub(super) scope: String,
    gate: Vec<SharedLimit>,
    endpoint: Vec<SharedLimit>,
}

impl<'a> Limits<'a> {
    pub(super) fn new(fixture: &'a dyn Fixture) -> Self {
        Self {
            fixture,
            store: fixture.open(),
            scope: new_name(),
            gate: Vec::new(),
            endpoint: Vec::new(),
        }
    }

    pub(super) fn gate(mut self, limit: SharedLimit) -> Self {
        self.gate.push(limit);
        self
    }

    pub(super) fn endpoint(mut self, limit: SharedLimit) -> Self {
        self.endpoint.push(limit);
        self
    }

    /// The same scope.
    pub(super) fn without_limits(&self) -> Self {
        Self {
            gate: Vec::new(),
            endpoint: Vec::new(),
            ..self.clone()
        }
    }

    /// The same scope, as another process has it.
    pub(super) fn reopened(&self) -> Self {
        Self {
            store: self.fixture.open(),
            ..self.clone()
        }
    }

    /// Of the first limit of the gate.
    pub(super) fn period(&self) -> Duration {
        Duration::from_micros(self.gate[0].period_micros())
    }

    #[track_caller]
    pub(super) fn grant(&self) -> Grant {
        let wanted = Reservation {
            gate: &self.gate,
            endpoint: &self.endpoint,
        };
        good(self.store.reserve(&self.scope, &wanted))
    }

    #[track_caller]
    pub(super) fn ask(&self) -> Asked {
        let before = self.fixture.now();
        let grant = self.grant();
        let after = self.fixture.now();
        match grant {
            Grant::Slot { wait } => Asked {
                earliest: before + wait,
                latest: after + wait,
                after,
                wait,
            },
            later @ Grant::Later { .. } => panic!("no slot, but {later:?}"),
        }
    }
}

/// A slot that was given, and between which times it lies.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked {
    pub(super) earliest: Duration,
    pub(super) latest: Duration,
    /// When the store had answered.
    after: Duration,
    pub(super) wait: Duration,
}

impl Asked {
    #[track_caller]
    pub(super) fn is_due(&self) {
        assert_eq!(self.wait, Duration::ZERO, "the slot should be due at once");
    }

    /// It is the next one after `before`: not too early, nor later than it has to be.
    #[track_caller]
    pub(super) fn follows(&self, before: &Self, period: Duration) {
        assert!(
            self.latest + SLACK >= before.earliest + period,
            "{self:?} is less than {period:?} after {before:?}"
        );
        let due = self.after.max(before.latest + period);
        assert!(
            self.earliest <= due + SLACK,
            "{self:?} is more than {period:?} after {before:?}, and not due either"
        );
    }

    /// No more than `most` lie within any `window`.
    #[track_caller]
    pub(super) fn assert_limit(all: &mut [Self], most: usize, window: Duration) {
        all.sort_by_key(|asked| asked.earliest);
        for some in all.windows(most + 1) {
            let last = some.iter().map(|asked| asked.latest).max();
            let took = last.unwrap_or_default() - some[0].earliest;
            assert!(
                took + SLACK >= window,
                "{} slots lie within {took:?}, and {most} may in {window:?}",
                most + 1
            );
        }
    }
}
