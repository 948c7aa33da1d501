use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", headers("X-Tag" = "a"))]
    async fn droplets(&self, #[header("x-tag")] tag: &str) -> Result<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.droplets("a").await
}

fn main() {
    let _ = used;
}
