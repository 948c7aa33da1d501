//! Settings: declared for the API, overridden where the client is made, and
//! adjusted for one call.
//!
//! ```sh
//! cargo run --example settings
//! ```

use std::fmt::Debug;
use std::time::Duration;

use cloudapi::Retry;
use cloudapi::prelude::*;
use examples::lookalike::{Fault, Faults, Lookalike, Settings};
use serde_json::Value;

#[rest_api(
    baseurl = "https://api.digitalocean.com/v2/",
    callrateperhour = 5000,
    geometric_delay_multiplier = 1.5,
    maximum_delay = "1m",
    bearer = "{token}"
)]
#[derive(Debug)]
struct DigitalOcean {
    token: Secret,
}

impl DigitalOcean {
    #[get("account", request_timeout = "5s")]
    fn account(&self) -> Call<Value>;

    #[get("droplets")]
    fn droplets(&self, #[query] per_page: Option<u32>) -> Call<String>;
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let faults = Faults::new()
        .at(1, Fault::Late(Duration::from_millis(500)))
        .at(3, Fault::Status(500));
    let server = Lookalike::start(Settings::new().droplets(0).faults(faults))?;

    // Whatever is declared can be overridden: another server, and a rate for it.
    let builder = || {
        DigitalOcean::builder()
            .token(Secret::new(server.token()))
            .baseurl(server.baseurl())
            .callrateperhour(36_000)
    };
    let cloud = builder().build();
    show("A client of another server", &cloud);
    let cloud = cloud?;

    let call = cloud.account().request_timeout(Duration::from_millis(200));
    let answer = call.await.map(|answer| answer["account"]["email"].clone());
    show("A call whose first attempt takes too long", &answer);

    let answer = cloud.droplets(None).retry(Retry::Never).await;
    show("A call that is not tried again", &answer);

    let call = cloud.droplets(Some(2)).query("tag_name", "web");
    let call = call.header("X-Trace", 7).deadline(Duration::from_secs(60));
    show(&format!("More than is declared, {call:?}"), &call.await);

    let answer = builder().geometric_delay_multiplier(0.5).build();
    show("A value that makes no sense", &answer);

    let answer = builder().callrateperhour(72_000).build();
    show(
        "Two rates for one API, whose clients share one gate",
        &answer,
    );
    Ok(())
}

fn show<T: Debug>(what: &str, answer: &Result<T>) {
    match answer {
        Ok(value) => println!("{what}:\n    {value:?}\n"),
        Err(error) => println!("{what}:\n    {error}\n"),
    }
}
