use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    async fn act(&self, #[query] ids: u64, #[query("ids", pipe)] more: &[u64]) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.act(1, &[1]).await
}

fn main() {
    let _ = used;
}
