use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(
        &self,
        #[header("X-Tag")] tag: &str,
        #[header("x-tag")] other: &str,
    ) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplets("a", "b").await
}

fn main() {
    let _ = used;
}
