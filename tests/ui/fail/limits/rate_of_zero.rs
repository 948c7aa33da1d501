use cloudapi::{Result, rest_api};

#[rest_api(baseurl = "https://api.example.com/", limits(rate(0, per = "1m")))]
struct Api;

fn used() -> Result<Api> {
    Api::new()
}

fn main() {
    let _ = used;
}
