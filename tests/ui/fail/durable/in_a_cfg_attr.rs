use cloudapi::{Call, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api(durable)]
impl Api {
    #[post("volumes")]
    fn attach(&self) -> Call<()>;

    #[cfg_attr(not(test), post("droplets"))]
    fn create(&self) -> Call<()>;
}

fn main() {
    let _ = Api::new().map(|api| (api.create(), api.attach()));
}
