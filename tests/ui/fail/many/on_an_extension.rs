use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Cloud;

#[rest_api(
    extends = Cloud,
    path = "/volumes?page=1",
    callrateperhour = 60,
    scope = "{region}",
    constructor = none,
    colour = "red"
)]
struct Volumes {
    region: String,
    __cloudapi_region: String,
}

impl Volumes {
    #[get("{self.region}")]
    async fn list(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    let cloud = Cloud::new()?;
    let volumes = Volumes::new(&cloud, String::from("fra1"), String::new());
    let _ = &volumes.__cloudapi_region;
    volumes.list().await
}

fn main() {
    let _ = used();
}
