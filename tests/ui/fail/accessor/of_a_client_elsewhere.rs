use cloudapi::{Result, get, rest_api};
use examples::digitalocean::DigitalOcean;

#[rest_api(extends = DigitalOcean, path = "apps", accessor = apps)]
struct Apps;

impl Apps {
    #[get("{id}")]
    async fn app(&self, id: &str) -> Result<String>;
}

async fn used(cloud: &DigitalOcean) -> Result<String> {
    Apps::new(cloud).app("a").await
}

fn main() {
    let _ = used;
}
