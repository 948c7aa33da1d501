use cloudapi::{Result, rest_api};

#[rest_api(baseurl = "https://api.example.com/", maximum_queue_length = 9, when_full = "drop")]
struct Api;

fn used() -> Result<Api> {
    Api::new()
}

fn main() {
    let _ = used;
}
