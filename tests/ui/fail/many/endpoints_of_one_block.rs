use cloudapi::{Call, Result, delete, get, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", callrateperhour = 5000)]
struct Api;

impl Api {
    #[get("droplets?page={page}")]
    async fn droplets(&self, page: u32) -> Result<Vec<String>>;

    #[get("droplets/{id}")]
    async fn droplet(&self) -> Result<String>;

    /// Nothing is wrong with this one.
    #[get("account")]
    async fn account(&self) -> Result<String>;

    #[post("droplets")]
    fn create(&self, #[json] new: &str, #[body] raw: String) -> Call<String>;

    #[delete("droplets/{id}")]
    async fn delete(&self, id: u64);
}

async fn used() -> Result<String> {
    let api = Api::new()?;
    let droplets = api.droplets(1).await?;
    let created = api.create("web", String::new()).await?;
    api.delete(1).await?;
    Ok(droplets.concat() + &api.droplet().await? + &api.account().await? + &created)
}

fn main() {
    let _ = used();
}
