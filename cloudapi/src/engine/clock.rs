//! Where the time comes from, and who wakes whom when it has passed.

use std::future::{Future, poll_fn};
use std::hash::{BuildHasher as _, RandomState};
use std::pin::{Pin, pin};
use std::sync::Weak;
use std::task::{Context, Poll};
use std::time::SystemTime;

use tokio::runtime::Handle;

use super::{Scope, pacer};
use crate::body::FileIo;
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

    /// Where work on files is done. A simulation waits for nothing but its own
    /// time, so there it is done at once.
    pub(crate) fn file_io(&self, runtime: Option<&Handle>) -> FileIo {
        match (self, runtime) {
            (Self::System, Some(runtime)) => FileIo::Pool(runtime.clone()),
            _ => FileIo::Here,
        }
    }

    #[cfg(all(feature = "blocking", feature = "testing"))]
    pub(crate) fn simulation(&self) -> Option<crate::testing::Simulation> {
        match self {
            Self::System => None,
            Self::Manual(clock) => Some(crate::testing::Simulation::of(clock)),
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

    /// Sees to it that the turns that were asked for come, in a process that was forked
    /// since too.
    pub(super) fn watch_on(&self) {
        if matches!(self, Self::System) {
            pacer::watch_on();
        }
    }

    /// Something that differs from scope to scope, and in a simulation from run to
    /// run in nothing.
    pub(crate) fn seed(&self) -> u64 {
        match self {
            Self::System => RandomState::new().hash_one(()),
            #[cfg(feature = "testing")]
            Self::Manual(clock) => clock.seed(),
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

    /// The output of `work`, or `None` if `until` comes first. It takes a
    /// reference, since a future that is handed on by value is copied, and
    /// takes its room twice.
    pub(crate) async fn within<F: Future>(
        &self,
        until: Time,
        mut work: Pin<&mut F>,
    ) -> Option<F::Output> {
        match self {
            Self::System => {
                let mut sleep = pin!(tokio::time::sleep_until(pacer::instant(until).into()));
                poll_fn(|context| race(&mut work, &mut sleep, context)).await
            }
            #[cfg(feature = "testing")]
            Self::Manual(clock) => {
                let mut sleep = pin!(clock.sleep_until(until));
                poll_fn(|context| race(&mut work, &mut sleep, context)).await
            }
        }
    }

    /// A wait that can be kept; on the time of this runtime, whatever polls it.
    pub(crate) fn sleep(&self, until: Time, runtime: Option<&Handle>) -> Sleep {
        match self {
            Self::System => {
                let _runtime = runtime.map(Handle::enter);
                let sleep = tokio::time::sleep_until(pacer::instant(until).into());
                Sleep::System(Box::pin(sleep))
            }
            #[cfg(feature = "testing")]
            Self::Manual(clock) => Sleep::Manual(clock.sleep_until(until)),
        }
    }

    /// Waits.
    pub(crate) async fn sleep_until(&self, until: Time) {
        let never = pin!(std::future::pending::<()>());
        let _none = self.within(until, never).await;
    }
}

/// Ready once the time has come.
#[derive(Debug)]
pub(crate) enum Sleep {
    System(Pin<Box<tokio::time::Sleep>>),
    #[cfg(feature = "testing")]
    Manual(super::manual::Sleep),
}

impl Future for Sleep {
    type Output = ();

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        match self.get_mut() {
            Self::System(sleep) => sleep.as_mut().poll(context),
            #[cfg(feature = "testing")]
            Self::Manual(sleep) => Pin::new(sleep).poll(context),
        }
    }
}

fn race<F: Future, S: Future>(
    work: &mut Pin<&mut F>,
    sleep: &mut Pin<&mut S>,
    context: &mut Context<'_>,
) -> Poll<Option<F::Output>> {
    if let Poll::Ready(output) = work.as_mut().poll(context) {
        return Poll::Ready(Some(output));
    }
    sleep.as_mut().poll(context).map(|_| None)
}
