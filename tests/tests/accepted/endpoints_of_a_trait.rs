//! An endpoint as a default method: several clients share it.
use cloudapi::{Call, RestApi, get, rest_api};

trait Health: RestApi {
    #[get("health/{part}")]
    fn health(&self, part: &str) -> Call<String>;
}

#[rest_api(baseurl = "https://one.example.com/")]
struct One;
#[rest_api(baseurl = "https://two.example.com/")]
struct Two;

impl Health for One {}
impl Health for Two {}

async fn used() -> cloudapi::Result<String> {
    Ok(One::new()?.health("a").await? + &Two::new()?.health("b").await?)
}

pub(crate) fn main() {
    let _ = used();
}
