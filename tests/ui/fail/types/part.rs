use cloudapi::{Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("images")]
    async fn send(&self, #[part] file: &[u8]) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.send(b"a").await
}

fn main() {
    let _ = used;
}
