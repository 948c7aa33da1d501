//! `Self` in a field, which is another type in the builder.
use std::collections::HashMap;

use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api<T> {
    parent: Option<Box<Self>>,
    others: HashMap<String, fn(&Self) -> T>,
}

impl<T> Api<T> {
    #[get("things")]
    async fn things(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    let parent = Api::<u8>::new(None, HashMap::new())?;
    let api = Api::builder()
        .others(HashMap::new())
        .parent(Some(Box::new(parent)))
        .build()?;
    let _ = (&api.parent, &api.others);
    api.things().await
}

pub(crate) fn main() {
    let _ = used();
}
