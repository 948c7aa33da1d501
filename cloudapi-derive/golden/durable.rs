#[rest_api(durable)]
impl<T> Example<T>
where
    T: Clone,
{
    #[post("droplets", idempotency_key)]
    pub fn create(&self, #[json] droplet: &NewDroplet) -> Call<Droplet>;

    #[cfg(unix)]
    #[delete("droplets/{id}",)]
    fn r#type(&self, id: u64) -> Call<()>;

    #[get("droplets")]
    async fn droplets(&self) -> Result<Vec<Droplet>>;

    #[get("droplets", items = "droplets", next = "links.pages.next")]
    fn pages(&self) -> Pages<Droplet>;
}
