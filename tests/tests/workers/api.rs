//! What the processes talk to.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{Rate, store};

/// The server's address, and that of the store.
pub(super) const SERVER: &str = "CLOUDAPI_TESTS_WORKERS_SERVER";
pub(super) const STORE: &str = "CLOUDAPI_TESTS_WORKERS_STORE";

#[rest_api(
    baseurl = "http://example.invalid/",
    callratepersecond = 1_000,
    geometric_delay_multiplier = 1,
    retry_budget = none,
    request_timeout = "10s"
)]
#[derive(Clone)]
pub(super) struct Api;

#[rest_api(durable)]
impl Api {
    /// Must not be repeated.
    #[post("orders/{number}")]
    pub(super) fn order(&self, number: u64) -> Call<()>;

    /// The server knows it again by its key.
    #[post("payments/{number}", idempotency_key)]
    pub(super) fn pay(&self, number: u64) -> Call<()>;

    /// May be repeated as it is.
    #[put("records/{number}")]
    pub(super) fn record(&self, number: u64) -> Call<()>;

    #[get("things/{number}")]
    pub(super) async fn thing(&self, number: u64) -> Result<()>;
}

impl Api {
    /// The client of a process that was started with these addresses.
    pub(super) fn of_child(settings: impl FnOnce(ApiBuilder<Self>) -> ApiBuilder<Self>) -> Self {
        let var = |name| std::env::var(name).expect("to be run by another test");
        Self::at(&var(SERVER), &var(STORE), settings)
    }

    pub(super) fn at(
        server: &str,
        store: &str,
        settings: impl FnOnce(ApiBuilder<Self>) -> ApiBuilder<Self>,
    ) -> Self {
        let store = store::open(store).expect("a store");
        let builder = Self::builder().baseurl(server).store(store);
        settings(builder).build().expect("a client")
    }
}

/// A thousand in an hour, were a second an hour long.
pub(super) const LIMIT: Rate = Rate::new(1_000, Duration::from_millis(3_600));
