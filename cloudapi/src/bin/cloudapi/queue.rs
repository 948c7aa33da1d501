//! The commands, and what each does.

use std::io::Write;
use std::path::PathBuf;
use std::time::Duration;

use clap::builder::{PossibleValuesParser, TypedValueParser as _};
use clap::{ArgGroup, Args, Subcommand};
use cloudapi::store::{Filter, JobId, JobState, OpenOptions, Settlement, StoreHandle};

use crate::Problem;
use crate::show::{self, Form};
use crate::told::complain;
use crate::watch;

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

#[derive(Args)]
#[command(group = ArgGroup::new("jobs").required(true))]
struct Several {
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
enum Outcome {
    /// It had taken effect
    Done,
    /// It had not, and shall not
    Failed,
    /// It had not, and shall be sent: at the back of the queue
    Again,
}

fn state() -> impl clap::builder::TypedValueParser<Value = JobState> {
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
            Command::Retry(several) => several.each(&store, out, "retried", |store, id| {
                store.retry(id).map(|()| "waits again")
            }),
            Command::Cancel(several) => several.each(&store, out, "cancelled", |store, id| {
                store.cancel(id).map(|was| match was.is_leased() {
                    true => "is under way; its worker is told to cancel it",
                    false => "cancelled",
                })
            }),
            Command::Settle {
                id,
                outcome,
                reason,
            } => {
                let reason = reason.clone();
                let settlement = match outcome {
                    Outcome::Done => Settlement::Done {
                        result: None,
                        reason,
                    },
                    Outcome::Failed => Settlement::Failed { reason },
                    Outcome::Again => Settlement::Again,
                };
                store.settle(*id, &settlement)?;
                writeln!(out, "{id} settled")?;
                Ok(())
            }
            Command::Purge { queue, over_for } => {
                let gone = store.purge(queue.as_deref(), *over_for)?;
                writeln!(out, "{gone} forgotten")?;
                Ok(())
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
    let filter = Filter {
        queue: which.queue.clone(),
        states: which.states.clone(),
        after: None,
        // One more, to know whether there is more.
        maximum: if limit == 0 {
            0
        } else {
            limit.saturating_add(1)
        },
    };
    let mut jobs = store.jobs(&filter)?;
    let is_all = limit == 0 || jobs.len() <= limit;
    if !is_all {
        jobs.truncate(limit);
    }
    show::table(&jobs, form, out)?;
    if !is_all && matches!(form, Form::Text) {
        writeln!(out, "there are more: `--limit 0` lists all")?;
    }
    Ok(())
}

fn no_such(id: JobId) -> Problem {
    Problem::Other(format!("there is no job {id}; it may have been purged"))
}

impl Several {
    /// Does it to each, and goes on where one cannot be done so: with many, some have
    /// moved on by then. `done` is what is said of all.
    fn each(
        &self,
        store: &StoreHandle,
        out: &mut dyn Write,
        done: &str,
        act: impl Fn(&StoreHandle, JobId) -> Result<&'static str, cloudapi::store::StoreError>,
    ) -> Result<(), Problem> {
        let ids = if self.all.is_empty() {
            self.ids.clone()
        } else {
            let filter = Filter {
                queue: self.queue.clone(),
                states: self.all.clone(),
                ..Filter::default()
            };
            let jobs = store.jobs(&filter)?;
            jobs.into_iter().map(|job| job.new.id).collect()
        };
        let mut problems = 0_usize;
        for id in &ids {
            match act(store, *id) {
                Ok(what) => writeln!(out, "{id} {what}")?,
                Err(error) => {
                    problems += 1;
                    complain(error);
                }
            }
        }
        match problems {
            0 if ids.is_empty() => {
                writeln!(out, "there is no such job")?;
                Ok(())
            }
            0 => Ok(()),
            _ => Err(Problem::Other(format!(
                "{problems} of {} could not be {done}",
                ids.len()
            ))),
        }
    }
}
