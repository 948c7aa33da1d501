use cloudapi::{Result, get, rest_api};

struct Opaque;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Opaque>;
}

async fn used(api: &Api) -> Result<Opaque> {
    api.droplets().await
}

fn main() {
    let _ = used;
}
