use cloudapi::{Multipart, Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("images")]
    async fn send(&self, #[multipart] form: &Multipart, #[json] name: &str) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.send(&Multipart::new(), "a").await
}

fn main() {
    let _ = used;
}
