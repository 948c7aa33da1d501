//! Attributes by their paths.
#[cloudapi::rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[cloudapi::get("things")]
    async fn things(&self) -> cloudapi::Result<String>;
}

pub(crate) fn main() {
    let _ = Api::new().map(|api| drop(api.things()));
}
