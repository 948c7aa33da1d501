//! Ten callers list all droplets at the same time, and each prints its number
//! and the time as its answer arrives:
//!
//! ```sh
//! cargo run --example droplets
//! ```
//!
//! With `DIGITALOCEAN_ACCESS_TOKEN` in the environment it asks DigitalOcean, at
//! the declared rate. Without, it starts a look-alike on this machine, which
//! refuses and breaks some of the requests: watch how nothing is lost.

use std::error::Error;
use std::process::ExitCode;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

use cloudapi::prelude::*;
use examples::arguments::baseurl_or_exit;
use examples::lookalike::{Fault, Faults, Lookalike, Settings};
use serde::Deserialize;
use tokio::task::JoinSet;

/// DigitalOcean's API, version 2.
#[rest_api(
    baseurl = "https://api.digitalocean.com/v2/",
    callrateperhour = 5000,
    bearer = "{token}"
)]
#[derive(Clone, Debug)]
pub struct DigitalOcean {
    token: Secret,
}

impl DigitalOcean {
    /// One page of droplets.
    #[get("droplets")]
    pub async fn list_all_droplets(&self) -> Result<Response<Droplets>>;
}

/// Of what the API answers, what is wanted here.
#[derive(Debug, Deserialize)]
pub struct Droplets {
    droplets: Vec<Droplet>,
}

/// A virtual machine.
#[derive(Debug, Deserialize)]
pub struct Droplet {
    name: String,
}

const HELP: &str = "\
Ten callers list all droplets at the same time.

Usage: cargo run --example droplets [-- --baseurl URL]

  --baseurl URL  asks the server at URL in place of DigitalOcean
  --help         shows this

The environment variable DIGITALOCEAN_ACCESS_TOKEN holds the token that is sent.
Without it and without --baseurl, a look-alike on this machine answers.
";

/// When the calls began.
static START: LazyLock<Instant> = LazyLock::new(Instant::now);

// One thread is enough for any number of calls, and starts the callers in order.
#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run(baseurl_or_exit(HELP)).await {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::from(2)
        }
    }
}

/// Makes the calls, and returns how many of them failed.
async fn run(baseurl: Option<String>) -> Result<usize, Box<dyn Error>> {
    let (cloud, lookalike) = client(baseurl)?;
    LazyLock::force(&START);

    let mut callers = JoinSet::new();
    for number in 1..=10 {
        let cloud = cloud.clone();
        callers.spawn(async move {
            let answer = cloud.list_all_droplets().await;
            print(&format!("caller {number}"), &text(&answer));
            answer
        });
    }
    let answers = callers.join_all().await;

    let failed = answers.iter().filter(|answer| answer.is_err()).count();
    let attempts = answers.iter().map(|answer| match answer {
        Ok(response) => response.attempts() as usize,
        Err(error) => error.attempts().len(),
    });
    let (calls, attempts) = (answers.len(), attempts.sum::<usize>());
    println!("\n{calls} calls, {failed} failed, {attempts} attempts.");
    if let Some(server) = lookalike {
        println!("The look-alike saw {}.", server.seen());
    }
    Ok(failed)
}

/// A client of DigitalOcean or of what stands in for it, and the stand-in.
fn client(baseurl: Option<String>) -> Result<(DigitalOcean, Option<Lookalike>), Box<dyn Error>> {
    let token = Secret::from_env("DIGITALOCEAN_ACCESS_TOKEN");
    if let Some(url) = baseurl {
        let token = token.unwrap_or_else(|_| Secret::new("none"));
        let cloud = DigitalOcean::builder().token(token).baseurl(url).build()?;
        return Ok((cloud, None));
    }
    if let Ok(token) = token {
        return Ok((DigitalOcean::new(token)?, None));
    }
    println!("DIGITALOCEAN_ACCESS_TOKEN is not set. Asking a look-alike on this machine, one");
    println!("attempt each 0.1 s. It allows 8 requests in 2 s, and breaks every fifth.\n");
    let faults = Faults::new().every(5, Fault::Status(500));
    let server = Lookalike::start(
        Settings::new()
            .limit(8, Duration::from_secs(2))
            .faults(faults.at(5, Fault::Closed))
            .watch(|exchange| {
                if !exchange.succeeded() {
                    print("", &format!("server: {exchange}"));
                }
            }),
    )?;
    let cloud = DigitalOcean::builder()
        .token(Secret::new(server.token()))
        .baseurl(server.baseurl())
        .callrateperhour(36_000)
        .build()?;
    Ok((cloud, Some(server)))
}

fn text(answer: &Result<Response<Droplets>>) -> String {
    let response = match answer {
        Ok(response) => response,
        Err(error) => return error.to_string(),
    };
    let (status, attempts) = (response.status(), response.attempts());
    let droplets = &response.value().droplets;
    let number = droplets.len();
    let first = droplets.first().map_or("none", |droplet| &droplet.name);
    format!("{status}, {number} droplets ({first}, ..), attempts: {attempts}")
}

fn print(who: &str, what: &str) {
    println!("{:7.3} s  {who:<10} {what}", START.elapsed().as_secs_f64());
}
