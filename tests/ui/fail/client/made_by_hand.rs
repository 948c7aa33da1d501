use cloudapi::{Secret, rest_api};

mod api {
    #[super::rest_api(baseurl = "https://api.example.com/v1/", bearer = "{token}")]
    pub struct Api {
        pub token: super::Secret,
    }
}

fn used() -> api::Api {
    api::Api {
        token: Secret::new("t"),
    }
}

fn main() {
    let _ = used();
}
