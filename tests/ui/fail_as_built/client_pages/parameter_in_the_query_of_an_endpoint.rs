use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", pages(cursor = "next"))]
struct Api;

impl Api {
    #[get("droplets", items = "droplets", query("cursor" = "a"))]
    fn droplets(&self) -> Pages<String>;
}

fn used(api: &Api) -> Pages<String> {
    api.droplets()
}

fn main() {
    let _ = used;
}
