use cloudapi::{Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("droplets", idempotency_key)]
    async fn droplets(&self, #[header("idempotency-key")] key: &str) -> Result<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.droplets("k").await
}

fn main() {
    let _ = used;
}
