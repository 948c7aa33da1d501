use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets/{id}")]
    async fn droplets(&self, mut id: u64) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplets(1).await
}

fn main() {
    let _ = used;
}
