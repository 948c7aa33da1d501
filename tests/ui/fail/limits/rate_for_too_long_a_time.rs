use cloudapi::{Result, rest_api};

#[rest_api(baseurl = "https://api.example.com/", limits(rate(250, per = "9000h")))]
struct Api;

fn used() -> Result<Api> {
    Api::new()
}

fn main() {
    let _ = used;
}
