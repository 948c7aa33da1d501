//! Clients that share what another one declares.
#![deny(warnings, missing_docs)]

use cloudapi::{Pages, Result, Secret, get, post, rest_api};

/// A cloud.
#[rest_api(
    baseurl = "https://api.example.com/v1/",
    callrateperhour = 5000,
    bearer = "{token}"
)]
#[derive(Clone, Debug)]
pub struct Cloud {
    token: Secret,
}

/// Its volumes.
#[rest_api(extends = Cloud, path = "volumes/")]
#[derive(Clone, Debug)]
pub struct Volumes;

/// Those of a region. Its fields have the names of what a builder would have.
#[rest_api(extends = self::Volumes, path = "regions")]
#[derive(Clone, Debug)]
pub struct Region {
    /// Its name.
    pub r#type: String,
    parent: u64,
    build: u64,
    retry: u64,
}

/// It continues no path.
#[rest_api(extends = Cloud)]
pub struct Account {}

impl Volumes {
    /// All of them.
    #[get("", items = "volumes", next = link)]
    pub fn list(&self) -> Pages<String>;
}

impl Region {
    /// Those of the region.
    #[get("{self.type}/{self.parent}", query("build" = "{self.build}", "retry" = "{self.retry}"))]
    pub async fn list(&self) -> Result<String>;
}

impl Account {
    /// Makes one.
    #[post("account")]
    pub async fn create(&self) -> Result<()>;
}

async fn used() -> Result<String> {
    let cloud = Cloud::new(Secret::new("t"))?;
    let volumes = Volumes::new(&cloud);
    let _ = volumes.list();
    Account::new(&cloud).create().await?;
    let region = Region::new(&volumes.clone(), String::from("fra1"), 1, 2, 3);
    region.clone().list().await
}

pub(crate) fn main() {
    let _ = used();
}
