//! The ways of vendors, known ones and one of the user's.
use cloudapi::{Result, get, rest_api};

/// Refuses with a 420.
#[derive(Debug)]
struct Acme;

impl cloudapi::vendor::VendorProfile for Acme {
    fn is_refusal(&self, response: &cloudapi::vendor::ResponseView<'_>) -> bool {
        response.status().as_u16() == 420
    }
}

mod known {
    use cloudapi::rest_api;

    #[rest_api(baseurl = "https://api.example.com/v2/", vendor = "digitalocean")]
    pub struct DigitalOcean;
    #[rest_api(baseurl = "https://api.example.com/v3/", vendor = "github")]
    pub struct GitHub;
    #[rest_api(baseurl = "https://api.example.com/v4/", vendor = "cloudflare")]
    pub struct Cloudflare;
    #[rest_api(baseurl = "https://api.example.com/v5/", vendor = "hetzner")]
    pub struct Hetzner;
    #[rest_api(baseurl = "https://api.example.com/v6/", vendor = "stripe")]
    pub struct Stripe;
}

#[rest_api(baseurl = "https://api.example.com/v1/", vendor = Acme, retry = "never")]
struct Api;

impl Api {
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
}

async fn used() -> Result<usize> {
    let _ = (known::DigitalOcean::new()?, known::GitHub::new()?, known::Cloudflare::new()?);
    let _ = (known::Hetzner::new()?, known::Stripe::new()?);
    Ok(Api::new()?.droplets().await?.len())
}

pub(crate) fn main() {
    let _ = used();
}
