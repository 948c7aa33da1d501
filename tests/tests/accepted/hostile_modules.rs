//! Modules of the user's with the names of crates.
#![no_implicit_prelude]
#![allow(unused)]

mod core {}
mod std {}
mod alloc {}
mod cloudapi {}
mod serde {}
mod http {}

use ::cloudapi::{Call, Result, Secret, get, post, rest_api};
use ::std::clone::Clone;
use ::std::fmt::Debug;
use ::std::option::Option;
use ::std::string::String;

#[rest_api(
    baseurl = "https://api.example.com/v1/",
    request_timeout = "30s",
    retry = "always",
    bearer = "{token}",
    headers("X-Account" = "a {account}")
)]
#[derive(Clone, Debug)]
struct Api {
    token: Secret,
    account: u64,
}

impl Api {
    #[get("things/{id}", request_timeout = "3s", retry = "never")]
    async fn thing(
        &self,
        id: u64,
        #[query] page: u64,
        #[header("X-Page")] other: u64,
    ) -> Result<Option<String>>;

    #[post("things")]
    fn create(&self, #[json] new: &str) -> Call<()>;
}

pub(crate) fn main() {}
