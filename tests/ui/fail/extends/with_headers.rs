use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Cloud;

#[rest_api(extends = Cloud, headers("X-Region" = "{region}"))]
struct Volumes {
    region: String,
}

impl Volumes {
    #[get("{self.region}")]
    async fn list(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    let cloud = Cloud::new()?;
    Volumes::new(&cloud, String::from("fra1")).list().await
}

fn main() {
    let _ = used();
}
