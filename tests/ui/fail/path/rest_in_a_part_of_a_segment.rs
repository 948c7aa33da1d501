use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("files/v1-{id*}")]
    async fn droplet(&self, id: &str) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplet("a/b").await
}

fn main() {
    let _ = used;
}
