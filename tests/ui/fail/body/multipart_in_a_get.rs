use cloudapi::{Multipart, Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("images")]
    async fn send(&self, #[multipart] form: &Multipart) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.send(&Multipart::new()).await
}

fn main() {
    let _ = used;
}
