use cloudapi::{Call, Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api(scope = "a")]
impl Api {
    fn account(&self) -> Call<String>;

    #[get("droplets/{id}", unwarp = "droplet")]
    fn droplet(&self, id: u64) -> Call<String>;

    #[get("images/{id}")]
    fn image(&self, id: u64) -> Call<String>;

    #[get("images/{id}")]
    fn snapshot(&self, id: u64) -> Call<String>;

    #[get("images/{slug}")]
    fn volume(&self, slug: &str) -> Call<String>;
}

async fn used(api: &Api) -> Result<String> {
    api.account().await?;
    api.droplet(1).await?;
    api.image(1).await?;
    api.snapshot(1).await?;
    api.volume("a").await
}

fn main() {
    let _ = used;
}
