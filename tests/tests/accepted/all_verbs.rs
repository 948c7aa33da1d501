//! Each method of HTTP, with and without a body where it may have one.
use cloudapi::{Result, delete, get, head, options, patch, post, put, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("things")]
    async fn get(&self) -> Result<String>;
    #[head("things")]
    async fn head(&self) -> Result<()>;
    #[options("things")]
    async fn options(&self) -> Result<()>;
    #[post("things")]
    async fn post(&self, #[json] thing: &str) -> Result<()>;
    #[put("things")]
    async fn put(&self, #[form] thing: &[(&str, &str)]) -> Result<()>;
    #[patch("things")]
    async fn patch(&self, #[body] thing: String) -> Result<()>;
    #[delete("things")]
    async fn delete(&self) -> Result<()>;
    #[delete("things/batch")]
    async fn delete_many(&self, #[json] ids: &[u64]) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    let thing = api.get().await?;
    api.head().await?;
    api.options().await?;
    api.post(&thing).await?;
    api.put(&[("a", "b")]).await?;
    api.patch(thing).await?;
    api.delete().await?;
    api.delete_many(&[1, 2]).await
}

pub(crate) fn main() {
    let _ = used;
}
