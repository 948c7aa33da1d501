use cloudapi::{Result, post, rest_api};

struct Opaque;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post("droplets")]
    async fn act(&self, #[json("new")] new: &Opaque) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    api.act(&Opaque).await
}

fn main() {
    let _ = used;
}
