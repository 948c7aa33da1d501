use cloudapi::{Result, get, rest_api};

struct Acme;

#[rest_api(baseurl = "https://api.example.com/v1/", vendor = Acme)]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

async fn used() -> Result<usize> {
    Ok(Api::new()?.droplets().await?.len())
}

fn main() {
    let _ = used();
}
