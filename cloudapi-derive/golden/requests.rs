impl DigitalOcean {
    #[get("droplets/{id}", unwrap = "data.droplet")]
    async fn droplet(&self, id: u64) -> Reply<Droplet>;

    #[post("droplets", unwrap = "droplet", idempotency_key, deadline = "1h")]
    fn create(&self, #[json] new: &NewDroplet) -> Started<Droplet>;

    #[patch("droplets/{id}", idempotency_key = "X-Request-Key", retry = "never")]
    async fn change(&self, id: u64, #[header("X-Trace")] trace: u64) -> Reply<()>;

    #[get(
        "repos/{id}",
        headers("Accept" = "application/vnd.github+json", "X-Project" = "{self.project}/{self.type}"),
        query("type" = "droplet", "tag" = "{{{self.tag}}}", "archived" = ""),
    )]
    async fn repository(&self, id: u64, #[query] page: u64) -> Reply<Repository>;
}
