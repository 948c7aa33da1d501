use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", query("tag" = "a"))]
    async fn droplets(&self, #[query] tag: &str) -> Result<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.droplets("a").await
}

fn main() {
    let _ = used;
}
