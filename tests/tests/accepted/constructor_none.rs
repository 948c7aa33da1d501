//! `new` is the user's.
use cloudapi::{Result, Secret, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", bearer = "{token}", constructor = none)]
struct Api {
    token: Secret,
}

impl Api {
    fn new() -> Result<Self> {
        Self::builder().token(Secret::from_env("TOKEN")?).build()
    }

    #[get("things")]
    async fn things(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    Api::new()?.things().await
}

pub(crate) fn main() {
    let _ = used();
}
