//! The commands, and what each does.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{Args, Subcommand};
use cloudapi::store::{Filter, JobId, JobState, OpenOptions, StoreHandle};

use crate::act::{self, Outcome, Several};
use crate::many::pages;
use crate::show::{self, Form, Table};
use crate::{Problem, watch};

#[derive(Args)]
pub(crate) struct Queue {
    /// The store: `sqlite:PATH`, `redis://HOST:PORT/` or `rediss://HOST:PORT/`
    #[arg(long, env = "CLOUDAPI_STORE", hide_env_values = true, global = true)]
    store: Option<String>,
    /// With what the keys of the store in a Redis begin; `cloudapi` if not set
    #[arg(long, env = "CLOUDAPI_STORE_PREFIX", global = true)]
    prefix: Option<String>,
    /// The certificates, in a PEM file, that count for `rediss://` in place of the platform's
    #[arg(long, env = "CLOUDAPI_STORE_CA_FILE", global = true)]
    ca_file: Option<PathBuf>,
    /// One JSON object a line, for programs
    #[arg(long, global = true)]
    json: bool,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists jobs in the order of the queue
    List {
        #[command(flatten)]
        which: Which,
        /// At most so many; 0 is no maximum
        #[arg(long, default_value_t = 100)]
        limit: usize,
    },
    /// Counts jobs by their states
    Count {
        /// Of this queue only
        #[arg(long)]
        queue: Option<String>,
    },
    /// Shows all that is known of a job: its request and its result too
    Show {
        /// The job's name: 32 hexadecimal digits
        id: JobId,
    },
    /// Has jobs wait once more that failed, are unknown, parked or cancelled
    Retry(Several),
    /// Cancels jobs; one that a worker has ends when its attempt does
    Cancel(Several),
    /// Says what became of a job that is unknown or parked
    Settle {
        /// The job's name: 32 hexadecimal digits
        id: JobId,
        /// What became of it
        #[arg(value_enum)]
        outcome: Outcome,
        /// How that is known; kept with the job
        #[arg(long, default_value = "settled by hand")]
        reason: String,
    },
    /// Takes back the jobs of workers that have ended without a word
    ///
    /// A worker of the queue does it by itself. Without one, such a job can be neither
    /// settled nor retried before.
    Reclaim {
        /// Of this queue only
        #[arg(long)]
        queue: Option<String>,
    },
    /// Forgets jobs that are over: done, failed or cancelled
    Purge {
        /// Of this queue only
        #[arg(long)]
        queue: Option<String>,
        /// Those only that have been over for so long: 7days, 12h, 0s
        #[arg(long, value_parser = humantime::parse_duration)]
        over_for: Duration,
    },
    /// Prints the counts whenever they change, until it is interrupted
    Watch {
        /// Of this queue only
        #[arg(long)]
        queue: Option<String>,
        /// How often to look
        #[arg(long, default_value = "1s", value_parser = humantime::parse_duration)]
        every: Duration,
        /// Ends when nothing waits nor is under way
        #[arg(long)]
        until_empty: bool,
    },
}

#[derive(Args)]
struct Which {
    /// Of this queue only
    #[arg(long)]
    queue: Option<String>,
    /// In this state only; may be given more than once
    #[arg(long = "state", value_name = "STATE", value_parser = state())]
    states: Vec<JobState>,
}

pub(crate) fn state() -> impl clap::builder::TypedValueParser<Value = JobState> {
    let words = JobState::ALL.map(JobState::word);
    // Only these words come here.
    PossibleValuesParser::new(words).try_map(|word| JobState::from_word(&word).ok_or("no state"))
}

impl Queue {
    pub(crate) fn run(&self, out: &mut dyn Write) -> Result<(), Problem> {
        let Some(address) = &self.store else {
            return Err(Problem::Other(
                "which store? Name it with `--store` or in CLOUDAPI_STORE: `sqlite:PATH`, \
                 `redis://HOST:PORT/` or `rediss://HOST:PORT/`"
                    .to_owned(),
            ));
        };
        let mut options = OpenOptions::new().must_exist();
        if let Some(prefix) = &self.prefix {
            options = options.prefix(prefix);
        }
        if let Some(path) = &self.ca_file {
            options = options.ca_file(path);
        }
        let store = options.open(address)?;
        let form = if self.json { Form::Json } else { Form::Text };
        match &self.command {
            Command::List { which, limit } => list(&store, which, *limit, form, out),
            Command::Count { queue } => {
                show::counts(&store.counts(queue.as_deref())?, form, out)?;
                Ok(())
            }
            Command::Show { id } => {
                let job = store.job(*id)?.ok_or_else(|| no_such(*id))?;
                show::whole(&job, form, out)?;
                Ok(())
            }
            Command::Retry(several) => act::retry(several, &store, out),
            Command::Cancel(several) => act::cancel(several, &store, out),
            Command::Settle {
                id,
                outcome,
                reason,
            } => act::settle(*id, *outcome, reason, &store, out),
            Command::Reclaim { queue } => act::reclaim(queue.as_deref(), &store, form, out),
            Command::Purge { queue, over_for } => {
                act::purge(queue.as_deref(), *over_for, &store, out)
            }
            Command::Watch {
                queue,
                every,
                until_empty,
            } => watch::run(&store, queue.as_deref(), *every, *until_empty, form, out),
        }
    }
}

fn list(
    store: &StoreHandle,
    which: &Which,
    limit: usize,
    form: Form,
    out: &mut dyn Write,
) -> Result<(), Problem> {
    let mut left = match limit {
        0 => usize::MAX,
        limit => limit,
    };
    let filter = Filter {
        queue: which.queue.clone(),
        states: which.states.clone(),
        after: None,
        // One more, to know whether there is more.
        maximum: left.saturating_add(1),
    };
    let mut table = Table::new(form);
    for page in pages(store, filter) {
        let mut page = page?;
        let is_all = page.len() <= left;
        page.truncate(left);
        left -= page.len();
        table.add(&page, out)?;
        if !is_all {
            return Ok(table.end(true, out)?);
        }
    }
    Ok(table.end(false, out)?)
}

fn no_such(id: JobId) -> Problem {
    Problem::Other(format!("there is no job {id}; it may have been purged"))
}
