//! What stands for the sharing of limits without the feature `store`: nothing.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use super::Clock;
use super::scope::{Claim, Scope, State};
use crate::schedule::{Asked, StoreDown, Time};
use crate::watch::StoreOutage;

#[derive(Debug)]
pub(super) struct Sharing;

impl Sharing {
    pub(super) const fn new(_: &Claim, _: &Clock) -> Self {
        Self
    }

    pub(super) const fn down(_: &Claim) -> Option<StoreDown> {
        None
    }

    pub(super) const fn close(&mut self, _: Duration) {}

    pub(super) const fn take_closing(&mut self) -> Option<Duration> {
        None
    }

    pub(super) const fn outage(&self, since: SystemTime, meanwhile: StoreDown) -> StoreOutage {
        StoreOutage {
            since,
            error: String::new(),
            meanwhile,
        }
    }
}

impl Scope {
    pub(super) const fn ask(self: &Arc<Self>, _: Asked) {}

    pub(super) const fn tell_closed(self: &Arc<Self>, _: Duration) {}
}

impl State {
    pub(super) const fn tell_of_store(&mut self, _: Time) {}
}
