//! What workers do with jobs.

use std::path::Path;
use std::time::Duration;

use rusqlite::{OptionalExtension as _, params};

use super::failure::Failure;
use super::rows::{Kept, SELECT, priority_word};
use super::work::{Work, signed, unsigned};
use crate::store::clock::micros;
use crate::store::{
    Back, Claimed, Finish, JobState, Lease, MAXIMUM_CRASHES, NewJob, Pulse, Reclaimed, StoreError,
    StoreErrorKind, rules,
};

/// The greatest size of the file and its path.
pub(super) type Room<'a> = (Option<u64>, &'a Path);

pub(super) fn put(work: &mut Work<'_>, job: &NewJob, room: Room<'_>) -> Result<(), Failure> {
    let id = job.id.to_string();
    let mut known = work.prepare_cached("SELECT 1 FROM jobs WHERE id = ?1")?;
    if known.exists([&id])? {
        drop(known);
        work.changed = false;
        return Ok(());
    }
    drop(known);
    has_room(work, job, room)?;
    let place = work.place(job);
    let row = "
        INSERT INTO jobs (id, place, queue, state, endpoint, summary, repeatable, priority,
                          deadline_us, created_us, changed_us)
        VALUES (?1, ?2, ?3, 'waiting', ?4, ?5, ?6, ?7, ?8, ?9, ?9)";
    work.prepare_cached(row)?.execute(params![
        id,
        place,
        job.queue,
        job.endpoint,
        job.summary,
        job.repeatable,
        priority_word(job.priority),
        job.deadline.map(micros).map(signed),
        signed(micros(work.moment.wall)),
    ])?;
    let row = "INSERT INTO requests VALUES (?1, ?2)";
    let number = work.last_insert_rowid();
    work.prepare_cached(row)?.execute((number, &job.request))?;
    Ok(())
}

/// Only what comes anew is refused: what is there has to be worked off, and that needs a
/// little room too.
fn has_room(work: &Work<'_>, job: &NewJob, (maximum, path): Room<'_>) -> Result<(), Failure> {
    let Some(maximum) = maximum else {
        return Ok(());
    };
    let number = |pragma| {
        let mut pragma = work.prepare_cached(pragma)?;
        let number = pragma.query_row([], |row| row.get(0))?;
        Ok::<_, Failure>(unsigned(number))
    };
    let used = number("PRAGMA page_count")?.saturating_sub(number("PRAGMA freelist_count")?);
    let used = used.saturating_mul(number("PRAGMA page_size")?);
    if used.saturating_add(job.request.len() as u64) < maximum {
        return Ok(());
    }
    let message = format!(
        "`{}` has reached its `maximum_size` of {maximum} bytes: purge jobs that are over, or \
         raise it",
        path.display()
    );
    Err(StoreError::new(StoreErrorKind::Full, message).into())
}

pub(super) fn claim(
    work: &mut Work<'_>,
    queue: &str,
    worker: &str,
    lease: Duration,
) -> Result<Option<Claimed>, Failure> {
    let moment = work.moment;
    let first = format!(
        "{SELECT} WHERE number = (
            SELECT number FROM jobs
            WHERE queue = ?1 AND state = 'waiting'
                AND (not_before_us IS NULL OR not_before_us <= ?2)
            ORDER BY place LIMIT 1)"
    );
    let kept = work
        .prepare_cached(&first)?
        .query_row((queue, signed(moment.now)), |row| Kept::read(row, moment))
        .optional()?;
    let Some(mut kept) = kept else {
        work.changed = false;
        return Ok(None);
    };
    let number = work.lease_number();
    let until = moment.after(lease);
    kept.job.state = JobState::Claimed;
    kept.job.worker = Some(worker.to_owned());
    kept.lease_number = Some(number);
    kept.lease_until = Some(signed(until));
    kept.keep(work, None)?;
    kept.job.not_before = None;
    kept.job.lease_left = Some(moment.until(until));
    kept.job.changed = moment.wall;
    Ok(Some(Claimed {
        lease: Lease {
            job: kept.job.new.id,
            queue: queue.to_owned(),
            worker: worker.to_owned(),
            number: unsigned(number),
        },
        job: kept.job,
    }))
}

/// Runs a statement on the job of a lease that is in force. Its parameters are the id,
/// the number of the lease, now, and the last one.
fn on_lease(work: &Work<'_>, lease: &Lease, change: &str, value: i64) -> Result<(), Failure> {
    let change = format!(
        "UPDATE jobs SET {change}
         WHERE id = ?1 AND lease_number = ?2 AND lease_until_us > ?3"
    );
    let (number, now) = (signed(lease.number), signed(work.moment.now));
    let changed =
        work.prepare_cached(&change)?
            .execute((lease.job.to_string(), number, now, value))?;
    match changed {
        0 => Err(StoreError::lease_lost(lease).into()),
        _ => Ok(()),
    }
}

