use cloudapi::{Call, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api(durable)]
impl Api {
    #[post("droplets", unwarp = "droplet")]
    fn create(&self) -> Call<()>;
}

fn main() {
    let _ = Api::new().map(|api| api.create());
}
