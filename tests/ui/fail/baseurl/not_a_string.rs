use cloudapi::{Result, Secret, get, rest_api};

const API: &str = "https://api.example.com/v1/";

#[rest_api(baseurl = API)]
struct Api {
    token: Secret,
}

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

const _: &str = API;

async fn used() -> Result<usize> {
    let api = Api::new(Secret::new("t"))?;
    Ok(api.droplets().await?.len())
}

fn main() {
    let _ = used();
}
