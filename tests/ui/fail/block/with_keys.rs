use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api(baseurl = "https://api.example.com/v1/", callrateperhour = 5000)]
impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<()>;
}

async fn used() -> Result<()> {
    Api::new()?.droplets().await
}

fn main() {
    let _ = used();
}
