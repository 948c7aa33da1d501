use cloudapi::{Result, Secret, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", timeout = "5s")]
struct Api {
    token: Secret,
}

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

async fn used() -> Result<usize> {
    let api = Api::new(Secret::new("t"))?;
    Ok(api.droplets().await?.len())
}

fn main() {
    let _ = used();
}
