use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", bearer = "{token}")]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

async fn used() -> Result<usize> {
    let api = Api::new()?;
    Ok(api.droplets().await?.len())
}

fn main() {
    let _ = used();
}
