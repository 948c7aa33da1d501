use cloudapi::{Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("droplets", callratepersecond = 5, limits(rate(12, per = "1s")))]
    async fn create(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.create().await
}

fn main() {
    let _ = used;
}
