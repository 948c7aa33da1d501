use cloudapi::{Pages, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/", pages(next = link))]
struct Cloud;

#[rest_api(extends = Cloud, pages(next = link, cursor = "next"))]
struct Droplets;

impl Droplets {
    #[get("droplets", items = "droplets")]
    fn list(&self) -> Pages<String>;
}

fn used(droplets: &Droplets) -> Pages<String> {
    droplets.list()
}

fn main() {
    let _ = used;
    let _ = Cloud::new().map(|cloud| Droplets::new(&cloud));
}
