use cloudapi::{Result, get};

struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.droplets().await
}

fn main() {
    let _ = used(&Api);
}
