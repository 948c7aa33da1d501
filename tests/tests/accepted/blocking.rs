use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    fn droplets(&self) -> Result<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.droplets()
}

pub(crate) fn main() {
    let _ = used;
}
