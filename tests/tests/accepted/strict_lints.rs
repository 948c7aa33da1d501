//! Silent under the lints of people who want to know everything.
#![deny(
    warnings,
    missing_docs,
    unused,
    unused_qualifications,
    unused_lifetimes,
    unused_results,
    unreachable_pub,
    missing_debug_implementations,
    missing_copy_implementations,
    elided_lifetimes_in_paths,
    single_use_lifetimes,
    trivial_casts,
    trivial_numeric_casts,
    let_underscore_drop,
    private_interfaces,
    private_bounds,
    rust_2018_idioms,
    clippy::all,
    clippy::pedantic,
    clippy::nursery
)]

use cloudapi::{Call, Result, Secret, get, post, rest_api};

/// A client.
#[rest_api(
    baseurl = "https://api.example.com/v1/",
    callrateperhour = 1_000,
    request_timeout = "30s",
    bearer = "{token}",
    headers("X-Account" = "{account}")
)]
#[derive(Clone, Debug)]
pub struct Api {
    token: Secret,
    account: u64,
}

/// Nothing is ever called on it.
#[rest_api(baseurl = "https://api.example.com/v1/")]
#[derive(Debug)]
pub(crate) struct Quiet<'a> {
    _name: &'a str,
}

mod private {
    use cloudapi::{Result, get, rest_api};

    #[rest_api(baseurl = "https://api.example.com/v1/")]
    #[derive(Debug)]
    pub(super) struct Inner {
        key: String,
    }

    impl Inner {
        #[get("{self.key}")]
        pub(super) async fn read(&self) -> Result<String>;
    }
}

impl Api {
    /// One thing.
    ///
    /// # Errors
    ///
    /// If there is none.
    #[get("accounts/{self.account}/things/{id}")]
    pub async fn thing(
        &self,
        id: u64,
        #[query] page: Option<u32>,
        #[header("X-Trace")] trace: Option<&str>,
    ) -> Result<Option<String>>;

    /// Makes a thing.
    #[post("things", idempotent)]
    pub fn create(&self, #[json] new: &str) -> Call<()>;
}

async fn used(api: Api) -> Result<()> {
    let inner = private::Inner::new(String::new())?;
    let thing = api
        .thing(1, None, Some("a"))
        .await?
        .unwrap_or(inner.read().await?);
    api.create(&thing).await
}

pub(crate) fn main() {
    drop(Api::new(Secret::new("t"), 1).map(used));
}
