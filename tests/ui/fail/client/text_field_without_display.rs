use cloudapi::{Result, rest_api};

struct Key;

#[rest_api(baseurl = "https://api.example.com/v1/", headers("X-Key" = "{key}"))]
struct Api {
    key: Key,
}

fn used() -> Result<Api> {
    Api::new(Key)
}

fn main() {
    let _ = used();
}
