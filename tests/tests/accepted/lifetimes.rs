//! Lifetimes on the client, the endpoint and the receiver.
use cloudapi::{Call, Result, get, rest_api};
use serde::Serialize;

#[rest_api(baseurl = "https://api.example.com/v1/", headers("X-Key" = "{key}"))]
#[derive(Clone)]
struct Api<'a, 'b: 'a> {
    key: &'a str,
    names: &'a [&'b str],
}

#[derive(Serialize)]
struct Page<'p>(&'p str);

impl<'b> Api<'_, 'b> {
    #[get("a/{name}")]
    async fn elided(&self, name: &str, #[query] page: Page<'_>) -> Result<String>;

    #[get("b/{name}")]
    async fn named<'s, 'n>(&'s self, name: &'n str, #[query] page: &'n Page<'b>) -> Result<String>
    where
        'b: 'n;

    #[get("c/{name}")]
    fn typed<'s>(self: &'s Self, name: &'s str) -> Call<String>;
}

async fn used(key: &str) -> Result<String> {
    let name = String::from("n");
    let api = Api::new(key, &["a"])?;
    let call = {
        let short = api.clone();
        // A call borrows nothing.
        short.typed(&name)
    };
    let _ = api.names;
    Ok(api.elided(&name, Page("1")).await? + &api.named(&name, &Page("1")).await? + &call.await?)
}

pub(crate) fn main() {
    let _ = used("k");
}
