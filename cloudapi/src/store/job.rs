//! A durable call as a store keeps it.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use uuid::Uuid;

use crate::schedule::Priority;

/// Names a durable call, for good and everywhere: 32 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JobId(u128);

impl JobId {
    /// A new one, at random (a UUID of version 4).
    #[must_use]
    pub fn random() -> Self {
        Self(Uuid::new_v4().as_u128())
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl fmt::Debug for JobId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

/// A text that names no job.
#[derive(Clone, PartialEq, Eq)]
pub struct ParseJobIdError(String);

impl fmt::Debug for ParseJobIdError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl fmt::Display for ParseJobIdError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "`{}` is not the name of a job, which is 32 hexadecimal digits",
            self.0
        )
    }
}

impl std::error::Error for ParseJobIdError {}

impl FromStr for JobId {
    type Err = ParseJobIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let is_hex = text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let number = is_hex.then(|| u128::from_str_radix(text, 16).ok());
        match number.flatten() {
            Some(number) => Ok(Self(number)),
            None => Err(ParseJobIdError(text.chars().take(64).collect())),
        }
    }
}

/// Where a durable call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum JobState {
    /// It waits for a worker.
    Waiting,
    /// A worker has it; nothing of it is under way.
    Claimed,
    /// A worker has sent it, and waits for the answer.
    Sent,
    /// It ended with an answer, which is kept for a while.
    Done,
    /// It ended with an error, which is kept for a while.
    Failed,
    /// It may or may not have taken effect, and must not be repeated. A person, or a
    /// callback of the worker, has to settle it.
    Unknown,
    /// No worker can make anything of it; the reason says why.
    Parked,
    /// It was cancelled.
    Cancelled,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Claimed,
        Self::Sent,
        Self::Done,
        Self::Failed,
        Self::Unknown,
        Self::Parked,
        Self::Cancelled,
    ];

    /// The word for it: `waiting`, `claimed`, ..
    #[must_use]
    pub const fn word(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Claimed => "claimed",
            Self::Sent => "sent",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Parked => "parked",
            Self::Cancelled => "cancelled",
        }
    }

    /// The state that a word stands for.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.word() == word)
    }

    /// A worker has it.
    #[must_use]
    pub const fn is_leased(self) -> bool {
        matches!(self, Self::Claimed | Self::Sent)
    }

    /// It needs nobody any more: done, failed or cancelled.
    #[must_use]
    pub const fn is_over(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// A durable call that is to be taken in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewJob {
    /// Its name. A job that is put twice is one job.
    pub id: JobId,
    /// Where it waits.
    pub queue: String,
    /// The endpoint that made it and reads its answer.
    pub endpoint: String,
    /// For people: method and path template.
    pub summary: String,
    /// The request, as the endpoint's client reads it; without credentials.
    pub request: Vec<u8>,
    /// Whether sending it again does no harm.
    pub repeatable: bool,
    /// How many places it goes ahead.
    pub priority: Priority,
    /// From then on it is not sent any more.
    pub deadline: Option<SystemTime>,
}

impl NewJob {
    /// The [`place`](Job::place) of the job if it is the `number`th that came to its
    /// store, counted from 1. No two numbers come to one place, whatever the priorities,
    /// so that a list can go on behind any job.
    ///
    /// An urgent job overtakes a thousand usual ones, or ten thousand that have time, and
    /// then no more.
    #[must_use]
    pub const fn place(&self, number: i64) -> i64 {
        let (behind, step) = match self.priority {
            Priority::High => (0, 0),
            Priority::Normal => (1_000, 1),
            Priority::Low => (10_000, 2),
        };
        number.saturating_add(behind).saturating_mul(3) + step
    }
}

/// A durable call as it is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Job {
    /// What was put.
    pub new: NewJob,
    /// Where it is.
    pub state: JobState,
    /// The order in its queue; smaller is earlier. No other job of the store has the
    /// same: see [`NewJob::place`].
    pub place: i64,
    /// How often it was sent, by all workers, since it was put or retried.
    pub attempts: u32,
    /// How often it went to the back of the queue after failures.
    pub failed_attempts: u32,
    /// How often in a row it was taken back from a worker that ended without a word while
    /// a request was under way. An attempt that comes back begins the count anew.
    pub crashes: u32,
    /// Somebody wants it cancelled, and a worker has it.
    pub cancel_requested: bool,
    /// The worker that has it, or had it last.
    pub worker: Option<String>,
    /// How long that worker's lease still holds.
    pub lease_left: Option<Duration>,
    /// The answer or the error, as the endpoint's client reads it.
    pub result: Option<Vec<u8>>,
    /// Why it is in its state, for people.
    pub reason: Option<String>,
    /// When it was put.
    pub created: SystemTime,
    /// When its state changed last.
    pub changed: SystemTime,
    /// Before then no worker gets it.
    pub not_before: Option<SystemTime>,
}

