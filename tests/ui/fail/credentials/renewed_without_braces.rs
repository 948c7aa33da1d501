use cloudapi::{Credential, CredentialFuture, Credentials, Result, Secret, get, rest_api};

#[derive(Clone)]
struct Login;

impl Credentials for Login {
    fn obtain(&self) -> CredentialFuture<'_> {
        Box::pin(async { Ok(Credential::bearer("t")) })
    }
}

#[rest_api(baseurl = "https://api.example.com/v1/", credentials = "login")]
struct Api {
    login: Login,
    token: Secret,
}

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

async fn used() -> Result<usize> {
    let api = Api::new(Login, Secret::new("t"))?;
    let _ = (&api.login, &api.token);
    Ok(api.droplets().await?.len())
}

fn main() {
    let _ = used();
}
