//! The API's own description of an error.
use std::fmt;
use std::marker::PhantomData;

use cloudapi::{Result, get, rest_api};
use serde::Deserialize;

#[derive(Debug, Deserialize)]
struct Problem<Code = u64, Text = String> {
    code: Code,
    text: Text,
}

impl<Code: fmt::Display, Text: fmt::Display> fmt::Display for Problem<Code, Text> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}: {}", self.code, self.text)
    }
}

#[rest_api(baseurl = "https://api.example.com/v1/", error = Problem)]
struct Plain;

#[rest_api(baseurl = "https://api.example.com/v2/", error = self::Problem<u8, String>)]
struct Generic<T> {
    of: PhantomData<T>,
}

impl Plain {
    #[get("")]
    async fn index(&self) -> Result<String>;
}

impl<T> Generic<T> {
    #[get("")]
    async fn index(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    Generic::<u8>::new(PhantomData)?.index().await?;
    Plain::new()?.index().await
}

pub(crate) fn main() {
    let _ = used();
}
