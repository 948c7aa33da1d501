//! Credentials that are renewed, from a field or given to the builder.
use std::sync::Arc;

use cloudapi::{BoxError, Credential, CredentialFuture, Credentials, Result, get, rest_api};

#[derive(Clone, Debug)]
struct Login(Arc<str>);

impl Credentials for Login {
    fn obtain(&self) -> CredentialFuture<'_> {
        Box::pin(async { Ok(Credential::bearer(&*self.0)) })
    }
}

#[rest_api(baseurl = "https://api.example.com/v1/", credentials = "{login}")]
#[derive(Clone, Debug)]
struct Field {
    login: Login,
}

#[rest_api(baseurl = "https://api.example.com/v2/", credentials = "{type}")]
struct Shared<C: Credentials> {
    r#type: Arc<C>,
}

#[rest_api(baseurl = "https://api.example.com/v3/")]
struct Closure;

impl Field {
    #[get("")]
    async fn index(&self) -> Result<String>;
}

async fn used() -> Result<String> {
    let login = Login("t".into());
    let _ = Shared::new(Arc::new(login.clone()))?;
    let _ = Closure::builder()
        .credentials(|| async { Ok::<_, BoxError>(Credential::basic("me", "p")) })
        .build()?;
    Field::new(login)?.index().await
}

pub(crate) fn main() {
    let _ = used();
}