/// The job of a lease that is in force.
fn leased(work: &Work<'_>, lease: &Lease) -> Result<Kept, Failure> {
    let row = format!("{SELECT} WHERE id = ?1 AND lease_number = ?2 AND lease_until_us > ?3");
    let of = (
        lease.job.to_string(),
        signed(lease.number),
        signed(work.moment.now),
    );
    let kept = work
        .prepare_cached(&row)?
        .query_row(of, |row| Kept::read(row, work.moment))
        .optional()?;
    kept.ok_or_else(|| StoreError::lease_lost(lease).into())
}

pub(super) fn mark_sent(work: &Work<'_>, lease: &Lease) -> Result<(), Failure> {
    let change = "state = 'sent', attempts = min(attempts + 1, 4294967295), changed_us = ?4";
    on_lease(work, lease, change, signed(micros(work.moment.wall)))
}

pub(super) fn mark_answered(work: &Work<'_>, lease: &Lease) -> Result<(), Failure> {
    let change = "state = 'claimed', crashes = 0, changed_us = ?4";
    on_lease(work, lease, change, signed(micros(work.moment.wall)))
}

pub(super) fn heartbeat(
    work: &Work<'_>,
    lease: &Lease,
    duration: Duration,
) -> Result<Pulse, Failure> {
    let until = signed(work.moment.after(duration));
    on_lease(work, lease, "lease_until_us = ?4", until)?;
    let row = "SELECT cancel_requested FROM jobs WHERE id = ?1";
    let cancel_requested = work
        .prepare_cached(row)?
        .query_row([lease.job.to_string()], |row| row.get(0))?;
    Ok(Pulse { cancel_requested })
}

pub(super) fn finish(work: &Work<'_>, lease: &Lease, finish: &Finish) -> Result<(), Failure> {
    if !rules::is_an_end(finish.state) {
        return Err(StoreError::no_end(lease.job, finish.state).into());
    }
    let mut kept = leased(work, lease)?;
    kept.keep_result(work, finish.result.as_deref())?;
    kept.end(work, finish.state, finish.reason.clone())
}

pub(super) fn requeue(work: &mut Work<'_>, lease: &Lease, back: &Back) -> Result<(), Failure> {
    let mut kept = leased(work, lease)?;
    if kept.job.cancel_requested {
        return kept.end(work, JobState::Cancelled, None);
    }
    kept.job.state = JobState::Waiting;
    kept.job.crashes = 0;
    if let Back::Failed { .. } = back {
        kept.job.failed_attempts = kept.job.failed_attempts.saturating_add(1);
        kept.at_the_back(work);
    }
    let wait = back.not_before();
    let not_before = (!wait.is_zero()).then(|| work.moment.after(wait));
    kept.keep(work, not_before)
}

pub(super) fn reclaim(work: &mut Work<'_>, queue: &str) -> Result<Vec<Reclaimed>, Failure> {
    let moment = work.moment;
    let lost = format!("{SELECT} WHERE queue = ?1 AND lease_until_us <= ?2 ORDER BY place");
    let lost: Vec<Kept> = work
        .prepare_cached(&lost)?
        .query_map((queue, signed(moment.now)), |row| Kept::read(row, moment))?
        .collect::<Result<_, _>>()?;
    work.changed = !lost.is_empty();
    let mut reclaimed = Vec::with_capacity(lost.len());
    for mut kept in lost {
        take_back(work, &mut kept)?;
        reclaimed.push(Reclaimed {
            id: kept.job.new.id,
            state: kept.job.state,
        });
    }
    Ok(reclaimed)
}

fn take_back(work: &Work<'_>, kept: &mut Kept) -> Result<(), Failure> {
    let job = &mut kept.job;
    if job.state == JobState::Sent {
        job.crashes = job.crashes.saturating_add(1);
    }
    let crashes = job.crashes;
    if job.state == JobState::Sent && !job.new.repeatable {
        kept.end(work, JobState::Unknown, Some(rules::unknown()))
    } else if job.cancel_requested {
        kept.end(work, JobState::Cancelled, None)
    } else if crashes >= MAXIMUM_CRASHES {
        kept.end(work, JobState::Parked, Some(rules::crashed(crashes)))
    } else {
        job.state = JobState::Waiting;
        kept.keep(work, None)
    }
}
