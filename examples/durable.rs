//! Droplets that are made by a worker: what is enqueued is in the store, whatever becomes
//! of the process that enqueued it.
//!
//! ```sh
//! cargo run --example durable
//! ```
//!
//! The store is in memory here, and so ends with the program. With one of the others the
//! two halves of `main` may be different programs.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::store::{Filter, JobId, MemoryStore, Settlement};
use examples::lookalike::{Fault, Faults, Lookalike, Settings};
use serde::{Deserialize, Serialize};

#[rest_api(
    baseurl = "https://api.digitalocean.com/v2/",
    callrateperhour = 5000,
    bearer = "{token}"
)]
#[derive(Clone)]
struct DigitalOcean {
    token: Secret,
}

#[rest_api(durable)]
impl DigitalOcean {
    #[post("droplets", unwrap = "droplet")]
    fn create(&self, #[json] new: &NewDroplet) -> Call<Droplet>;

    #[get("droplets", items = "droplets", next = "links.pages.next")]
    fn droplets(&self) -> Pages<Droplet>;
}

#[derive(Serialize)]
struct NewDroplet {
    name: String,
    region: &'static str,
    size: &'static str,
    image: &'static str,
}

/// Of what a call sends, what tells it from others.
#[derive(Deserialize)]
struct Wanted {
    name: String,
}

#[derive(Debug, Deserialize, Serialize)]
struct Droplet {
    id: u64,
    name: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    // The first request is refused, and of the third nobody hears what became of it.
    let faults = Faults::new().at(1, Fault::Status(429)).at(3, Fault::Closed);
    let server = Lookalike::start(Settings::new().droplets(0).faults(faults))?;
    let store = MemoryStore::new();
    let client = || {
        DigitalOcean::builder()
            .token(Secret::new(server.token()))
            .baseurl(server.baseurl())
            .callrateperhour(36_000)
            .store(store.clone())
            .build()
    };

    let ids = enqueue(&client()?).await?;
    println!("{} calls are stored, and none was made.\n", ids.len());

    // Another program, on another day.
    let cloud = client()?;
    let seeker = cloud.clone();
    let worker = cloud.work().on_unknown(move |job| {
        let seeker = seeker.clone();
        async move {
            let wanted: Wanted = serde_json::from_slice(&job.body()?).ok()?;
            println!(
                "nobody knows what became of {}: looking for it",
                wanted.name
            );
            look_for(&seeker, &wanted.name).await.ok()
        }
    });
    println!("{}\n", worker.until_empty().await?);

    for id in ids {
        match cloud.ticket::<Droplet>(id)?.await {
            Ok(Droplet { id, name }) => println!("droplet {id}: {name}"),
            Err(error) => println!("{error}"),
        }
    }
    for job in cloud.jobs()?.list(Filter::default()).await? {
        println!("{} {}: {}", job.new.id, job.new.summary, job.state);
    }
    Ok(())
}

async fn enqueue(cloud: &DigitalOcean) -> Result<Vec<JobId>> {
    let mut ids = Vec::new();
    for number in 1..=5 {
        let new = NewDroplet {
            name: format!("web-{number}"),
            region: "fra1",
            size: "s-1vcpu-1gb",
            image: "debian-13-x64",
        };
        let call = cloud.create(&new).deadline(Duration::from_secs(3_600));
        ids.push(call.enqueue().await?.id());
    }
    Ok(ids)
}

/// A droplet of that name means that the call took effect. There may be more to it in a
/// program that makes several of one name.
async fn look_for(cloud: &DigitalOcean, name: &str) -> Result<Settlement> {
    let mut droplets = cloud.droplets();
    while let Some(droplet) = droplets.next().await {
        let droplet = droplet?;
        if droplet.name == name {
            let body = serde_json::json!({ "droplet": droplet }).to_string();
            return Ok(Settlement::answered(
                body,
                "there is a droplet of this name",
            ));
        }
    }
    Ok(Settlement::Again)
}
