//! What is alike in all stores: which state may follow which, and what is said of it.

use super::JobState;

/// Which can be retried, and so on, in an error's words.
pub(crate) const RETRIABLE: &str = "failed, unknown, parked or cancelled can be retried";
pub(crate) const CANCELLABLE: &str = "not over can be cancelled";
pub(crate) const SETTLEABLE: &str = "unknown or parked can be settled";

pub(crate) const fn can_be_retried(state: JobState) -> bool {
    matches!(
        state,
        JobState::Failed | JobState::Unknown | JobState::Parked | JobState::Cancelled
    )
}

pub(crate) const fn can_be_settled(state: JobState) -> bool {
    matches!(state, JobState::Unknown | JobState::Parked)
}

/// Whether a worker can end a job so.
pub(crate) const fn is_an_end(state: JobState) -> bool {
    !matches!(
        state,
        JobState::Waiting | JobState::Claimed | JobState::Sent
    )
}

/// Of a job that was under way when its worker ended.
pub(crate) fn unknown() -> String {
    "its worker ended while the request was under way; it may or may not have taken effect"
        .to_owned()
}

/// Of a job that ends workers.
pub(crate) fn crashed(times: u32) -> String {
    format!("its worker ended without a word {times} times in a row while it sent this job")
}
