use cloudapi::{Part, Result, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("images")]
    async fn send(&self, #[header("content-type")] kind: &str, #[part] file: &Part) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.send("image/png", &Part::text("a")).await
}

fn main() {
    let _ = used;
}
