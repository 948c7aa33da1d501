use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets/{id}")]
    async fn droplet(&self, id: Option<u64>) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplet(None).await
}

fn main() {
    let _ = used;
}
