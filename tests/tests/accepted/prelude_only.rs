//! One line brings all that a declaration needs.
use cloudapi::prelude::*;

#[rest_api(baseurl = "https://api.example.com/v1/", bearer = "{token}")]
struct Api {
    token: Secret,
}

impl Api {
    #[get("a")]
    async fn a(&self) -> Result<Response<String>>;
    #[post("b")]
    fn b(&self) -> Call<()>;
    #[put("c")]
    async fn c(&self) -> Result<()>;
    #[patch("d")]
    async fn d(&self) -> Result<()>;
    #[delete("e")]
    async fn e(&self) -> Result<()>;
    #[head("f")]
    async fn f(&self) -> Result<()>;
    #[options("g")]
    async fn g(&self) -> Result<()>;
}

pub(crate) fn main() {
    let _ = Api::new(Secret::new("t"));
}
