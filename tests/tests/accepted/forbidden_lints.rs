//! `forbid` cannot be undone, so the generated code must not try.
#![forbid(
    warnings,
    unused,
    dead_code,
    missing_docs,
    unsafe_code,
    clippy::all,
    clippy::pedantic
)]

use cloudapi::{Result, get, rest_api};

/// A client.
#[rest_api(baseurl = "https://api.example.com/v1/", bearer = "{token}")]
pub struct Api {
    token: String,
}

impl Api {
    /// Its things.
    ///
    /// # Errors
    ///
    /// If there are none.
    #[get("things/{name}")]
    pub async fn things(&self, name: &str) -> Result<String>;
}

pub(crate) fn main() {
    drop(Api::new(String::new()).map(|api| drop(api.things("a"))));
}
