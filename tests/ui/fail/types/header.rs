use cloudapi::{Result, get, rest_api};

struct Opaque;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self, #[header("X-Filter")] filter: &Opaque) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.droplets(&Opaque).await
}

fn main() {
    let _ = used;
}
