use cloudapi::{RestApi, Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api(durable)]
impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.work().until_empty().await?;
    api.droplets().await
}

fn main() {
    let _ = used;
}
