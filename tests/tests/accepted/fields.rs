//! Bodies that are put together field by field, and lists that are one parameter.
use std::collections::BTreeSet;

use cloudapi::{Call, Result, Secret, delete, get, patch, post, put, rest_api};
use serde::Serialize;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api {
    region: String,
    r#type: &'static str,
    key: Secret,
}

#[derive(Serialize)]
struct Network<'a> {
    vpc: Option<&'a str>,
}

#[derive(Serialize)]
struct Ids(Vec<u64>);

impl Api {
    #[post("droplets/{id}/actions", json("type" = "{self.type}", "region" = "{self.region}"))]
    fn resize(
        &self,
        id: u64,
        #[json("size")] size: &str,
        #[json("disk")] disk: Option<bool>,
        #[query] dry: bool,
    ) -> Call<()>;

    #[patch("droplets", unwrap = "/droplet")]
    async fn change<'a, T: Serialize + Sync>(
        &self,
        #[json("any")] any: &'a T,
        #[json("given")] given: Vec<String>,
        #[json("network")] network: &Network<'a>,
        #[json("r#type")] r#type: u8,
        #[header("X-Trace")] trace: Option<u64>,
    ) -> Result<String>;

    #[put("keys", json("empty" = "", "braces" = "{{}}"), idempotency_key)]
    async fn keys(&self, #[json("lent")] lent: &Secret, #[json("given")] given: Secret) -> Result<()>;

    #[delete("keys", json("key" = "{self.key}"))]
    async fn fixed(&self) -> Result<()>;

    #[post("token", form("grant_type" = "refresh_token"))]
    async fn token(
        &self,
        #[form("refresh_token")] token: &Secret,
        #[form("scope")] scope: &[&str],
        #[form("ttl")] ttl: Option<u32>,
    ) -> Result<String>;

    #[get("lists")]
    async fn lists(
        &self,
        #[query(comma)] r#in: &[u64],
        #[query("tags[]", space)] tags: &BTreeSet<&str>,
        #[query(pipe,)] given: Vec<u8>,
        #[query("maybe", comma,)] maybe: Option<&Ids>,
        #[query("array", comma)] array: [u8; 3],
    ) -> Result<()>;
}

async fn used(api: &Api, key: &Secret) -> Result<()> {
    api.resize(7, "s", None, true).await?;
    let network = Network { vpc: Some("v") };
    api.change(&1, vec![], &network, 2, None).await?;
    api.keys(key, key.clone()).await?;
    api.fixed().await?;
    api.token(key, &["read"], None).await?;
    let tags = BTreeSet::from(["a"]);
    api.lists(&[1], &tags, vec![2], Some(&Ids(vec![3])), [4, 5, 6]).await
}

fn sent<T: Send>(value: T) -> T {
    value
}

pub(crate) fn main() {
    let _ = |api: &Api, key: &Secret| drop(sent(used(api, key)));
}
