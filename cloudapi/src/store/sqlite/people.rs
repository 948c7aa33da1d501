//! What people see of jobs, and do to them.

use std::time::Duration;

use rusqlite::types::Value;
use rusqlite::{params, params_from_iter};

use super::failure::Failure;
use super::rows::{Kept, SELECT};
use super::work::{Work, signed};
use crate::store::clock::micros;
use crate::store::{Counts, Filter, Job, JobId, JobState, Settlement, StoreError, rules};

pub(super) fn jobs(work: &Work<'_>, filter: &Filter) -> Result<Vec<Job>, Failure> {
    let mut values: Vec<Value> = vec![filter.after.unwrap_or(i64::MIN).into()];
    // The first place is nobody's, so nothing is left out.
    let mut select = format!("{SELECT} WHERE place > ?");
    if let Some(queue) = &filter.queue {
        select.push_str(" AND queue = ?");
        values.push(queue.clone().into());
    }
    if !filter.states.is_empty() {
        let words: Vec<_> = filter.states.iter().map(|_| "?").collect();
        select.push_str(&format!(" AND state IN ({})", words.join(", ")));
        let words = filter.states.iter().map(|state| state.word().to_owned());
        values.extend(words.map(Value::from));
    }
    select.push_str(" ORDER BY place");
    if filter.maximum > 0 {
        select.push_str(" LIMIT ?");
        values.push(i64::try_from(filter.maximum).unwrap_or(i64::MAX).into());
    }
    let mut select = work.prepare(&select)?;
    let read = select.query_map(params_from_iter(values), |row| Kept::read(row, work.moment))?;
    let jobs = read.map(|kept| kept.map(|kept| kept.job));
    Ok(jobs.collect::<Result<_, _>>()?)
}

pub(super) fn counts(work: &Work<'_>, queue: Option<&str>) -> Result<Counts, Failure> {
    let count = "SELECT state, count(*) FROM jobs WHERE ?1 IS NULL OR queue = ?1 GROUP BY state";
    let of_queue = "SELECT state, count(*) FROM jobs WHERE queue = ?1 GROUP BY state";
    let count = if queue.is_some() { of_queue } else { count };
    let mut count = work.prepare_cached(count)?;
    let mut rows = count.query([queue])?;
    let mut counts = Counts::default();
    while let Some(row) = rows.next()? {
        let word: String = row.get(0)?;
        if let Some(state) = JobState::from_word(&word) {
            counts.add(state, super::work::unsigned(row.get(1)?));
        }
    }
    Ok(counts)
}

pub(super) fn retry(work: &mut Work<'_>, id: JobId) -> Result<(), Failure> {
    let mut kept = Kept::get(work, id)?;
    if !rules::can_be_retried(kept.job.state) {
        return Err(StoreError::wrong_state(id, kept.job.state, rules::RETRIABLE).into());
    }
    kept.afresh(work)
}

pub(super) fn cancel(work: &Work<'_>, id: JobId) -> Result<JobState, Failure> {
    let mut kept = Kept::get(work, id)?;
    let found = kept.job.state;
    if found.is_over() {
        return Err(StoreError::wrong_state(id, found, rules::CANCELLABLE).into());
    }
    if found.is_leased() {
        let row = "UPDATE jobs SET cancel_requested = 1 WHERE number = ?1";
        work.prepare_cached(row)?.execute([kept.number])?;
    } else {
        kept.end(work, JobState::Cancelled, None)?;
    }
    Ok(found)
}

pub(super) fn settle(
    work: &mut Work<'_>,
    id: JobId,
    settlement: &Settlement,
) -> Result<(), Failure> {
    let mut kept = Kept::get(work, id)?;
    if !rules::can_be_settled(kept.job.state) {
        return Err(StoreError::wrong_state(id, kept.job.state, rules::SETTLEABLE).into());
    }
    match settlement {
        Settlement::Done { result, reason } => {
            kept.keep_result(work, result.as_deref())?;
            kept.end(work, JobState::Done, Some(reason.clone()))
        }
        Settlement::Failed { reason } => {
            kept.keep_result(work, None)?;
            kept.end(work, JobState::Failed, Some(reason.clone()))
        }
        Settlement::Again => kept.afresh(work),
    }
}

pub(super) fn purge(
    work: &mut Work<'_>,
    queue: Option<&str>,
    over_for: Duration,
) -> Result<u64, Failure> {
    let over_for = u64::try_from(over_for.as_micros()).unwrap_or(u64::MAX);
    // A clock that was set back makes nothing younger than new.
    let now = micros(work.moment.wall);
    let row = "
        DELETE FROM jobs
        WHERE state IN ('done', 'failed', 'cancelled')
            AND (?1 IS NULL OR queue = ?1)
            AND max(?2 - changed_us, 0) >= ?3";
    let purged =
        work.prepare_cached(row)?
            .execute(params![queue, signed(now), signed(over_for)])?;
    work.changed = purged > 0;
    Ok(purged as u64)
}
