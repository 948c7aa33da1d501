//! What a call that does not go well looks like:
//!
//! ```sh
//! cargo run --example errors
//! ```
//!
//! An error is one line for people, and a kind for programs. It holds the last
//! response and the log of the attempts.

use std::fmt::Debug;
use std::time::Duration;

use cloudapi::prelude::*;
use examples::lookalike::{Fault, Faults, Lookalike, Settings};
use serde_json::{Value, json};

#[rest_api(
    baseurl = "https://api.digitalocean.com/v2/",
    bearer = "{token}",
    maximum_geometric_delay_multiplications = 2,
    maximum_failed_attempts = 0
)]
struct DigitalOcean {
    token: Secret,
}

impl DigitalOcean {
    #[get("account")]
    fn account(&self) -> Call<Value>;

    #[get("droplets/{id}")]
    async fn droplet(&self, id: u64) -> Result<Option<Value>>;

    #[post("droplets")]
    async fn create(&self, #[json] new: &Value) -> Result<Value>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let faults = Faults::new().at(3, Fault::Lost).at(4, Fault::Garbled);
    let server = Lookalike::start(Settings::new().faults(faults))?;
    let client = |baseurl: String, callrateperhour| {
        let builder = DigitalOcean::builder().token(Secret::new(server.token()));
        let builder = builder.baseurl(baseurl).callrateperhour(callrateperhour);
        builder.build()
    };
    let cloud = client(server.baseurl(), 3_600)?;

    let answer = cloud.droplet(7).await;
    show(
        "A droplet that does not exist, declared as `Option`",
        &answer,
    );

    let new = json!({ "name": "web", "size": "huge", "image": "debian-13-x64" });
    let answer = cloud.create(&new).await;
    show("A droplet of a size that does not exist", &answer);

    let new = json!({ "name": "web", "size": "s-1vcpu-1gb", "image": "debian-13-x64" });
    let answer = cloud.create(&new).await;
    show("A droplet that is created, but its answer is lost", &answer);

    let answer = cloud.account().await;
    show("An answer that is cut short", &answer);

    let answer = cloud.account().deadline(Duration::from_millis(1)).await;
    show("A call that cannot have its turn in time", &answer);

    let gone = Lookalike::start(Settings::new())?.baseurl();
    let answer = client(gone, 36_000)?.account().await;
    show("A server that is not there any more", &answer);
    Ok(())
}

fn show<T: Debug>(what: &str, answer: &Result<T>) {
    println!("{what}:");
    match answer {
        Ok(value) => println!("    {value:?}"),
        Err(error) => {
            println!("    {error}");
            println!("    kind: {:?}", error.kind());
            if let Some(response) = error.response() {
                let body = String::from_utf8_lossy(response.value());
                println!("    response: {} {body}", response.status());
            }
            for attempt in error.attempts() {
                let at = attempt.at.as_secs_f64();
                println!("    attempt at {at:.1} s: {:?}", attempt.outcome);
            }
        }
    }
    println!();
}