impl Job {
    /// A job as a store keeps it, just put.
    #[must_use]
    pub fn new(new: NewJob, place: i64, now: SystemTime) -> Self {
        Self {
            new,
            state: JobState::Waiting,
            place,
            attempts: 0,
            failed_attempts: 0,
            crashes: 0,
            cancel_requested: false,
            worker: None,
            lease_left: None,
            result: None,
            reason: None,
            created: now,
            changed: now,
            not_before: None,
        }
    }
}

/// The right of one worker to a job.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Lease {
    /// The job.
    pub job: JobId,
    /// Its queue.
    pub queue: String,
    /// Who has it.
    pub worker: String,
    /// Differs from that of every other lease on the job, so that a worker that was
    /// away for too long cannot write over what the next one does.
    pub number: u64,
}

/// A job that a worker has got.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claimed {
    /// The job.
    pub job: Job,
    /// The right to it.
    pub lease: Lease,
}

/// What a heartbeat brings back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pulse {
    /// Somebody wants the job cancelled.
    pub cancel_requested: bool,
}

/// How a job ends with its worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    /// [`Done`](JobState::Done), [`Failed`](JobState::Failed),
    /// [`Unknown`](JobState::Unknown), [`Parked`](JobState::Parked) or
    /// [`Cancelled`](JobState::Cancelled).
    pub state: JobState,
    /// The answer or the error, as the endpoint's client reads it.
    pub result: Option<Vec<u8>>,
    /// Why, for people.
    pub reason: Option<String>,
}

/// How a worker gives a job back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Back {
    /// It failed: to the back of the queue. Counts a failed attempt.
    Failed {
        /// No worker gets it before so much time has passed.
        not_before: Duration,
    },
    /// Nothing was done: at its place.
    Untouched {
        /// No worker gets it before so much time has passed.
        not_before: Duration,
    },
}

impl Back {
    /// How long no worker gets it.
    #[must_use]
    pub const fn not_before(&self) -> Duration {
        match self {
            Self::Failed { not_before } | Self::Untouched { not_before } => *not_before,
        }
    }
}

/// A job that was taken back, and what has become of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reclaimed {
    /// The job.
    pub id: JobId,
    /// [`Waiting`](JobState::Waiting), [`Unknown`](JobState::Unknown),
    /// [`Parked`](JobState::Parked) or, if that was wanted,
    /// [`Cancelled`](JobState::Cancelled).
    pub state: JobState,
}

/// What became of a job whose outcome was not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It had taken effect.
    Done {
        /// The answer, if somebody has it.
        result: Option<Vec<u8>>,
        /// How that is known, for people.
        reason: String,
    },
    /// It had not, and shall not.
    Failed {
        /// How that is known, for people.
        reason: String,
    },
    /// It had not, and shall be sent: at the back of the queue.
    Again,
}

/// Which jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Of this queue only.
    pub queue: Option<String>,
    /// In one of these states only; in any, if there are none.
    pub states: Vec<JobState>,
    /// Behind this place only, to go on where a list ended.
    pub after: Option<i64>,
    /// At most so many; 0 is no maximum.
    pub maximum: usize,
}

impl Filter {
    /// Whether a job is one of them, but for the maximum.
    #[must_use]
    pub fn takes(&self, job: &Job) -> bool {
        self.queue
            .as_ref()
            .is_none_or(|queue| *queue == job.new.queue)
            && (self.states.is_empty() || self.states.contains(&job.state))
            && self.after.is_none_or(|after| job.place > after)
    }
}

/// How many jobs there are of each state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts([u64; JobState::ALL.len()]);

impl Counts {
    /// How many there are of this state.
    #[must_use]
    pub const fn of(&self, state: JobState) -> u64 {
        self.0[state as usize]
    }

    /// There are so many more of this state.
    pub const fn add(&mut self, state: JobState, more: u64) {
        self.0[state as usize] += more;
    }

    /// How many there are in all.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.0.iter().sum()
    }

    /// How many are not over, nor wait for a person: those that a worker still has to
    /// do with.
    #[must_use]
    pub const fn open(&self) -> u64 {
        self.of(JobState::Waiting) + self.of(JobState::Claimed) + self.of(JobState::Sent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_reads_back() {
        let id = JobId::random();
        assert_eq!(id.to_string().parse(), Ok(id));
        assert_eq!(JobId(7).to_string(), format!("{:0>32}", 7));
        for text in ["", "7", &"g".repeat(32), &format!("+{}", "0".repeat(31))] {
            let error = text.parse::<JobId>().unwrap_err();
            assert!(error.to_string().contains("32 hexadecimal"), "{error}");
        }
    }

    #[test]
    fn every_state_has_a_word_of_its_own() {
        for (index, state) in JobState::ALL.into_iter().enumerate() {
            assert_eq!(JobState::from_word(state.word()), Some(state));
            assert_eq!(state as usize, index);
        }
        assert_eq!(JobState::from_word("gone"), None);
    }
}
