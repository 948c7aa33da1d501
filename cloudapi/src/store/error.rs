//! What a store can fail with.

use std::error::Error;
use std::fmt;

use crate::outcome::BoxError;

/// What kind of failure of a store it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum StoreErrorKind {
    /// It cannot be reached, or is busy for longer than was waited. It may help to try
    /// again.
    Unavailable,
    /// There is no room left. Nothing that is stored is lost.
    Full,
    /// What is there is not a store of ours, is one of a newer version, or is damaged.
    /// It has not been touched.
    Unusable,
    /// The job is not, or no longer, this worker's.
    LeaseLost,
    /// There is no such job.
    NotFound,
    /// The job is not in a state in which that can be done.
    WrongState,
    /// The store refuses for a reason that asking again does not change.
    Refused,
}

/// A store has failed: what it was, where, and what to do about it.
pub struct StoreError {
    kind: StoreErrorKind,
    message: String,
    source: Option<BoxError>,
}

impl StoreError {
    /// A failure. The message has the place (a path, a host; no password) and, where it
    /// is known, what to do.
    #[must_use]
    pub fn new(kind: StoreErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            source: None,
        }
    }

    /// With what it came from.
    #[must_use]
    pub fn caused_by(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// What kind of failure it is.
    #[must_use]
    pub const fn kind(&self) -> StoreErrorKind {
        self.kind
    }

    pub(crate) fn not_found(id: super::JobId) -> Self {
        Self::new(
            StoreErrorKind::NotFound,
            format!("there is no job {id}; it may have been purged"),
        )
    }

    pub(crate) fn lease_lost(lease: &super::Lease) -> Self {
        Self::new(
            StoreErrorKind::LeaseLost,
            format!(
                "the lease of `{}` on job {} has ended",
                lease.worker, lease.job
            ),
        )
    }

    pub(crate) fn no_end(id: super::JobId, state: super::JobState) -> Self {
        Self::new(
            StoreErrorKind::Refused,
            format!("job {id} cannot end as {state}"),
        )
    }

    pub(crate) fn wrong_state(id: super::JobId, state: super::JobState, rule: &str) -> Self {
        Self::new(
            StoreErrorKind::WrongState,
            format!("job {id} is {state}, and only one that is {rule}"),
        )
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.source {
            Some(source) => write!(formatter, ": {source}"),
            None => Ok(()),
        }
    }
}

/// What [`Display`](fmt::Display) says: this is what a `main` that returns the error
/// prints.
impl fmt::Debug for StoreError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_ref().map(|source| &**source as _)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{JobId, JobState, rules};

    #[test]
    fn what_a_main_prints_is_for_people() {
        let error = StoreError::new(StoreErrorKind::Unavailable, "`calls.db` cannot be made")
            .caused_by("no such directory");
        assert_eq!(
            format!("{error:?}"),
            "`calls.db` cannot be made: no such directory"
        );
    }

    #[test]
    fn what_cannot_be_done_to_a_job_is_said() {
        let id = JobId::random();
        let error = StoreError::wrong_state(id, JobState::Failed, rules::SETTLEABLE);
        assert_eq!(
            error.to_string(),
            format!("job {id} is failed, and only one that is unknown or parked can be settled")
        );
    }
}
