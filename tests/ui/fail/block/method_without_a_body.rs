use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api]
impl Api {
    #[get("images")]
    async fn images(&self) -> Result<()>;

    /// Every droplet.
    #[must_use]
    async fn droplets(&self, #[query] tag: &str) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.images().await?;
    api.droplets("web").await
}

fn main() {
    let _ = used;
}
