use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self, #[header] tag: &str) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplets("web").await
}

fn main() {
    let _ = used;
}
