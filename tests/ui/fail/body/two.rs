use cloudapi::{Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("droplets")]
    async fn create(&self, #[json] new: &str, #[form] more: &[(&str, &str)]) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.create("web", &[]).await
}

fn main() {
    let _ = used;
}
