//! `#[cfg]` before and after the attribute, and lints on a parameter.
#![deny(unused_variables, unexpected_cfgs)]

use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
#[cfg_attr(all(), derive(Clone))]
struct Api;

impl Api {
    #[cfg(any())]
    #[get("never/{there}")]
    async fn thing(&self, there: Missing) -> Result<Missing>;

    #[cfg(not(miri))]
    #[get("always")]
    #[must_use = "it is sent when it is awaited"]
    #[inline]
    async fn thing(
        &self,
        #[allow(unused_variables)]
        #[query]
        page: u64,
    ) -> Result<String>;

    #[get("also/never")]
    #[cfg(any())]
    async fn other(&self) -> Result<Missing>;

    #[get("also/always")]
    #[cfg_attr(all(), deprecated)]
    #[expect(deprecated, reason = "the attributes stay on the method")]
    async fn other(&self) -> Result<()>
    where
        Old: Sized;
}

#[deprecated]
struct Old;

#[allow(deprecated)]
async fn used() -> Result<()> {
    let api = Api::new()?.clone();
    api.thing(1).await?;
    api.other().await
}

pub(crate) fn main() {
    let _ = used();
}
