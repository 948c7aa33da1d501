use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api {
    account: u64,
}

impl Api {
    #[get("accounts/{self.acount}/droplets")]
    async fn droplet(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplet().await
}

fn main() {
    let _ = used;
}
