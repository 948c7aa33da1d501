#[rest_api]
impl DigitalOcean {
    const VERSION: u8 = 2;

    #[get("droplets")]
    async fn droplets(&self) -> Result<Droplets>;

    #[cloudapi::post("droplets/{id}")]
    fn droplet(&self, id: u64) -> Call<Droplet>;

    fn version(&self) -> u8 {
        Self::VERSION
    }
}

#[rest_api(baseurl = "https://api.example.com/", crate = crate::vendored)]
impl<T> Show for Weather<T> {
    /// Its documentation.
    async fn station(&self, #[query] id: u64) -> Result<T>;

    #[get("stations/{id}")]
    fn one(&self, id: u64) -> Call<T>;

    #[get("stations/{name}")]
    fn other(&self, name: &str) -> Call<T>;
}
