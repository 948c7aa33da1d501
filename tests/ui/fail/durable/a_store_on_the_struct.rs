use cloudapi::rest_api;

#[rest_api(baseurl = "https://api.example.com/v1/", store = "sqlite:calls.db", store_down = "stop")]
struct Api;

fn main() {
    let _ = Api::new();
}
