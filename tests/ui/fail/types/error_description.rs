use cloudapi::{Result, get, rest_api};

struct Problem;

#[rest_api(baseurl = "https://api.example.com/v1/", error = Problem)]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    Api::new()?.droplets().await
}

fn main() {
    let _ = used();
}
