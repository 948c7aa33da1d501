use cloudapi::{Result, rest_api};

#[rest_api(baseurl = "https://api.example.com/", maximum_queue_length = 0)]
struct Api;

fn used() -> Result<Api> {
    Api::new()
}

fn main() {
    let _ = used;
}
