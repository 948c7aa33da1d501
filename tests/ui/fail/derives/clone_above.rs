use cloudapi::{Result, get, rest_api};

#[derive(Clone)]
#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api {
    region: String,
}

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

async fn used() -> Result<usize> {
    let api = Api::new(String::new())?;
    Ok(api.clone().droplets().await?.len())
}

fn main() {
    let _ = used();
}
