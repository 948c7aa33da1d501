use cloudapi::{Result, rest_api};

#[rest_api(baseurl = "https://api.example.com/", callratepersecond = 10, burst = 0)]
struct Api;

fn used() -> Result<Api> {
    Api::new()
}

fn main() {
    let _ = used;
}
