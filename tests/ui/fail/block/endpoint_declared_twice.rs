use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api]
impl Api {
    #[get("droplets")]
    #[cloudapi::post("droplets")]
    async fn droplets(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplets().await
}

fn main() {
    let _ = used;
}
