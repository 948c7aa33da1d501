use cloudapi::{Result, rest_api};

#[rest_api(baseurl = "https://api.example.com/", callrateperhour = 5000, callratepersecond = 10, burst = 20)]
struct Api;

fn used() -> Result<Api> {
    Api::new()
}

fn main() {
    let _ = used;
}
