impl DigitalOcean {
    #[post(
        "droplets/{id}/actions",
        unwrap = "action",
        json("type" = "resize", "region" = "{self.region}")
    )]
    fn resize(
        &self,
        id: u64,
        #[json("size")] size: &str,
        #[json("disk")] disk: Option<bool>,
    ) -> Started<Action>;

    #[post("oauth/token", form("grant_type" = "refresh_token"))]
    async fn token(&self, #[form("refresh_token")] token: &Secret) -> Reply<Token>;

    #[get("droplets")]
    async fn some(
        &self,
        #[query(comma)] ids: &[u64],
        #[query("tag[]", space)] tags: &[&str],
        #[query(pipe)] sizes: Option<Sizes>,
    ) -> Reply<Droplets>;
}
