use cloudapi::{Result, Secret, get, rest_api};

const RATE: u32 = 5000;

#[rest_api(baseurl = "https://api.example.com/v1/", callrateperhour = RATE)]
struct Api {
    token: Secret,
}

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

const _: u32 = RATE;

async fn used() -> Result<usize> {
    let api = Api::new(Secret::new("t"))?;
    Ok(api.droplets().await?.len())
}

fn main() {
    let _ = used();
}
