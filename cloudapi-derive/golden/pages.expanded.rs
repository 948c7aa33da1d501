impl DigitalOcean {
    pub fn droplets(&self, tag: Option<&str>) -> Pages<Droplet> {
        <Pages<
            Droplet,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "droplets") },
                )
                .literal("droplets")
                .query("tag", &tag)
                .pages(
                    ::cloudapi::__private::Paging::new("droplets")
                        .next("links.pages.next"),
                ),
        )
    }
    fn repositories(&self, org: &str, trace: u64) -> Listed<Repository> {
        use ::cloudapi::__private::HeaderFallback as _;
        <Listed<
            Repository,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new("GET", "orgs/{org}/repos")
                    },
                )
                .literal("orgs/")
                .segment("org", &org)
                .literal("/repos")
                .header(
                    "X-Trace",
                    ::cloudapi::__private::HeaderProbe(&trace).header_value(),
                )
                .pages(::cloudapi::__private::Paging::new("").link()),
        )
    }
    fn images(&self) -> Pages<Image> {
        <Pages<
            Image,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "images") },
                )
                .literal("images")
                .pages(::cloudapi::__private::Paging::new("data").page("page")),
        )
    }
    fn keys(&self) -> Pages<Key> {
        <Pages<
            Key,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "keys") },
                )
                .literal("keys")
                .pages(
                    ::cloudapi::__private::Paging::new("data.items")
                        .cursor("cursor", "meta.next"),
                ),
        )
    }
    fn volumes(&self) -> Pages<Volume> {
        <Pages<
            Volume,
        > as crate::vendored::__private::PagesReturn>::from_pages(
            crate::vendored::__private::Draft::new(
                    self,
                    const {
                        &crate::vendored::__private::Endpoint::new("GET", "volumes")
                    },
                )
                .literal("volumes")
                .pages(
                    crate::vendored::__private::Paging::new("volumes")
                        .cursor("page_token", "next_page_token"),
                ),
        )
    }
}
