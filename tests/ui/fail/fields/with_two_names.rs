use cloudapi::{Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("droplets")]
    async fn act(&self, #[form("size", "disk")] size: &str) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.act("s").await
}

fn main() {
    let _ = used;
}
