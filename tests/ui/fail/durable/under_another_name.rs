use cloudapi::{Call, post as api_post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api(durable)]
impl Api {
    #[api_post("droplets")]
    fn create(&self) -> Call<()>;
}

fn main() {
    let _ = Api::new().map(|api| api.create());
}
