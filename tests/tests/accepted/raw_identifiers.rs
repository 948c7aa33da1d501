//! Keywords as names, without `r#` where a server sees them.
use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", headers("X-Type" = "{type}"))]
struct r#Api {
    r#type: String,
    r#match: u64,
}

impl r#Api {
    #[get("{self.match}/{in}/{loop*}")]
    async fn r#move(&self, r#in: u64, r#loop: &str, #[query] r#for: &str) -> Result<String>;
}

async fn used() -> Result<String> {
    let api = Api::builder().r#type(String::new()).r#match(1).build()?;
    let _ = &api.r#type;
    api.r#move(1, "a", "b").await
}

pub(crate) fn main() {
    let _ = used();
    let _ = Api::new(String::new(), 1);
}
