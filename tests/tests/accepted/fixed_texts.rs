//! What an endpoint or a client sends whatever the parameters.
use cloudapi::{Result, Secret, get, post, rest_api};

#[rest_api(
    baseurl = "https://api.example.com/v1/",
    query("api_key" = "{key}", "format" = "json", "pretty" = "")
)]
struct Api {
    key: Secret,
    project: String,
    r#type: u8,
}

impl Api {
    #[get(
        "repos",
        headers("Accept" = "application/vnd.github+json", "X-Project" = "{self.project}/{self.type}"),
        query("type" = "{{{self.type}}}", "secret" = "{self.key}", "uploads" = "")
    )]
    async fn repositories(
        &self,
        #[header("X-Trace")] trace: u64,
        #[query] page: u64,
    ) -> Result<String>;

    #[post("raw/{project}", headers("Content-Type" = "text/csv"), query("project" = "{self.project}"))]
    async fn raw(&self, project: u64, #[body] rows: String) -> Result<()>;
}

async fn used() -> Result<String> {
    let api = Api::new(Secret::new("k"), String::from("web"), 1)?;
    api.raw(1, String::from("a,b")).await?;
    api.repositories(1, 2).await
}

pub(crate) fn main() {
    let _ = used();
}
