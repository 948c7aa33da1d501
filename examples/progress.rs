//! A bulk job that says how far it is, and ends well when it is interrupted:
//!
//! ```sh
//! cargo run --example progress
//! ```
//!
//! It deletes a hundred droplets of a look-alike on this machine, one each 0.1 s,
//! draws a bar, and counts what happens. With Ctrl-C it takes no more slots, waits for
//! what is under way, and says what was done.

use std::error::Error;
use std::time::Duration;

use cloudapi::EventKind;
use cloudapi::prelude::*;
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
    /// Every droplet, page after page.
    #[get("droplets", items = "droplets", next = "links.pages.next")]
    pub fn droplets(&self) -> Pages<Droplet>;

    /// Deletes a droplet.
    #[delete("droplets/{id}")]
    pub async fn delete(&self, id: u64) -> Result<()>;
}

/// A virtual machine.
#[derive(Debug, Deserialize)]
pub struct Droplet {
    id: u64,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let server = Lookalike::start(
        Settings::new()
            .droplets(100)
            .faults(Faults::new().every(9, Fault::Status(503))),
    )?;
    let cloud = DigitalOcean::builder()
        .token(Secret::new(server.token()))
        .baseurl(server.baseurl())
        .callrateperhour(36_000)
        .build()?;

    let droplets = cloud.droplets().collect_all().await?;
    let progress = cloud.progress();
    let events = tokio::spawn(tell(cloud.events()));

    let mut deletions = JoinSet::new();
    for droplet in droplets {
        let cloud = cloud.clone();
        deletions.spawn(async move { cloud.delete(droplet.id).await });
    }
    let mut failed = 0;
    let mut interrupted = false;
    loop {
        tokio::select! {
            deleted = deletions.join_next() => match deleted {
                Some(deleted) => failed += usize::from(deleted?.is_err()),
                None => break,
            },
            _ = tokio::signal::ctrl_c(), if !interrupted => {
                interrupted = true;
                // Each caller gets its answer, so the loop comes to its end.
                let report = cloud.shutdown(Duration::from_secs(10)).await;
                eprintln!("interrupted: {report}");
            }
        }
    }
    drop(progress);
    println!("{}, {failed} failed", cloud.status());
    // The events end with the last client.
    drop(cloud);
    let Told { retries, throttles } = events.await?;
    println!("{retries} retries, {throttles} times throttled");
    Ok(())
}

/// What the events told.
#[derive(Default)]
struct Told {
    retries: usize,
    throttles: usize,
}

async fn tell(mut events: cloudapi::Events) -> Told {
    let mut told = Told::default();
    while let Some(event) = events.next().await {
        match event.kind() {
            EventKind::Retries { .. } => told.retries += 1,
            EventKind::Throttled { .. } => told.throttles += 1,
            _ => {}
        }
    }
    told
}
