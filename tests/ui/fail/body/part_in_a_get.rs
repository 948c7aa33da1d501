use cloudapi::{Part, Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("images")]
    async fn send(&self, #[part] file: &Part) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.send(&Part::text("b")).await
}

fn main() {
    let _ = used;
}
