//! A struct without fields.
use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Braces {}

impl Api {
    #[get("things")]
    async fn things(&self) -> Result<String>;
}

impl Braces {
    #[get("things")]
    async fn things(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    Braces::new()?.things().await?;
    Api::builder().build()?.things().await?;
    Api::new()?.things().await
}

pub(crate) fn main() {
    let _ = used();
}
