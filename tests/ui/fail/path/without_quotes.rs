use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get(droplets/{id}, request_timeout = "5s")]
    async fn droplet(&self, id: u64) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplet(1).await
}

fn main() {
    let _ = used;
}
