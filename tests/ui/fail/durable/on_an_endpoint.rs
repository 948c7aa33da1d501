use cloudapi::{Call, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", durable)]
    fn droplets(&self) -> Call<()>;
}

fn main() {
    let _ = Api::new().map(|api| api.droplets());
}
