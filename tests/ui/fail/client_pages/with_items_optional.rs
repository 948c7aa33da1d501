use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", pages(next = link, items_optional))]
struct Api;

impl Api {
    #[get("droplets", items = "droplets")]
    fn droplets(&self) -> Pages<String>;
}

fn used(api: &Api) -> Pages<String> {
    api.droplets()
}

fn main() {
    let _ = used;
}
