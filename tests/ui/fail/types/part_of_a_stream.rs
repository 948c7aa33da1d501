use cloudapi::{Body, Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("images/{id}", unwrap = "image")]
    async fn download(&self, id: u64) -> Result<Body>;
}

async fn used(api: &Api) -> Result<Body> {
    api.download(7).await
}

fn main() {
    let _ = used;
}
