//! Blocks whose calls can be enqueued.

#![deny(warnings)]

use cloudapi::prelude::*;

#[rest_api(baseurl = "https://api.example.com/")]
struct Generic<T: Clone> {
    value: T,
}

#[rest_api(durable)]
impl<T> Generic<T>
where
    T: Clone,
{
    #[post("droplets", idempotency_key, callrateperhour = 10, limits(rate(3, per = "1m")),)]
    pub fn create(&self, #[json("name")] name: &str) -> Call<()>;

    #[cfg(any())]
    #[post("gone")]
    fn gone(&self) -> Call<Missing>;

    #[cfg(not(miri))]
    #[delete("droplets/{id}")]
    fn r#type(&self, id: u64) -> Call<()>;

    #[get("droplets")]
    async fn droplets(&self) -> Result<String>;

    #[get("pages", items = "droplets", next = "next")]
    fn pages(&self) -> Pages<String>;
}

#[rest_api(extends = Generic<u8>, path = "volumes", accessor = volumes)]
struct Volumes;

#[rest_api(durable)]
impl Volumes {
    #[get("")]
    fn all(&self) -> Call<String>;
}

async fn used() -> Result<()> {
    let generic = Generic::new(7_u8)?;
    let _ = (generic.value, generic.pages());
    generic.droplets().await?;
    generic.create("a").enqueue().await?;
    generic.r#type(7).enqueue().await?.result().await?;
    let volumes = generic.volumes();
    volumes.all().enqueue().await?.await?;
    generic.work().also(&volumes).until_empty().await?;
    Ok(())
}

pub(crate) fn main() {
    let _ = used;
}
