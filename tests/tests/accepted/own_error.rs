//! An error type of one's own, and one like `anyhow`'s.
use cloudapi::{get, rest_api};

enum Problem {
    Api(cloudapi::Error),
}

impl From<cloudapi::Error> for Problem {
    fn from(error: cloudapi::Error) -> Self {
        Self::Api(error)
    }
}

struct Any(Box<dyn std::error::Error + Send + Sync>);

impl<E: std::error::Error + Send + Sync + 'static> From<E> for Any {
    fn from(error: E) -> Self {
        Self(Box::new(error))
    }
}

type Result<T, E = Problem> = std::result::Result<T, E>;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("a")]
    async fn own(&self) -> Result<Option<u64>>;
    #[get("b")]
    async fn any(&self) -> Result<u64, Any>;
    #[get("c")]
    async fn boxed(&self) -> Result<u64, Box<dyn std::error::Error + Send + Sync>>;
}

async fn used(api: &Api) -> String {
    let Err(Problem::Api(own)) = api.own().await else {
        return String::new();
    };
    let Err(any) = api.any().await else {
        return own.to_string();
    };
    api.boxed()
        .await
        .map_or_else(|boxed| boxed.to_string(), |_| any.0.to_string())
}

pub(crate) fn main() {
    let _ = used;
}
