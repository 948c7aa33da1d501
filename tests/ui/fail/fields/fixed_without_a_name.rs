use cloudapi::{Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("droplets", form("" = "a"))]
    async fn act(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.act().await
}

fn main() {
    let _ = used;
}
