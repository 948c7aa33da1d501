//! Each kind of parameter, in each form.
use cloudapi::{Bytes, Result, Secret, get, post, put, rest_api};
use serde::Serialize;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api {
    account: u64,
    r#type: &'static str,
    key: Secret,
}

#[derive(Serialize)]
struct Filter<'a> {
    tag: Option<&'a str>,
    ids: Vec<u64>,
}

impl Api {
    #[get("accounts/{self.account}/{self.type}/{id}.{format}/{rest*}")]
    async fn path(&self, id: u64, format: &str, rest: &str) -> Result<String>;

    #[get("{self.key}/{key}")]
    async fn secrets(
        &self,
        key: &Secret,
        #[query] other: &Secret,
        #[query] last: Secret,
    ) -> Result<()>;

    #[get("query")]
    async fn query(
        &self,
        #[query] scalar: u64,
        #[query("per_page")] renamed: u32,
        #[query] optional: Option<&str>,
        #[query] several: &[u64],
        #[query] owned: Vec<String>,
        #[query] filter: &Filter<'_>,
    ) -> Result<String>;

    #[get("headers")]
    async fn headers(
        &self,
        #[header("X-Number")] number: u64,
        #[header("X-Text")] text: &str,
        #[header("X-Owned")] owned: String,
        #[header("X-Optional")] optional: Option<&str>,
        #[header("X-Lent")] lent: &Option<String>,
        #[header("Authorization")] secret: &Secret,
    ) -> Result<String>;

    #[post("json")]
    async fn json(&self, #[json] value: &Filter<'_>) -> Result<String>;
    #[post("json/owned")]
    async fn json_owned(&self, #[json] value: Vec<u64>) -> Result<String>;
    #[post("form")]
    async fn form(&self, #[form] value: &Filter<'_>) -> Result<String>;
    #[put("text")]
    async fn text(
        &self,
        #[header("Content-Type")] media_type: &str,
        #[body] text: &str,
    ) -> Result<String>;
    #[put("bytes")]
    async fn bytes(&self, #[body] bytes: Bytes) -> Result<Bytes>;
    #[get("")]
    async fn root(&self) -> Result<()>;
    #[get("with/trailing/")]
    async fn trailing(&self) -> Result<()>;
}

async fn used(api: &Api) -> Result<()> {
    let key = Secret::new("k");
    let filter = Filter {
        tag: None,
        ids: vec![1],
    };
    api.path(1, "json", "a/b").await?;
    api.secrets(&key, &key, key.clone()).await?;
    api.query(1, 2, None, &[3], vec![], &filter).await?;
    api.headers(1, "a", String::new(), None, &None, &key)
        .await?;
    api.json(&filter).await?;
    api.json_owned(vec![1]).await?;
    api.form(&filter).await?;
    api.text("text/csv", "a,b").await?;
    api.bytes(Bytes::new()).await?;
    api.root().await?;
    api.trailing().await
}

pub(crate) fn main() {
    let _ = used;
    let _ = Api::new(1, "kind", Secret::new("k")).map(|api| (api.account, api.r#type, api.key));
}
