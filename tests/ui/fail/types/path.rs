use cloudapi::{Result, get, rest_api};

struct Opaque;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets/{id}")]
    async fn droplet(&self, id: Opaque) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplet(Opaque).await
}

fn main() {
    let _ = used;
}
