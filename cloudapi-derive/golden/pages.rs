impl DigitalOcean {
    #[get("droplets", items = "droplets", next = "links.pages.next")]
    pub fn droplets(&self, #[query] tag: Option<&str>) -> Pages<Droplet>;

    #[get("orgs/{org}/repos", items, next = link)]
    fn repositories(&self, org: &str, #[header("X-Trace")] trace: u64) -> Listed<Repository>;

    #[get("images", items = "data", page = "page")]
    fn images(&self) -> Pages<Image>;

    #[get("machines", items = "data", items_optional, next = "next")]
    fn machines(&self) -> Pages<Machine>;

    #[get("keys", items = "data.items", cursor = "meta.next")]
    fn keys(&self) -> Pages<Key>;

    #[get("volumes", items = "volumes", cursor("page_token" = "next_page_token"), crate = crate::vendored)]
    fn volumes(&self) -> Pages<Volume>;
}

#[rest_api(baseurl = "https://api.example.com/", pages(cursor("page_token" = "next_page_token")), crate = crate::vendored)]
pub struct Weather<'a, T: Show = u8, const N: usize = 2>
where
    T: Clone,
{
    of: &'a [T; N],
}

impl<'a, T: Show, const N: usize> Weather<'a, T, N> {
    #[get("stations", items, crate = crate::vendored)]
    fn stations(&self) -> Pages<Station>;

    #[get("networks", items = "networks", items_optional)]
    fn networks(&self) -> Pages<Network>;

    #[get("readings", items = "data", query("since" = "{self.of}"))]
    fn readings(&self, #[query] until: u64) -> Pages<Reading>;
}

#[rest_api(extends = Weather<'_, T>)]
struct Stations<T: Show> {
    of: T,
}

#[rest_api(extends = Weather, pages(next = link))]
struct Readings;
