use cloudapi::{Call, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", items = "droplets", next = link)]
    fn droplets(&self) -> Call<Vec<String>>;
}

fn used(api: &Api) -> Call<Vec<String>> {
    api.droplets()
}

fn main() {
    let _ = used;
}
