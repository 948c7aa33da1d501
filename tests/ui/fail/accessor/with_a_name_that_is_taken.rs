use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Cloud;

#[rest_api(extends = Cloud, accessor = builder)]
struct Volumes;

impl Volumes {
    #[get("{id}")]
    async fn volume(&self, id: u64) -> Result<String>;
}

async fn used(cloud: &Cloud) -> Result<String> {
    Volumes::new(cloud).volume(1).await
}

fn main() {
    let _ = used;
}
