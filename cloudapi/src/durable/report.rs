//! What a worker has done.

use std::fmt;

use crate::store::JobState;

/// What a [worker](crate::Worker) has done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct WorkReport {
    /// Calls that got their answer.
    pub done: usize,
    /// Calls that ended with an error, which is kept.
    pub failed: usize,
    /// Calls that may or may not have taken effect. Those that
    /// [`on_unknown`](crate::Worker::on_unknown) settled are counted as what they became.
    pub unknown: usize,
    /// Calls that this program can make nothing of.
    pub parked: usize,
    /// Calls that were cancelled while the worker had them.
    pub cancelled: usize,
    /// How often a call went back into the store's queue: after failures, or untouched.
    pub put_back: usize,
    /// How often a call was no longer the worker's when it had done with it, since its
    /// lease had run out, or the worker had a bug.
    pub lost: usize,
}

/// What becomes of a job with a worker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    As(JobState),
    PutBack,
    /// It was put back, and nothing was done.
    Untouched,
    Lost,
}

impl WorkReport {
    pub(super) const fn count(&mut self, ended: Ended) {
        let counter = match ended {
            Ended::As(JobState::Done) => &mut self.done,
            Ended::As(JobState::Failed) => &mut self.failed,
            Ended::As(JobState::Unknown) => &mut self.unknown,
            Ended::As(JobState::Parked) => &mut self.parked,
            Ended::As(JobState::Cancelled) => &mut self.cancelled,
            Ended::As(_) | Ended::PutBack | Ended::Untouched => &mut self.put_back,
            Ended::Lost => &mut self.lost,
        };
        *counter += 1;
    }
}

impl fmt::Display for WorkReport {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            done,
            failed,
            unknown,
            parked,
            cancelled,
            put_back,
            lost,
        } = self;
        write!(
            formatter,
            "{done} done, {failed} failed, {unknown} of unknown outcome, {parked} parked, \
             {cancelled} cancelled, {put_back} put back, {lost} lost"
        )
    }
}
