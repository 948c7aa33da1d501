use cloudapi::{Result, rest_api};

#[rest_api(baseurl = "https://api.example.com/", priority = "hihg")]
struct Api;

fn used() -> Result<Api> {
    Api::new()
}

fn main() {
    let _ = used;
}
