use cloudapi::{Result, get, rest_api};

#[rest_api(extends = Volumes, path = "volumes/")]
struct Volumes;

impl Volumes {
    #[get("")]
    async fn list(&self) -> Result<String>;
}

async fn used(volumes: &Volumes) -> Result<String> {
    Volumes::new(volumes).list().await
}

fn main() {
    let _ = used;
}
