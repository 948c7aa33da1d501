use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", items = "droplets", page = "page")]
    fn droplets(&self, #[query] page: u32) -> Pages<String>;
}

fn used(api: &Api) -> Pages<String> {
    api.droplets(1)
}

fn main() {
    let _ = used;
}
