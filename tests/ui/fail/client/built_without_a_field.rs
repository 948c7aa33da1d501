use cloudapi::{Result, Secret, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", bearer = "{token}")]
struct Api {
    token: Secret,
}

fn used() -> Result<Api> {
    Api::builder().callrateperhour(60).build()
}

fn main() {
    let _ = used();
}
