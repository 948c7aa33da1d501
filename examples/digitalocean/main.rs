//! A command-line tool for droplets, and what a real client looks like: the API
//! is declared in `api/`, with no line by hand.
//!
//! ```sh
//! cargo run --example digitalocean -- list droplets
//! cargo run --example digitalocean -- --lookalike create web --size s-1vcpu-1gb
//! ```
//!
//! Without an account, `--lookalike` has a server on this machine answer.

mod arguments;
mod bulk;
mod cloud;
mod create;
mod list;

use std::error::Error;
use std::process::ExitCode;

use examples::digitalocean::DigitalOcean;

use arguments::{Command, HELP, Parsed};
use cloud::connect;

#[tokio::main]
async fn main() -> ExitCode {
    let arguments = match arguments::parse(std::env::args_os().skip(1)) {
        Ok(Parsed::Arguments(arguments)) => arguments,
        Ok(Parsed::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(problem) => {
            eprintln!("error: {problem}; --help shows what there is");
            return ExitCode::from(2);
        }
    };
    // The look-alike lives until the end of the program.
    let (cloud, _lookalike) = match connect(&arguments) {
        Ok(connected) => connected,
        Err(problem) => {
            eprintln!("error: {problem}");
            return ExitCode::from(2);
        }
    };
    let done: Result<(), Box<dyn Error>> = match arguments.command {
        Command::List(what) => list::run(&cloud, what).await.map_err(Into::into),
        Command::Create(new) => create::run(&cloud, &new).await,
        Command::Delete(id) => delete(&cloud, id).await.map_err(Into::into),
        Command::BulkTag { tag, ids } => bulk::run(&cloud, &tag, &ids).await,
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn delete(cloud: &DigitalOcean, id: u64) -> cloudapi::Result<()> {
    cloud.droplets().delete(id).await?;
    println!("droplet {id} is deleted");
    Ok(())
}
