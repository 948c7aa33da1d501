//! `cloudapi queue`: what is in a store, and what a person may do about it.

mod act;
mod many;
mod queue;
mod show;
mod told;
mod watch;

use std::io;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Looks into the stores of programs that use cloudapi
#[derive(Parser)]
#[command(name = "cloudapi", version, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Durable calls: lists, shows, retries, cancels, settles, takes back and watches them
    Queue(queue::Queue),
}

fn main() -> ExitCode {
    let Command::Queue(queue) = Cli::parse().command;
    match queue.run(&mut io::stdout().lock()) {
        Ok(()) => ExitCode::SUCCESS,
        // `cloudapi queue list | head` is no failure.
        Err(Problem::Output(error)) if error.kind() == io::ErrorKind::BrokenPipe => {
            ExitCode::SUCCESS
        }
        Err(problem) => {
            told::complain(problem);
            ExitCode::FAILURE
        }
    }
}

/// Why the program ends without having done what it was asked.
enum Problem {
    Store(cloudapi::store::StoreError),
    /// There was nothing to do but to write.
    Output(io::Error),
    /// It is done, and could not be said.
    Untold(io::Error),
    Other(String),
}

impl From<cloudapi::store::StoreError> for Problem {
    fn from(error: cloudapi::store::StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<io::Error> for Problem {
    fn from(error: io::Error) -> Self {
        Self::Output(error)
    }
}

impl std::fmt::Display for Problem {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Store(error) => error.fmt(formatter),
            Self::Output(error) => write!(formatter, "the output cannot be written: {error}"),
            Self::Untold(error) => {
                write!(
                    formatter,
                    "all is done, but not all was told: the output cannot be written: {error}"
                )
            }
            Self::Other(problem) => formatter.write_str(problem),
        }
    }
}
