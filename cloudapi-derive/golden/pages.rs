impl DigitalOcean {
    #[get("droplets", items = "droplets", next = "links.pages.next")]
    pub fn droplets(&self, #[query] tag: Option<&str>) -> Pages<Droplet>;

    #[get("orgs/{org}/repos", items, next = link)]
    fn repositories(&self, org: &str, #[header("X-Trace")] trace: u64) -> Listed<Repository>;

    #[get("images", items = "data", page = "page")]
    fn images(&self) -> Pages<Image>;

    #[get("keys", items = "data.items", cursor = "meta.next")]
    fn keys(&self) -> Pages<Key>;

    #[get("volumes", items = "volumes", cursor("page_token" = "next_page_token"), crate = crate::vendored)]
    fn volumes(&self) -> Pages<Volume>;
}
