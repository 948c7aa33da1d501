use cloudapi::{Result, get, rest_api};

const PATH: &str = "droplets/{id}";

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get(PATH, idempotent)]
    async fn droplet(&self, id: u64) -> Result<()>;
}

const _: &str = PATH;

async fn used(api: &Api) -> Result<()> {
    api.droplet(1).await
}

fn main() {
    let _ = used;
}
