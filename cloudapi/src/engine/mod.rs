//! The driver: it asks the scheduler, and does what the scheduler says.
//!
//! A [`Scope`] is one scheduler behind a lock, shared by all clients of one
//! base URL; the registry finds it. A [`CallCell`] is one call. Attempts run
//! as tasks on the caller's tokio runtime, so a caller's future that nobody
//! polls delays no one; slots are watched by one thread of the process, so no
//! gate dies with a runtime.

mod attempt;
mod cell;
mod clock;
#[cfg(feature = "store")]
mod desk;
#[cfg(feature = "store")]
mod errands;
#[cfg(feature = "store")]
mod ledger;
#[cfg(feature = "testing")]
pub(crate) mod manual;
mod pacer;
#[cfg(all(test, shuttle, feature = "testing"))]
mod races;
mod registry;
mod renewal;
mod scope;
#[cfg(feature = "store")]
mod sharing;
#[cfg(not(feature = "store"))]
#[path = "no_store.rs"]
mod sharing;
pub(crate) mod sync;

pub(crate) use cell::{Answered, CallCell, Handle};
pub(crate) use clock::{Clock, Sleep};
#[cfg(feature = "store")]
pub(crate) use desk::Desk;
#[cfg(feature = "store")]
pub(crate) use ledger::Ledger;
pub(crate) use registry::{JoinError, Membership, ScopeKey, join};
pub(crate) use renewal::Renewal;
pub(crate) use scope::{Claim, Concluded, Scope};
