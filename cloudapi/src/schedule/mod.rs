//! The decisions, without the waiting: limits, order, backoff and verdicts.
//!
//! Everything here is pure. It takes the time as an argument and knows no
//! runtime, no transport and no wall clock, so hours are tested in
//! milliseconds. Acting on the decisions is the engine's part.

mod backoff;
mod calls;
mod limit;
mod line;
mod retry_after;
mod scheduler;
mod terms;
mod throttle;
mod time;
mod verdict;

#[cfg(test)]
mod properties;

pub(crate) use backoff::Backoff;
pub(crate) use calls::CallId;
pub(crate) use limit::Limit;
pub(crate) use retry_after::retry_after;
pub(crate) use scheduler::{Look, Scheduler, Whereabouts};
pub(crate) use terms::{Action, Ending, Gate, Next, Refusal, Terms};
pub(crate) use time::Time;
pub use verdict::Retry;
pub(crate) use verdict::{Answer, Judgement, Verdict};
