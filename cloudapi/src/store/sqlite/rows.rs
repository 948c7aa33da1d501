//! Jobs as they stand in the table.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rusqlite::types::{FromSqlError, Type};
use rusqlite::{OptionalExtension as _, Row, params};

use super::failure::Failure;
use super::work::{Work, signed};
use crate::schedule::Priority;
use crate::store::clock::{Moment, micros};
use crate::store::{Job, JobId, JobState, NewJob, StoreError};

/// All that [`Kept::read`] reads.
pub(super) const SELECT: &str = "
    SELECT number, id, place, queue, state, endpoint, summary, repeatable, priority,
           deadline_us, attempts, failed_attempts, crashes, cancel_requested, worker,
           lease_number, lease_until_us, not_before_us, reason, created_us, changed_us,
           request, result
    FROM jobs JOIN requests USING (number) LEFT JOIN results USING (number)";

/// A job, and what is the store's own of it.
#[derive(Debug)]
pub(super) struct Kept {
    pub(super) number: i64,
    pub(super) job: Job,
    pub(super) lease_number: Option<i64>,
    pub(super) lease_until: Option<i64>,
}

impl Kept {
    pub(super) fn read(row: &Row<'_>, moment: Moment) -> Result<Self, rusqlite::Error> {
        let text = |name| row.get::<_, String>(name);
        let new = NewJob {
            id: parsed(&text("id")?, |id| id.parse().ok())?,
            queue: text("queue")?,
            endpoint: text("endpoint")?,
            summary: text("summary")?,
            request: row.get("request")?,
            repeatable: row.get("repeatable")?,
            priority: parsed(&text("priority")?, priority)?,
            deadline: row.get::<_, Option<i64>>("deadline_us")?.map(time),
        };
        let lease_until: Option<i64> = row.get("lease_until_us")?;
        let not_before: Option<i64> = row.get("not_before_us")?;
        let steady = |at: i64| u64::try_from(at).unwrap_or(0);
        let mut job = Job::new(new, row.get("place")?, time(row.get("created_us")?));
        job.state = parsed(&text("state")?, JobState::from_word)?;
        job.attempts = row.get("attempts")?;
        job.failed_attempts = row.get("failed_attempts")?;
        job.crashes = row.get("crashes")?;
        job.cancel_requested = row.get("cancel_requested")?;
        job.worker = row.get("worker")?;
        job.lease_left = lease_until.map(|until| moment.until(steady(until)));
        job.result = row.get("result")?;
        job.reason = row.get("reason")?;
        job.changed = time(row.get("changed_us")?);
        job.not_before = not_before.map(|at| moment.shown(steady(at)));
        Ok(Self {
            number: row.get("number")?,
            job,
            lease_number: row.get("lease_number")?,
            lease_until,
        })
    }

    pub(super) fn find(work: &Work<'_>, id: JobId) -> Result<Option<Self>, Failure> {
        let mut row = work.prepare_cached(&format!("{SELECT} WHERE id = ?1"))?;
        let kept = row.query_row([id.to_string()], |row| Self::read(row, work.moment));
        Ok(kept.optional()?)
    }

    pub(super) fn get(work: &Work<'_>, id: JobId) -> Result<Self, Failure> {
        Self::find(work, id)?.ok_or_else(|| StoreError::not_found(id).into())
    }

    /// Waits at the back of its queue.
    pub(super) fn at_the_back(&mut self, work: &mut Work<'_>) {
        self.job.place = work.place(&self.job.new);
    }

    /// Takes down where the job is, its counts and its reason, and that this has changed.
    /// Only a job that a worker has keeps its lease.
    pub(super) fn keep(&self, work: &Work<'_>, not_before: Option<u64>) -> Result<(), Failure> {
        let job = &self.job;
        let leased = job.state.is_leased();
        let row = "
            UPDATE jobs SET place = ?2, state = ?3, attempts = ?4, failed_attempts = ?5,
                crashes = ?6, cancel_requested = ?7, worker = ?8, lease_number = ?9,
                lease_until_us = ?10, not_before_us = ?11, reason = ?12, changed_us = ?13
            WHERE number = ?1";
        work.prepare_cached(row)?.execute(params![
            self.number,
            job.place,
            job.state.word(),
            job.attempts,
            job.failed_attempts,
            job.crashes,
            job.cancel_requested,
            job.worker,
            self.lease_number.filter(|_| leased),
            self.lease_until.filter(|_| leased),
            not_before.map(signed),
            job.reason,
            signed(micros(work.moment.wall)),
        ])?;
        Ok(())
    }

    /// What is kept as the result from now on.
    pub(super) fn keep_result(
        &self,
        work: &Work<'_>,
        result: Option<&[u8]>,
    ) -> Result<(), Failure> {
        match result {
            Some(result) => {
                let row = "INSERT OR REPLACE INTO results VALUES (?1, ?2)";
                work.prepare_cached(row)?.execute((self.number, result))?;
            }
            None => {
                let row = "DELETE FROM results WHERE number = ?1";
                work.prepare_cached(row)?.execute([self.number])?;
            }
        }
        Ok(())
    }

    /// The job is over, or waits for a person.
    pub(super) fn end(
        &mut self,
        work: &Work<'_>,
        state: JobState,
        reason: Option<String>,
    ) -> Result<(), Failure> {
        self.job.state = state;
        self.job.reason = reason;
        self.job.cancel_requested = false;
        self.keep(work, None)
    }

    /// As if it had just been put.
    pub(super) fn afresh(&mut self, work: &mut Work<'_>) -> Result<(), Failure> {
        let new = self.job.new.clone();
        self.job = Job::new(new, self.job.place, self.job.created);
        self.at_the_back(work);
        self.keep_result(work, None)?;
        self.keep(work, None)
    }
}

pub(super) const fn priority_word(priority: Priority) -> &'static str {
    match priority {
        Priority::High => "high",
        Priority::Normal => "normal",
        Priority::Low => "low",
    }
}

fn priority(word: &str) -> Option<Priority> {
    let all = [Priority::High, Priority::Normal, Priority::Low];
    all.into_iter().find(|one| priority_word(*one) == word)
}

/// A text that stands for something, or a file that somebody else has written to.
fn parsed<T>(text: &str, read: impl FnOnce(&str) -> Option<T>) -> Result<T, rusqlite::Error> {
    read(text).ok_or_else(|| {
        let error = FromSqlError::Other(format!("`{text}` means nothing").into());
        rusqlite::Error::FromSqlConversionFailure(0, Type::Text, Box::new(error))
    })
}

fn time(micros: i64) -> SystemTime {
    let from_1970 = Duration::from_micros(micros.unsigned_abs());
    let time = if micros < 0 {
        UNIX_EPOCH.checked_sub(from_1970)
    } else {
        UNIX_EPOCH.checked_add(from_1970)
    };
    time.unwrap_or(UNIX_EPOCH)
}
