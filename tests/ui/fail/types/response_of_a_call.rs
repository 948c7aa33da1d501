use cloudapi::{Call, Result, get, rest_api};

struct Opaque;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets")]
    fn droplets(&self) -> Call<Opaque>;
}

async fn used(api: &Api) -> Result<Opaque> {
    api.droplets().await
}

fn main() {
    let _ = used;
}
