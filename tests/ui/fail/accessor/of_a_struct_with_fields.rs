use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Cloud;

#[rest_api(extends = Cloud, path = "volumes", accessor = volumes)]
struct Volumes {
    region: String,
    kind: u8,
}

impl Volumes {
    #[get("{id}")]
    async fn volume(&self, id: u64) -> Result<String>;
}

async fn used(cloud: &Cloud) -> Result<String> {
    let volumes = cloud.volumes();
    let _ = (&volumes.region, volumes.kind);
    volumes.volume(1).await
}

fn main() {
    let _ = used;
}
