use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", pages(page = "page"))]
struct Api;

impl Api {
    #[get("droplets", items = "droplets")]
    fn droplets(&self, #[query] per_page: u32, #[query] page: u32) -> Pages<String>;
}

fn used(api: &Api) -> Pages<String> {
    api.droplets(1, 2)
}

fn main() {
    let _ = used;
}
