use cloudapi::{Result, get, rest_api};

struct Cloud;

#[rest_api(extends = Cloud)]
struct Volumes;

impl Volumes {
    #[get("volumes")]
    async fn list(&self) -> Result<String>;
}

async fn used(cloud: &Cloud) -> Result<String> {
    Volumes::new(cloud).list().await
}

fn main() {
    let _ = used(&Cloud);
}
