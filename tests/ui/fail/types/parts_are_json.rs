use cloudapi::{Result, get, rest_api};

struct Opaque;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets/1", unwrap = "droplet")]
    async fn droplet(&self) -> Result<Opaque>;
}

async fn used(api: &Api) -> Result<Opaque> {
    api.droplet().await
}

fn main() {
    let _ = used;
}
