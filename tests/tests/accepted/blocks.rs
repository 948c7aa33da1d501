//! The attribute on `impl` blocks: what is no endpoint stays as it is, and what
//! reaches something else, or returns it another way, stands beside it.
#![deny(warnings)]

use cloudapi::{Call, Pages, Result, get, post, rest_api};

mod vendored {
    pub use cloudapi as api;
}

mod renamed {
    pub use cloudapi::{get as fetch, rest_api as client};
}

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api<const N: usize> {
    zone: String,
    numbers: [u8; N],
}

#[rest_api]
impl<const N: usize> Api<N> {
    const ROUTES: usize = N;

    /// A page, and all pages.
    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<String>>;
    #[get("droplets", items, next = link)]
    fn all_droplets(&self) -> Pages<String>;
    /// It blocks.
    #[get("droplets")]
    fn droplets_now(&self) -> Result<Vec<String>>;

    #[get("zones/{zone}")]
    async fn zone(&self, zone: &str) -> Result<String>;
    #[get("zones/{self.zone}")]
    async fn own_zone(&self) -> Result<String>;
    #[get("zones/{zone*}")]
    async fn zone_of(&self, zone: &str) -> Result<String>;

    #[cloudapi::post("droplets")]
    fn create(&self, #[json] one: &str) -> Call<String>;
    #[::cloudapi::post("droplets")]
    fn create_many(&self, #[json] many: &[&str]) -> Call<Vec<String>>;

    #[get("images", query("type" = "application"))]
    async fn applications(&self) -> Result<String>;
    #[get("images", query("type" = "distribution"))]
    async fn distributions(&self) -> Result<String>;

    #[cfg(not(miri))]
    #[get("account")]
    async fn account(&self) -> Result<String>;
    #[cfg(not(all()))]
    #[get("account")]
    async fn account(&self) -> Result<Missing>;

    #[allow(clippy::unused_self)]
    fn routes(&self) -> usize {
        Self::ROUTES + self.numbers.len()
    }
}

/// What another block asks for is not compared.
#[rest_api(crate = crate::blocks::vendored::api)]
impl Api<1> {
    #[vendored::api::get("droplets", crate = crate::blocks::vendored::api)]
    async fn again(&self) -> Result<Vec<String>>;

    #[cfg_attr(all(), get("volumes"))]
    async fn volumes(&self) -> Result<String>;

    #[renamed::fetch("volumes")]
    async fn volumes_too(&self) -> Result<String>;

    #[post("volumes")]
    async fn create_volume(&self) -> Result<()>;
}

#[renamed::client]
impl Api<2> {}

macro_rules! block {
    ($client:ty: $($verb:ident $path:literal $name:ident)*) => {
        #[rest_api]
        impl $client {
            $(
                #[$verb($path)]
                async fn $name(&self) -> Result<String>;
            )*
        }
    };
}

block!(Api<3>: get "a" read post "a" write);

async fn used(api: &Api<1>, made: &Api<3>) -> Result<()> {
    #[rest_api(baseurl = "https://api.example.com/v1/")]
    struct Inner;

    #[cloudapi::rest_api]
    impl Inner {
        #[get("inner")]
        async fn inner(&self) -> Result<String>;
    }

    let _ = (api.all_droplets(), api.create("a"), api.create_many(&["a"]));
    api.droplets().await?;
    let _ = Api::<1>::droplets_now;
    let _ = api.zone("a").await? + &api.own_zone().await? + &api.zone_of("a").await?;
    let _ = api.applications().await? + &api.distributions().await? + &api.account().await?;
    api.again().await?;
    let _ = api.volumes().await? + &api.volumes_too().await?;
    api.create_volume().await?;
    let _ = made.read().await? + &made.write().await?;
    let _ = (api.routes(), Inner::new()?.inner().await?);
    Ok(())
}

pub(crate) fn main() -> Result<()> {
    let api = |_: &Api<1>, _: &Api<3>| ();
    let _ = (api, used, Api::<1>::new);
    Ok(())
}
