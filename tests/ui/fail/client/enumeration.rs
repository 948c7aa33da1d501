use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
enum Api {
    Production,
    Sandbox,
}

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<()>;
}

async fn used() -> Result<()> {
    Api::Production.droplets().await?;
    Api::Sandbox.droplets().await
}

fn main() {
    let _ = used();
}
