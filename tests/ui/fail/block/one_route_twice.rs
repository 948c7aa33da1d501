use cloudapi::{Call, Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api]
impl Api {
    #[get("droplets/{id}", unwrap = "droplet")]
    fn droplet(&self, id: u64) -> Call<String>;

    #[get("droplets/{name}", unwrap = "image")]
    fn image(&self, name: &str) -> Call<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.droplet(1).await?;
    api.image("a").await
}

fn main() {
    let _ = used;
}
