//! Parameters with the names that generated code could use.
#![allow(clippy::too_many_arguments)]

use cloudapi::{Call, Result, get, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api {
    client: String,
    setup: String,
    fields: String,
    api: String,
    new: String,
    builder: String,
    __f: u8,
}

impl Api {
    #[get("{self_}/{client}/{request}/{draft}/{call}/{result}")]
    async fn get(
        &self,
        self_: &str,
        client: &str,
        request: &str,
        draft: &str,
        call: &str,
        result: &str,
        #[query] decoder: &str,
        #[query] endpoint: &str,
        #[query] api: &str,
        #[query] returned: &str,
        #[query] this: &str,
        #[query] literal: &str,
        #[header("X-Core")] core: &str,
        #[header("X-Cloudapi")] cloudapi: &str,
        #[header("X-Std")] std: &str,
    ) -> Result<String>;

    #[post("{self.client}/{segment}")]
    fn call(
        &self,
        segment: u8,
        #[query] query: u8,
        #[header("X-H")] header: u8,
        #[json] json: u8,
    ) -> Call<()>;

    #[post("a")]
    async fn draft<Draft: serde::Serialize, Call: serde::de::DeserializeOwned>(
        &self,
        #[json] body: &Draft,
    ) -> Result<Call>;

    #[get("b")]
    async fn decoder<T: serde::de::DeserializeOwned>(&self) -> Result<T>;
}

async fn used(api: &Api) -> Result<()> {
    let s = "";
    api.get(s, s, s, s, s, s, s, s, s, s, s, s, s, s, s).await?;
    let _: u8 = api.draft(&1).await?;
    let _: u8 = api.decoder().await?;
    api.call(1, 2, 3, 4).await
}

pub(crate) fn main() {
    let s = String::new;
    let api = Api::builder()
        .new(s())
        .builder(s())
        .client(s())
        .setup(s())
        .fields(s())
        .api(s())
        .__f(1)
        .build();
    let _ = api.map(|api| {
        drop((
            used(&api),
            &api.setup,
            &api.fields,
            &api.api,
            &api.new,
            &api.builder,
            api.__f,
        ))
    });
}
