//! Values that are a part of the response.
use cloudapi::{Call, Response, Result, get, post, rest_api};
use serde::{Deserialize, Serialize};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[derive(Deserialize, Serialize)]
struct Droplet {
    id: u64,
}

impl Api {
    #[get("droplets/{id}", unwrap = "droplet")]
    async fn droplet(&self, id: u64) -> Result<Droplet>;
    #[get("droplets/{id}", unwrap = "data.droplet-1.droplet_2")]
    async fn perhaps(&self, id: u64) -> Result<Option<Droplet>>;
    #[get("droplets/{id}", unwrap = "/data~1v2/droplets/0")]
    async fn pointed(&self, id: u64) -> Result<Droplet>;
    #[get("droplets/{id}", unwrap = "$data.@droplet")]
    async fn annotated(&self, id: u64) -> Result<Droplet>;
    #[get("droplets", unwrap = "droplets")]
    async fn with_status(&self) -> Result<Response<Vec<Droplet>>>;
    #[post("droplets", unwrap = "droplet")]
    fn create(&self, #[json] new: &Droplet) -> Call<Droplet>;
    #[get("droplets/{id}", unwrap = "droplet")]
    async fn of_any<T: for<'de> Deserialize<'de> + Send + 'static>(&self, id: u64) -> Result<T>;
}

async fn used(api: &Api) -> Result<u64> {
    let droplet: Droplet = api.of_any(1).await?;
    api.perhaps(1).await?;
    api.pointed(1).await?;
    api.annotated(1).await?;
    api.with_status().await?;
    api.create(&droplet).await?;
    Ok(api.droplet(1).await?.id)
}

pub(crate) fn main() {
    let _ = used;
}
