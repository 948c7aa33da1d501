use cloudapi::{Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("droplets", idempotency_key = "Request Key")]
    async fn droplets(&self) -> Result<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.droplets().await
}

fn main() {
    let _ = used;
}
