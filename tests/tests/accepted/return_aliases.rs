//! What is returned counts, and not what it is called.
use cloudapi::{Call, FromResponse, Response, get, rest_api};

type Answer<T, E = cloudapi::Error> = Result<T, E>;
type Maybe<T> = Answer<Option<T>>;
type Later = Call<Vec<String>>;
type Value = Response<Option<String>>;

trait Family {
    type Of;
}

impl Family for u8 {
    type Of = Answer<u8>;
}

struct Raw(usize);

impl FromResponse for Raw {
    fn from_response(response: &Response<cloudapi::Bytes>) -> Result<Self, cloudapi::BoxError> {
        Ok(Self(response.value().len()))
    }
}

macro_rules! answer {
    ($type:ty) => { Result<$type, cloudapi::Error> };
}

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("a")]
    async fn answer(&self) -> Answer<String>;
    #[get("b")]
    async fn maybe(&self) -> Maybe<String>;
    #[get("c")]
    fn later(&self) -> Later;
    #[get("d")]
    async fn value(&self) -> cloudapi::Result<Value>;
    #[get("e")]
    async fn family(&self) -> <u8 as Family>::Of;
    #[get("f")]
    async fn raw(&self) -> cloudapi::Result<Raw>;
    #[get("g")]
    async fn expanded(&self) -> answer!(());
    #[get("h")]
    async fn maybe_raw(&self) -> Maybe<Response<String>>;
}

async fn used(api: &Api) -> cloudapi::Result<()> {
    let _: String = api.answer().await?;
    let _: Option<String> = api.maybe().await?;
    let _: Vec<String> = api.later().await?;
    let _: Option<String> = api.value().await?.into_value();
    let _: u8 = api.family().await?;
    let _: usize = api.raw().await?.0;
    let _: Option<Response<String>> = api.maybe_raw().await?;
    api.expanded().await
}

pub(crate) fn main() {
    let _ = used;
}
