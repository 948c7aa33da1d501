//! Where the time comes from, and who wakes whom when it has passed.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Weak;
use std::task::Poll;
use std::time::SystemTime;

use super::{Scope, pacer};
use crate::schedule::Time;

#[derive(Clone, Debug, Default)]
pub(crate) enum Clock {
    /// The machine's monotonic clock.
    #[default]
    System,
    /// Moved by a test.
    #[cfg(feature = "testing")]
    Manual(super::manual::ManualClock),
}

impl Clock {
    pub(crate) fn now(&self) -> Time {
        match self {
            Self::System => pacer::now(),
            #[cfg(feature = "testing")]
            Self::Manual(clock) => clock.now(),
        }
    }

    /// The time of day; only for dates that servers send and people read.
    pub(crate) fn wall(&self) -> SystemTime {
        match self {
            Self::System => SystemTime::now(),
            #[cfg(feature = "testing")]
            Self::Manual(clock) => clock.wall(),
        }
    }

    /// Has `scope` turned at the given time.
    pub(crate) fn wake_at(&self, at: Time, scope: Weak<Scope>) {
        match self {
            Self::System => pacer::wake_at(at, scope),
            #[cfg(feature = "testing")]
            Self::Manual(clock) => clock.wake_at(at, scope),
        }
    }

    /// Whether the two give the same time, so that scopes may be shared.
    pub(crate) fn identity(&self) -> usize {
        match self {
            Self::System => 0,
            #[cfg(feature = "testing")]
            Self::Manual(clock) => clock.identity(),
        }
    }

    /// The output of `work`, or `None` if `until` comes first.
    pub(crate) async fn within<F: Future>(&self, until: Time, work: F) -> Option<F::Output> {
        match self {
            Self::System => {
                let left = until.since(pacer::now());
                race(work, tokio::time::sleep(left)).await
            }
            #[cfg(feature = "testing")]
            Self::Manual(clock) => race(work, clock.sleep_until(until)).await,
        }
    }
}

async fn race<F: Future>(work: F, sleep: impl Future) -> Option<F::Output> {
    let mut work = pin!(work);
    let mut sleep = pin!(sleep);
    poll_fn(|context| {
        if let Poll::Ready(output) = work.as_mut().poll(context) {
            return Poll::Ready(Some(output));
        }
        sleep.as_mut().poll(context).map(|_| None)
    })
    .await
}
