//! The decisions, without the waiting: limits, order, backoff and verdicts.
//!
//! Everything here is pure. It takes the time as an argument and knows no
//! runtime, no transport and no wall clock, so hours are tested in
//! milliseconds. Acting on the decisions is the engine's part.

mod backoff;
mod calls;
mod circuit;
mod grant;
mod jitter;
mod lane;
mod limit;
mod limits;
mod line;
mod pace;
mod priority;
mod probe;
mod queue;
mod rate;
mod recovery;
mod retry_after;
mod retry_budget;
mod scheduler;
mod share;
mod signals;
mod terms;
mod throttle;
mod time;
mod verdict;

#[cfg(test)]
mod properties;

pub(crate) use backoff::Backoff;
pub(crate) use calls::CallId;
pub(crate) use grant::Asked;
#[cfg(feature = "store")]
pub(crate) use grant::GRACE;
#[cfg(any(test, feature = "store"))]
pub(crate) use grant::Grant;
pub use grant::StoreDown;
pub(crate) use lane::LaneId;
#[cfg(test)]
use limit::Limit;
pub(crate) use limits::Limits;
pub(crate) use pace::Start;
pub use priority::Priority;
pub use rate::Rate;
pub(crate) use retry_after::retry_after;
pub(crate) use scheduler::{Look, Scheduler, Turn, Whereabouts};
pub use signals::{
    Budget, Cloudflare, DigitalOcean, GitHub, Hetzner, Partition, Refill, ResetUnit, ResponseView,
    Said, Standard, Stripe, Unreadable, VendorProfile,
};
pub use terms::WhenFull;
pub(crate) use terms::{Action, Ending, Gate, Joining, Next, Refusal, Room, Terms};
pub(crate) use time::Time;
pub use verdict::Retry;
pub(crate) use verdict::{Answer, Judgement, Report, Verdict};
