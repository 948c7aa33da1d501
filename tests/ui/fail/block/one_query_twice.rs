use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api]
impl Api {
    #[get("images", items = "images", next = link, query("type" = "application", "per_page" = "200"))]
    fn applications(&self) -> Pages<String>;

    #[cloudapi::get("images", items = "data", page = "page", query("per_page" = "200", "type" = "application"))]
    fn distributions(&self) -> Pages<String>;
}

fn used(api: &Api) -> Pages<String> {
    let _ = api.applications();
    api.distributions()
}

fn main() {
    let _ = used;
}
