//! Parts of a client as methods of it, as visible as the part.
#![deny(warnings, missing_docs)]

use cloudapi::{Result, get};

/// Clouds and their parts.
pub mod clouds {
    use cloudapi::{get, rest_api};

    /// A cloud.
    #[rest_api(baseurl = "https://api.example.com/v1/", scope = "{name}")]
    #[derive(Clone, Debug)]
    pub struct Cloud<'a, const N: usize> {
        name: &'a str,
        numbers: [u8; N],
    }

    /// The volumes of a cloud of any size.
    #[rest_api(extends = Cloud<'_, N>, path = "volumes", accessor = volumes)]
    #[derive(Clone, Debug)]
    pub struct Volumes<const N: usize>;

    /// The snapshots of those.
    #[rest_api(extends = Volumes<1>, path = "snapshots", accessor = r#type)]
    #[must_use]
    pub struct Snapshots {}

    #[rest_api(extends = Volumes<2>, accessor = volumes)]
    pub(super) struct Nested;

    /// Nobody asks the cloud for it.
    #[rest_api(extends = Cloud<'_, 3>, accessor = unused)]
    pub struct Unused;

    impl<const N: usize> Volumes<N> {
        /// One of them.
        #[get("{id}")]
        pub async fn volume(&self, id: u64) -> cloudapi::Result<String>;

        /// How many numbers its cloud has.
        pub fn numbers(cloud: &Cloud<'_, N>) -> usize {
            cloud.numbers.len()
        }
    }
}

use clouds::{Cloud, Nested, Volumes};

impl Nested {
    #[get("nested")]
    async fn nested(&self) -> Result<String>;
}

impl clouds::Snapshots {
    /// All of them.
    #[get("")]
    pub async fn list(&self) -> Result<String>;
}

/// More of the cloud.
pub mod more {
    use cloudapi::rest_api;

    /// It is declared where the cloud is not.
    #[rest_api(extends = super::clouds::Cloud<'_, 1>, path = "keys", accessor = keys)]
    pub struct Keys;
}

async fn used(one: &Cloud<'_, 1>, two: &Cloud<'_, 2>) -> Result<String> {
    let volumes: Volumes<1> = one.volumes();
    let _ = (Volumes::numbers(one), one.keys());
    volumes.volume(1).await?;
    volumes.r#type().list().await?;
    two.volumes().volumes().nested().await
}

pub(crate) fn main() {
    let _ = used;
    let _ = Cloud::new("a", [1]).map(|cloud| cloud.volumes());
}
