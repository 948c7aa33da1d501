use cloudapi::{Result, rest_api};

#[rest_api(baseurl = "https://api.example.com/", when_full = "wait")]
struct Api;

fn used() -> Result<Api> {
    Api::new()
}

fn main() {
    let _ = used;
}
