use cloudapi::rest_api;

#[rest_api(baseurl = "https://api.example.com/v1/")]
fn api() -> u8 {
    1
}

fn main() {
    let _ = api();
}
