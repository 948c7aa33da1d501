use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("files/{name*}")]
    async fn file(&self, name: &[&str]) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.file(&["a", "b"]).await
}

fn main() {
    let _ = used;
}
