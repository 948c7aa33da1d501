use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> String;
}

async fn used(api: &Api) -> Result<String> {
    Ok(api.droplets().await)
}

fn main() {
    let _ = used;
}
