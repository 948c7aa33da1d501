use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    const DROPLETS: &str = "droplets";
}

fn used() -> Result<&'static str> {
    Ok(Api::DROPLETS)
}

fn main() {
    let _ = used();
}
