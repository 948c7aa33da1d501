use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", items, items_optional, next = link)]
    fn droplets(&self) -> Pages<String>;
}

fn used(api: &Api) -> Pages<String> {
    api.droplets()
}

fn main() {
    let _ = used;
}
