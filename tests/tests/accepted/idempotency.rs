//! Keys that make a request repeatable, and deadlines.
use cloudapi::{Call, Result, delete, patch, post, put, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("payments", idempotency_key, deadline = "1h")]
    async fn pay(&self, #[json] amount: u64) -> Result<()>;
    #[patch("payments", idempotency_key = "X-Request-Key", retry = "standard")]
    fn change(&self, #[header("Idempotency-Key")] other: &str) -> Call<()>;
    #[put("payments", idempotency_key)]
    async fn put(&self) -> Result<()>;
    #[delete("payments", idempotency_key, headers("X-Reason" = "none"), request_timeout = "5s")]
    async fn cancel(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.pay(1).await?;
    api.change("k").await?;
    api.put().await?;
    api.cancel().await
}

pub(crate) fn main() {
    let _ = used;
}
