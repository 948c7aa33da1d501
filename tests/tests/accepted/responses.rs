//! Each way to read a response.
use cloudapi::{Bytes, Call, Response, Result, get, rest_api};
use serde::Deserialize;

#[derive(Deserialize)]
struct Droplet {
    id: u64,
}

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("a")]
    async fn nothing(&self) -> Result<()>;
    #[get("b")]
    async fn json(&self) -> Result<Droplet>;
    #[get("c")]
    async fn list(&self) -> Result<Vec<Droplet>>;
    #[get("d")]
    async fn optional(&self) -> Result<Option<Droplet>>;
    #[get("e")]
    async fn text(&self) -> Result<String>;
    #[get("f")]
    async fn bytes(&self) -> Result<Bytes>;
    #[get("g")]
    async fn response(&self) -> Result<Response<Droplet>>;
    #[get("h")]
    async fn optional_response(&self) -> Result<Response<Option<Droplet>>>;
    #[get("i")]
    async fn optional_text(&self) -> Result<Option<String>>;
    #[get("j")]
    fn call(&self) -> Call<Option<Droplet>>;
}

async fn used(api: &Api) -> Result<u64> {
    api.nothing().await?;
    let mut id = api.json().await?.id + api.list().await?[0].id;
    id += api.optional().await?.map_or(0, |droplet| droplet.id);
    id += api.text().await?.len() as u64 + api.bytes().await?.len() as u64;
    id += api.response().await?.value().id;
    id += api
        .optional_response()
        .await?
        .into_value()
        .map_or(0, |droplet| droplet.id);
    id += api
        .optional_text()
        .await?
        .map_or(0, |text| text.len() as u64);
    Ok(id + api.call().await?.map_or(0, |droplet| droplet.id))
}

pub(crate) fn main() {
    let _ = used;
}
