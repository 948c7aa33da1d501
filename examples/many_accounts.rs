//! Two accounts of one API. Vendors count by token, so each has a gate of its
//! own, and neither waits for the other:
//!
//! ```sh
//! cargo run --example many_accounts
//! ```

use std::time::Instant;

use cloudapi::prelude::*;
use examples::lookalike::{Lookalike, Settings};
use serde::Deserialize;

#[rest_api(
    baseurl = "https://api.digitalocean.com/v2/",
    callrateperhour = 5000,
    bearer = "{token}",
    scope = "{token}"
)]
#[derive(Clone)]
struct DigitalOcean {
    token: Secret,
}

impl DigitalOcean {
    #[get("account")]
    async fn account(&self) -> Result<Answer>;
}

#[derive(Deserialize)]
struct Answer {
    account: Account,
}

#[derive(Deserialize)]
struct Account {
    email: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let tokens = ["one", "two"];
    let server = Lookalike::start(Settings::new().tokens(tokens))?;
    let start = Instant::now();
    let mut callers = tokio::task::JoinSet::new();
    for token in tokens {
        // Every half second, for each account.
        let builder = DigitalOcean::builder().token(Secret::new(token));
        let cloud = builder
            .baseurl(server.baseurl())
            .callrateperhour(7_200)
            .build()?;
        for _ in 0..4 {
            let cloud = cloud.clone();
            callers.spawn(async move {
                let answer = cloud.account().await?;
                let time = start.elapsed().as_secs_f64();
                println!("{time:6.2} s  {}", answer.account.email);
                Ok::<(), cloudapi::Error>(())
            });
        }
    }
    while let Some(ended) = callers.join_next().await {
        ended??;
    }
    Ok(())
}
