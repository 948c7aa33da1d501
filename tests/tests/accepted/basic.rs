//! A user and a password, either of which may be constant.
use cloudapi::{Result, Secret, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", basic("{user}", "{password}"))]
struct Both {
    user: String,
    password: Secret,
}

#[rest_api(
    baseurl = "https://api.example.com/v2/",
    basic("{key}", ""),
    headers("X-Key" = "{key}"),
    scope = "{key}"
)]
#[derive(Clone, Debug)]
struct User {
    key: Secret,
}

#[rest_api(
    baseurl = "https://api.example.com/v3/",
    basic("api", "{{{key}}}:{key}")
)]
struct Password {
    key: Secret,
}

impl Both {
    #[get("")]
    async fn index(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    let key = Secret::new("k");
    let _ = User::new(key.clone())?.clone();
    let _ = Password::builder().key(key.clone()).build()?;
    Both::new(String::from("u"), key)?.index().await
}

pub(crate) fn main() {
    let _ = used();
}
