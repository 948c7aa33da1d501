//! A job as the fields of a hash, and what else the scripts answer.

use std::collections::HashMap;
use std::str::FromStr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use redis::Value;

use crate::schedule::Priority;
use crate::store::clock::{self, Moment};
use crate::store::{Job, JobId, JobState, NewJob, StoreError, StoreErrorKind};

fn damaged(what: &str) -> StoreError {
    StoreError::new(
        StoreErrorKind::Unusable,
        format!("what the Redis has of it cannot be read: {what}"),
    )
}

/// An answer that is a list.
pub(super) fn list(answer: Value) -> Result<Vec<Value>, StoreError> {
    match answer {
        Value::Array(values) => Ok(values),
        Value::Nil => Ok(Vec::new()),
        _ => Err(damaged("a list was expected")),
    }
}

pub(super) fn bytes(answer: Value) -> Result<Vec<u8>, StoreError> {
    match answer {
        Value::BulkString(bytes) => Ok(bytes),
        Value::SimpleString(text) => Ok(text.into_bytes()),
        Value::Okay => Ok(b"OK".to_vec()),
        Value::Int(number) => Ok(number.to_string().into_bytes()),
        _ => Err(damaged("a text was expected")),
    }
}

pub(super) fn text(answer: Value) -> Result<String, StoreError> {
    String::from_utf8(bytes(answer)?).map_err(|_| damaged("a text is not UTF-8"))
}

pub(super) fn number<N: FromStr>(answer: Value) -> Result<N, StoreError> {
    let text = text(answer)?;
    text.parse()
        .map_err(|_| damaged(&format!("`{text}` is no number that could be there")))
}

/// The next part of an answer; nil if there is none.
pub(super) fn next(parts: &mut impl Iterator<Item = Value>) -> Value {
    parts.next().unwrap_or(Value::Nil)
}

/// Microseconds, rounded up, and no more than a number in Lua holds exactly.
pub(super) fn micros(duration: Duration) -> u64 {
    let micros = duration.min(clock::FOR_GOOD).as_nanos().div_ceil(1_000);
    u64::try_from(micros).unwrap_or(u64::MAX)
}

fn time(micros: u64) -> SystemTime {
    UNIX_EPOCH
        .checked_add(Duration::from_micros(micros))
        .unwrap_or(UNIX_EPOCH)
}

const PRIORITIES: [(&str, Priority); 3] = [
    ("high", Priority::High),
    ("normal", Priority::Normal),
    ("low", Priority::Low),
];

/// Nanoseconds since 1970, as a deadline comes back as it was.
fn deadline_text(deadline: SystemTime) -> String {
    match deadline.duration_since(UNIX_EPOCH) {
        Ok(since) => since.as_nanos().to_string(),
        Err(before) => format!("-{}", before.duration().as_nanos()),
    }
}

fn deadline(text: &str) -> Option<SystemTime> {
    let (nanos, is_before) = match text.strip_prefix('-') {
        Some(nanos) => (nanos, true),
        None => (text, false),
    };
    let nanos: u128 = nanos.parse().ok()?;
    let second = 1_000_000_000;
    let seconds = u64::try_from(nanos / second).ok()?;
    let duration = Duration::new(seconds, u32::try_from(nanos % second).ok()?);
    if is_before {
        UNIX_EPOCH.checked_sub(duration)
    } else {
        UNIX_EPOCH.checked_add(duration)
    }
}

/// The fields of a new job, but for those that the script adds.
pub(super) fn fields(job: &NewJob) -> Vec<(&'static str, Vec<u8>)> {
    let priority = PRIORITIES.iter().find(|(_, each)| *each == job.priority);
    let priority = priority.map_or("normal", |(word, _)| word);
    let mut fields = vec![
        ("queue", job.queue.clone().into_bytes()),
        ("endpoint", job.endpoint.clone().into_bytes()),
        ("summary", job.summary.clone().into_bytes()),
        ("request", job.request.clone()),
        (
            "repeatable",
            u8::from(job.repeatable).to_string().into_bytes(),
        ),
        ("priority", priority.into()),
    ];
    if let Some(deadline) = job.deadline {
        fields.push(("deadline", deadline_text(deadline).into_bytes()));
    }
    fields
}

/// The fields of one hash, taken out one by one.
struct Fields {
    id: JobId,
    values: HashMap<String, Vec<u8>>,
}

impl Fields {
    fn text(&mut self, name: &str) -> Result<Option<String>, StoreError> {
        let Some(value) = self.values.remove(name) else {
            return Ok(None);
        };
        let text = String::from_utf8(value);
        text.map(Some).map_err(|_| self.damaged(name))
    }

