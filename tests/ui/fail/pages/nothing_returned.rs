use cloudapi::{get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", items = "droplets", next = link)]
    fn droplets(&self);
}

fn used(api: &Api) {
    drop(api.droplets());
}

fn main() {
    let _ = used;
}
