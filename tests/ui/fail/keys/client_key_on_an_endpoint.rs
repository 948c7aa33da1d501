use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", maximum_in_flight = 12)]
    async fn droplets(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplets().await
}

fn main() {
    let _ = used;
}
