use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", items = "droplets", cursor("page_token" = "next"))]
    fn droplets(&self, #[query("page_token")] token: &str) -> Pages<String>;
}

fn used(api: &Api) -> Pages<String> {
    api.droplets("a")
}

fn main() {
    let _ = used;
}
