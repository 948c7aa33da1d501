use cloudapi::{Pages, get, rest_api};

struct Opaque;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get("droplets", items = "droplets", next = link)]
    fn droplets(&self) -> Pages<Opaque>;
}

fn used(api: &Api) -> Pages<Opaque> {
    api.droplets()
}

fn main() {
    let _ = used;
}
