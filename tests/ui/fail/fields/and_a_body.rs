use cloudapi::{Result, put, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[put("droplets", form("type" = "a"))]
    async fn act(&self, #[body] text: &str) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.act("s").await
}

fn main() {
    let _ = used;
}
