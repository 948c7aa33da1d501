impl DigitalOcean {
    /// One droplet.
    #[get("droplets/{id}")]
    #[cfg(unix)]
    pub async fn droplet(&self, id: u64) -> Reply<Droplet>;

    #[post("accounts/{self.account}/{self.type}/droplets.json", idempotent, retry = "never", request_timeout = "2m")]
    pub(crate) fn create<T: Write>(
        &self,
        #[json] new: &T,
        #[query] tag: Tag,
        #[query("per_page")] page: u32,
        #[header("X-Request-Id")] id: Id,
    ) -> Started<Droplet>
    where
        T: Clone;

    #[put("files/{rest*}")]
    async fn upload<'a>(self: &'a Self, rest: &'a Path, #[body] bytes: Bytes) -> Reply<()>;

    #[patch("")]
    async fn rename(&self, #[form] r#type: &Kind) -> Reply<()>;

    #[delete("{a}-{b}", crate = crate::vendored)]
    async fn delete(&self, a: A, #[allow(unused)] b: B) -> Reply<()>;

    #[post("floating_ips", callrateperminute = 12, burst = 3, priority = "low")]
    async fn assign(&self) -> Reply<()>;

    #[get("keys", limits(rate(10, per = "1m"), rate(100, per = "1h", burst = 5)))]
    async fn keys(&self) -> Reply<()>;
}
