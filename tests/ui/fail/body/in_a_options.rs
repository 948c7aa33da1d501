use cloudapi::{Result, options, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[options("droplets")]
    async fn droplets(&self, #[json] filter: &str) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplets("web").await
}

fn main() {
    let _ = used;
}
