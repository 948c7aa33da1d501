use cloudapi::{Result, Secret, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", basic("{user}", "{password}"), bearer = "{password}")]
struct Api {
    user: String,
    password: Secret,
}

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

async fn used() -> Result<usize> {
    let api = Api::new(String::from("u"), Secret::new("p"))?;
    let _ = (&api.user, &api.password);
    Ok(api.droplets().await?.len())
}

fn main() {
    let _ = used();
}
