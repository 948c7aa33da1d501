use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[rest_api(extends = Api, path = "droplets/")]
#[derive(Debug, PartialEq)]
struct Droplets;

impl Droplets {
    #[get("")]
    async fn all(&self) -> Result<Vec<String>>;
}

async fn used() -> Result<usize> {
    let droplets = Droplets::new(&Api::new()?);
    println!("{droplets:?}");
    Ok(droplets.all().await?.len())
}

fn main() {
    let _ = used();
}
