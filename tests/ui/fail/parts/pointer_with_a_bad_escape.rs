use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", unwrap = "/data~droplet")]
    async fn act(&self) -> Result<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.act().await
}

fn main() {
    let _ = used;
}
