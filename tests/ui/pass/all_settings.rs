//! Each key of both attributes, and each method of the builder.
use std::time::Duration;

use cloudapi::{Result, Retry, Secret, post, rest_api};

#[rest_api(
    baseurl = "https://api.example.com/v1",
    callrateperhour = 5_000,
    geometric_delay_multiplier = 1.5,
    maximum_geometric_delay_multiplications = 0,
    maximum_failed_attempts = 0,
    bearer = "{token}",
    headers("User-Agent" = "inventory/1.0", "X-Account" = "{{{account}}}"),
    scope = "{token}/{account}",
    maximum_in_flight = 8,
    request_timeout = "1m 30s",
    connect_timeout = "500ms",
    minimum_delay = "0s",
    maximum_delay = "1h",
    maximum_retry_after = "2h",
    maximum_response_size = 1048576,
    retry = "standard",
)]
struct Api {
    token: Secret,
    account: u64,
}

impl Api {
    #[post("things", idempotent, retry = "always", request_timeout = "5s")]
    async fn create(&self) -> Result<()>;
    #[post("others", retry = "never")]
    async fn other(&self) -> Result<()>;
}

fn built() -> Result<Api> {
    Api::builder()
        .account(1)
        .baseurl("http://localhost:8080/")
        .callrateperhour(60)
        .geometric_delay_multiplier(2.0)
        .maximum_geometric_delay_multiplications(5)
        .maximum_failed_attempts(1)
        .maximum_in_flight(1)
        .request_timeout(Duration::from_secs(1))
        .connect_timeout(Duration::from_secs(1))
        .minimum_delay(Duration::ZERO)
        .maximum_delay(Duration::from_secs(60))
        .maximum_retry_after(Duration::from_secs(60))
        .maximum_response_size(1)
        .retry(Retry::Never)
        .token(Secret::new("t"))
        .build()
}

async fn used() -> Result<()> {
    let api = Api::new(Secret::new("t"), 2)?;
    api.create().await?;
    built()?.other().await
}

fn main() {
    let _ = used();
}
