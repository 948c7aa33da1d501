#[rest_api(crate = vendored::api)]
struct NoClient(u8);

#[rest_api(durable, crate = vendored::api)]
impl Example {
    #[post("droplets")]
    fn create(&self) -> Call<()>;

    #[get("droplets", crate = other::api)]
    async fn droplets(&self) -> Result<()>;
}
