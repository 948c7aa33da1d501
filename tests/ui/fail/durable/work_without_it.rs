use cloudapi::{Call, RestApi, Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api]
impl Api {
    #[get("droplets")]
    fn droplets(&self) -> Call<()>;
}

async fn used(api: &Api) -> Result<()> {
    let _ = api.droplets();
    api.work().until_empty().await?;
    Ok(())
}

fn main() {
    let _ = used;
}
