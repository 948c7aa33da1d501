//! A client may be deprecated: nothing that is generated warns of it.
#![deny(warnings)]

use cloudapi::{Call, Pages, Result, get, post, rest_api};

/// Elsewhere there is a newer one.
#[deprecated]
#[rest_api(baseurl = "https://api.example.com/v1/", headers("X-Key" = "{key}"), pages(next = link))]
#[derive(Clone, Debug)]
pub struct Api {
    #[deprecated]
    key: String,
}

#[rest_api(extends = Api, path = "volumes/", accessor = volumes)]
#[allow(deprecated)]
pub struct Volumes;

#[rest_api(durable)]
#[allow(deprecated)]
impl Api {
    #[post("droplets")]
    pub fn create(&self) -> Call<()>;

    #[get("droplets", items = "droplets")]
    pub fn droplets(&self) -> Pages<String>;
}

impl Volumes {
    #[get("{id}")]
    pub async fn volume(&self, id: u64) -> Result<String>;
}

#[allow(deprecated)]
pub(crate) fn main() -> Result<()> {
    let api = Api::new("key".to_owned())?;
    let _ = (api.create(), api.droplets());
    let _ = api.volumes();
    let _ = Api::builder().key("key".to_owned()).build()?;
    Ok(())
}
