use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", items = "droplets", next = link)]
    async fn droplets(&self) -> Result<Vec<String>>;
}

async fn used(api: &Api) -> Result<usize> {
    Ok(api.droplets().await?.len())
}

fn main() {
    let _ = used;
}
