use cloudapi::{Result, Secret, get, rest_api};

#[rest_api(
    base_url = "https://api.example.com/v1/",
    callrateperhour = 0,
    geometric_delay_multiplier = "2",
    request_timeout = 30,
    retry = "sometimes",
    bearer = "{tokne}",
    headers("X Key" = "{key}", "Accept" = "application/json", "accept" = "*/*"),
    retry = "never",
)]
struct Api {
    token: Secret,
    transport: u32,
}

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<()>;
}

async fn used() -> Result<()> {
    Api::new(Secret::new("t"), 1)?.droplets().await?;
    let api: Result<Api> = Api::builder().token(Secret::new("t")).transport(1).build();
    api?.droplets().await
}

fn main() {
    let _ = used();
}
