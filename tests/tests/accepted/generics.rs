//! Generic clients and endpoints, with bounds, defaults, constants and clauses.
use std::fmt::Display;

use cloudapi::{Call, Result, get, post, rest_api};
use serde::Serialize;
use serde::de::DeserializeOwned;

#[rest_api(baseurl = "https://api.example.com/v1/", headers("X-Region" = "{region}"))]
struct Api<R: Display, K = String, const N: usize = 2>
where
    K: Display,
{
    region: R,
    keys: [K; N],
    key: K,
}

impl<R: Display, K: Display, const N: usize> Api<R, K, N> {
    #[get("things/{self.key}/{id}")]
    async fn thing<T>(&self, id: impl Display) -> Result<T>
    where
        T: DeserializeOwned;

    #[get("things")]
    async fn things<T: DeserializeOwned>(
        &self,
        #[query] filter: &(impl Serialize + ?Sized),
    ) -> Result<Option<Vec<T>>>;

    #[post("things")]
    fn create<S: Serialize + Sync, T: DeserializeOwned>(&self, #[json] new: &S) -> Call<T>;
}

async fn used() -> Result<()> {
    let api = Api::new("eu", [1, 2, 3], 4)?;
    let _: String = api.thing("a").await?;
    let _: u64 = Api::builder()
        .key('k')
        .keys(['x'])
        .region(7)
        .build()?
        .thing(1)
        .await?;
    let things = api.things::<u8>(&[("tag", "web")]).await?;
    let _ = api.keys.len() + things.map_or(0, |things| things.len());
    api.create::<_, ()>(&"new").await
}

pub(crate) fn main() {
    let _ = used();
}
