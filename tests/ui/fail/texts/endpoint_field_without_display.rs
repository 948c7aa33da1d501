use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api {
    project: Vec<u8>,
}

impl Api {
    #[get("droplets", query("project" = "{self.project}"))]
    async fn droplets(&self) -> Result<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.droplets().await
}

fn main() {
    let _ = used;
}
