//! Traits of the user's that give every type a method of a name that generated
//! code calls.
use cloudapi::{Call, Result, get, post, rest_api};

trait Everything: Sized {
    fn literal(self, _: &str) -> u8 {
        0
    }
    fn segment(self, _: &str, _: u8) -> u8 {
        0
    }
    fn query(self, _: &str, _: u8) -> u8 {
        0
    }
    fn json(self, _: u8) -> u8 {
        0
    }
    fn call(self, _: u8) -> u8 {
        0
    }
    fn build(self) -> u8 {
        0
    }
    fn token(self, _: u8) -> u8 {
        0
    }
    fn __client(&self) -> u8 {
        0
    }
}

impl<T> Everything for T {}

#[rest_api(baseurl = "https://api.example.com/v1/", bearer = "{token}")]
struct Api {
    token: String,
}

impl Api {
    #[get("things/{id}")]
    async fn thing(&self, id: u64, #[query] page: u64) -> Result<String>;
    #[post("things")]
    fn create(&self, #[json] new: u64) -> Call<()>;
}

async fn used() -> Result<()> {
    let api = Api::new(String::new())?;
    api.thing(1, 2).await?;
    api.create(1).await
}

pub(crate) fn main() {
    let _ = used();
}
