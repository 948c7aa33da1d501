use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Cloud;

#[rest_api(extends = Cloud, page(next = link))]
struct Droplets;

impl Droplets {
    #[get("droplets", items = "droplets")]
    fn list(&self) -> Pages<String>;
}

fn used(cloud: &Cloud) -> Pages<String> {
    Droplets::new(cloud).list()
}

fn main() {
    let _ = used;
}