    fn needed(&mut self, name: &str) -> Result<String, StoreError> {
        self.text(name)?.ok_or_else(|| self.damaged(name))
    }

    fn number<N: FromStr>(&mut self, name: &str) -> Result<Option<N>, StoreError> {
        let text = self.text(name)?;
        let number = text.map(|text| text.parse().map_err(|_| self.damaged(name)));
        number.transpose()
    }

    fn time(&mut self, name: &str) -> Result<Option<SystemTime>, StoreError> {
        Ok(self.number(name)?.map(time))
    }

    fn damaged(&self, name: &str) -> StoreError {
        StoreError::new(
            StoreErrorKind::Unusable,
            format!(
                "the job {} in the Redis is damaged: see its `{name}`",
                self.id
            ),
        )
    }
}

/// The two times with which an answer about jobs begins.
pub(super) fn moment(parts: &mut impl Iterator<Item = Value>) -> Result<Moment, StoreError> {
    Ok(Moment {
        now: number(next(parts))?,
        wall: time(number(next(parts))?),
    })
}

/// Reads a job from the pairs of its hash.
pub(super) fn job(id: JobId, now: Moment, pairs: Vec<Value>) -> Result<Job, StoreError> {
    let mut values = HashMap::with_capacity(pairs.len() / 2);
    let mut pairs = pairs.into_iter();
    while let (Some(name), Some(value)) = (pairs.next(), pairs.next()) {
        values.insert(text(name)?, bytes(value)?);
    }
    let mut fields = Fields { id, values };
    let word = fields.needed("state")?;
    let state = JobState::from_word(&word).ok_or_else(|| fields.damaged("state"))?;
    let until: Option<u64> = fields.number("until")?;
    let new = new_job(&mut fields)?;
    let place = fields
        .number("place")?
        .ok_or_else(|| fields.damaged("place"))?;
    let created = fields
        .time("created")?
        .ok_or_else(|| fields.damaged("created"))?;
    let mut job = Job::new(new, place, created);
    job.state = state;
    job.attempts = fields.number("attempts")?.unwrap_or(0);
    job.failed_attempts = fields.number("failed_attempts")?.unwrap_or(0);
    job.crashes = fields.number("crashes")?.unwrap_or(0);
    job.cancel_requested = fields.text("cancel")?.is_some_and(|cancel| cancel == "1");
    job.worker = fields.text("worker")?;
    let left = until.filter(|_| state.is_leased());
    job.lease_left = left.map(|until| now.until(until));
    job.result = fields.values.remove("result");
    job.reason = fields.text("reason")?;
    job.changed = fields.time("changed")?.unwrap_or(created);
    let not_before: Option<u64> = fields.number("not_before")?;
    job.not_before = not_before.map(|not_before| now.shown(not_before));
    Ok(job)
}

fn new_job(fields: &mut Fields) -> Result<NewJob, StoreError> {
    let priority = fields.needed("priority")?;
    let priority = PRIORITIES.iter().find(|(word, _)| *word == priority);
    let (_, priority) = *priority.ok_or_else(|| fields.damaged("priority"))?;
    let kept = fields.text("deadline")?;
    let kept = kept.map(|text| deadline(&text).ok_or_else(|| fields.damaged("deadline")));
    let request = fields.values.remove("request");
    Ok(NewJob {
        id: fields.id,
        queue: fields.needed("queue")?,
        endpoint: fields.needed("endpoint")?,
        summary: fields.needed("summary")?,
        request: request.ok_or_else(|| fields.damaged("request"))?,
        repeatable: fields.needed("repeatable")? == "1",
        priority,
        deadline: kept.transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_comes_back_to_the_nanosecond() {
        for nanos in [0, 1, 999_999_999, 1_795_000_000_123_456_789] {
            for at in [
                UNIX_EPOCH + Duration::from_nanos(nanos),
                UNIX_EPOCH - Duration::from_nanos(nanos),
            ] {
                assert_eq!(deadline(&deadline_text(at)), Some(at));
            }
        }
        assert_eq!(deadline("soon"), None);
    }

    #[test]
    fn a_damaged_job_is_told_by_its_field() {
        let id = JobId::random();
        let text = |text: &str| Value::BulkString(text.as_bytes().to_vec());
        let now = Moment {
            now: 0,
            wall: UNIX_EPOCH,
        };
        let error = job(id, now, vec![text("state"), text("asleep")]).unwrap_err();
        assert_eq!(error.kind(), StoreErrorKind::Unusable);
        let told = error.to_string();
        assert!(
            told.contains(&id.to_string()) && told.contains("`state`"),
            "{told}"
        );
    }
}
