//! Each key of both attributes, and each method of the builder.
use std::time::Duration;

use cloudapi::{Priority, Rate, Result, Retry, Secret, WhenFull, get, post, rest_api};

const LIMIT: Rate = Rate::new(1_000, Duration::from_secs(300)).burst(10);

#[rest_api(
    baseurl = "https://api.example.com/v1",
    callrateperhour = 5_000,
    geometric_delay_multiplier = 1.5,
    maximum_geometric_delay_multiplications = 0,
    maximum_failed_attempts = 0,
    bearer = "{token}",
    headers("User-Agent" = "inventory/1.0", "X-Account" = "{{{account}}}"),
    scope = "{token}/{account}",
    callrateperminute = 250,
    callratepersecond = 25,
    burst = 20,
    limits(rate(1_200, per = "5m"), rate(3, burst = 2, per = "250ms",)),
    maximum_in_flight = 8,
    maximum_queue_length = 1_000,
    when_full = "wait",
    circuit_threshold = 10,
    retry_budget = none,
    jitter = 0.1,
    priority = "low",
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
    #[post("others", retry = "never", callrateperminute = 12, burst = 3, priority = "high")]
    async fn other(&self) -> Result<()>;
    #[get("keys", callrateperhour = 100, callratepersecond = 1, limits(rate(10, per = "1m")))]
    async fn keys(&self) -> Result<()>;
}

fn built() -> Result<Api> {
    Api::builder()
        .account(1)
        .baseurl("http://localhost:8080/")
        .callrateperhour(60)
        .geometric_delay_multiplier(2.0)
        .maximum_geometric_delay_multiplications(5)
        .maximum_failed_attempts(1)
        .callrateperminute(30)
        .callratepersecond(3)
        .burst(2)
        .limit(LIMIT)
        .maximum_in_flight(1)
        .maximum_queue_length(10)
        .when_full(WhenFull::DropOldest)
        .circuit_threshold(0)
        .retry_budget(0.5)
        .retry_budget(None)
        .jitter(0.0)
        .priority(Priority::Normal)
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
    api.keys().await?;
    built()?.other().await
}

pub(crate) fn main() {
    let _ = used();
}
