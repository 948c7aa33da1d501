//! What a person does to jobs.

use std::collections::BTreeSet;
use std::io::Write;
use std::time::Duration;

use clap::{ArgGroup, Args};
use cloudapi::store::{
    Filter, Job, JobId, JobState, Reclaimed, Settlement, StoreError, StoreErrorKind, StoreHandle,
};
use serde_json::json;

use crate::Problem;
use crate::many::{Ends, pages};
use crate::queue::state;
use crate::show::Form;
use crate::told::{Told, complain};

/// Where a job has no worker any more, and nobody has taken it back.
const LEFT: &str = "its worker's lease is over, and `cloudapi queue reclaim` takes it back";

#[derive(Args)]
#[command(group = ArgGroup::new("jobs").required(true))]
pub(crate) struct Several {
    /// The jobs' names: 32 hexadecimal digits each
    #[arg(group = "jobs")]
    ids: Vec<JobId>,
    /// All jobs in this state, in place of names; may be given more than once
    #[arg(long, value_name = "STATE", value_parser = state(), group = "jobs")]
    all: Vec<JobState>,
    /// With `--all`, of this queue only
    #[arg(long, requires = "all", conflicts_with = "ids")]
    queue: Option<String>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
pub(crate) enum Outcome {
    /// It had taken effect
    Done,
    /// It had not, and shall not
    Failed,
    /// It had not, and shall be sent: at the back of the queue
    Again,
}

pub(crate) fn retry(
    several: &Several,
    store: &StoreHandle,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    several.each(store, out, "retried", |id| {
        store.retry(id).map(|()| "waits again".to_owned())
    })
}

pub(crate) fn cancel(
    several: &Several,
    store: &StoreHandle,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    several.each(store, out, "cancelled", |id| {
        let was = store.cancel(id)?;
        Ok(match was.is_leased() {
            true if is_left(store, id) => format!("is marked as cancelled; {LEFT}"),
            true => "is under way; its worker is told to cancel it".to_owned(),
            false => "cancelled".to_owned(),
        })
    })
}

pub(crate) fn settle(
    id: JobId,
    outcome: Outcome,
    reason: &str,
    store: &StoreHandle,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    let reason = reason.to_owned();
    let settlement = match outcome {
        Outcome::Done => Settlement::Done {
            result: None,
            reason,
        },
        Outcome::Failed => Settlement::Failed { reason },
        Outcome::Again => Settlement::Again,
    };
    store
        .settle(id, &settlement)
        .map_err(|error| Problem::Other(explained(store, id, &error)))?;
    let mut told = Told::new(out);
    told.line(format_args!("{id} settled"));
    told.end()
}

pub(crate) fn purge(
    queue: Option<&str>,
    over_for: Duration,
    store: &StoreHandle,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    let gone = store.purge(queue, over_for)?;
    let mut told = Told::new(out);
    told.line(format_args!("{gone} forgotten"));
    told.end()
}

pub(crate) fn reclaim(
    queue: Option<&str>,
    store: &StoreHandle,
    form: Form,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    let queues = match queue {
        Some(queue) => BTreeSet::from([queue.to_owned()]),
        None => left_queues(store)?,
    };
    let mut told = Told::new(out);
    let mut is_any = false;
    for queue in queues {
        for Reclaimed { id, state } in store.reclaim(&queue)? {
            is_any = true;
            match (form, state) {
                (Form::Json, _) => {
                    told.line(json!({ "id": id.to_string(), "state": state.word() }));
                }
                (Form::Text, JobState::Waiting) => told.line(format_args!("{id} waits again")),
                (Form::Text, state) => told.line(format_args!("{id} is {state}")),
            }
        }
    }
    if !is_any && matches!(form, Form::Text) {
        told.line("no worker's lease is over");
    }
    told.end()
}

/// A store names no queues but those of its jobs.
fn left_queues(store: &StoreHandle) -> Result<BTreeSet<String>, StoreError> {
    let leased = JobState::ALL.into_iter().filter(|state| state.is_leased());
    let filter = Filter {
        states: leased.collect(),
        ..Filter::default()
    };
    let mut queues = BTreeSet::new();
    for page in pages(store, filter) {
        let left = page?.into_iter().filter(has_no_worker);
        queues.extend(left.map(|job| job.new.queue));
    }
    Ok(queues)
}

fn has_no_worker(job: &Job) -> bool {
    job.state.is_leased() && job.lease_left == Some(Duration::ZERO)
}

fn is_left(store: &StoreHandle, id: JobId) -> bool {
    matches!(store.job(id), Ok(Some(job)) if has_no_worker(&job))
}

/// Why it could not be done, and what can be done first.
fn explained(store: &StoreHandle, id: JobId, error: &StoreError) -> String {
    if error.kind() == StoreErrorKind::WrongState && is_left(store, id) {
        return format!("{error}; {LEFT}");
    }
    error.to_string()
}

impl Several {
    /// Does it to each, and goes on where one cannot be done so: with many, some have
    /// moved on by then. `done` is what is said of all.
    fn each(
        &self,
        store: &StoreHandle,
        out: &mut dyn Write,
        done: &str,
        act: impl Fn(JobId) -> Result<String, StoreError>,
    ) -> Result<(), Problem> {
        let mut told = Told::new(out);
        let (mut tried, mut problems) = (0_u64, 0_u64);
        let mut once = |id| {
            tried += 1;
            match act(id) {
                Ok(what) => told.line(format_args!("{id} {what}")),
                Err(error) => {
                    problems += 1;
                    complain(explained(store, id, &error));
                }
            }
        };
        if self.all.is_empty() {
            self.ids.iter().copied().for_each(once);
        } else {
            self.each_of_all(store, &mut once)?;
        }
        if problems > 0 {
            let what = format!("{problems} of {tried} could not be {done}");
            return Err(Problem::Other(what));
        }
        if tried == 0 {
            told.line("there is no such job");
        }
        told.end()
    }

    /// Those that are there now, and not those that come back meanwhile.
    fn each_of_all(
        &self,
        store: &StoreHandle,
        once: &mut dyn FnMut(JobId),
    ) -> Result<(), StoreError> {
        let filter = Filter {
            queue: self.queue.clone(),
            states: self.all.clone(),
            ..Filter::default()
        };
        let ends = Ends::of(store, &filter)?;
        for page in pages(store, filter) {
            let page = page?;
            let there = page.iter().filter(|job| ends.hold(job));
            there.for_each(|job| once(job.new.id));
            if page.last().is_some_and(|last| ends.are_reached(last)) {
                break;
            }
        }
        Ok(())
    }
}
