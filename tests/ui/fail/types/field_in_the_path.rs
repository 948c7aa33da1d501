use cloudapi::{Result, get, rest_api};

struct Opaque;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api {
    id: Opaque,
}

impl Api {
    #[get("droplets/{self.id}")]
    async fn droplet(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplet().await
}

fn main() {
    let _ = used;
}
