impl DigitalOcean {
    async fn droplet(&self, id: u64) -> Reply<Droplet> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("GET", "droplets/{id}") },
            )
            .literal("droplets/")
            .segment("id", &id)
            .unwrap("data.droplet")
            .call(
                (&&&&&&&::cloudapi::__private::PartMarker::<
                    <Reply<Droplet> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<Droplet> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    fn create(&self, new: &NewDroplet) -> Started<Droplet> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        <Started<
            Droplet,
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new("POST", "droplets")
                            .idempotency_key("Idempotency-Key")
                            .deadline(::core::time::Duration::from_millis(3600000u64))
                    },
                )
                .literal("droplets")
                .json(&new)
                .unwrap("droplet")
                .call(
                    (&&&&&&&::cloudapi::__private::PartMarker::<
                        <Started<Droplet> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
    async fn change(&self, id: u64, trace: u64) -> Reply<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        use ::cloudapi::__private::HeaderFallback as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const {
                    &::cloudapi::__private::Endpoint::new("PATCH", "droplets/{id}")
                        .idempotency_key("X-Request-Key")
                        .retry(::cloudapi::__private::Retry::Never)
                },
            )
            .literal("droplets/")
            .segment("id", &id)
            .header("X-Trace", ::cloudapi::__private::HeaderProbe(&trace).header_value())
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<()> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<()> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    async fn repository(&self, id: u64, page: u64) -> Reply<Repository> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("GET", "repos/{id}") },
            )
            .literal("repos/")
            .segment("id", &id)
            .text_header(
                "Accept",
                ::cloudapi::__private::Text::new().literal("application/vnd.github+json"),
            )
            .text_header(
                "X-Project",
                ::cloudapi::__private::Text::new()
                    .value("project", &self.project)
                    .literal("/")
                    .value("type", &self.r#type),
            )
            .text_query("type", ::cloudapi::__private::Text::new().literal("droplet"))
            .text_query(
                "tag",
                ::cloudapi::__private::Text::new()
                    .literal("{")
                    .value("tag", &self.tag)
                    .literal("}"),
            )
            .text_query("archived", ::cloudapi::__private::Text::new())
            .query("page", &page)
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<Repository> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<
            Repository,
        > as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
}
