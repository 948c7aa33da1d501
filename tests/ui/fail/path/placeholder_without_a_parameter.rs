use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("accounts/{account}/droplets")]
    async fn droplet(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplet().await
}

fn main() {
    let _ = used;
}
