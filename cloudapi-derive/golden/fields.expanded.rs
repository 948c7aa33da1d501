impl DigitalOcean {
    fn resize(&self, id: u64, size: &str, disk: Option<bool>) -> Started<Action> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        <Started<
            Action,
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new(
                            "POST",
                            "droplets/{id}/actions",
                        )
                    },
                )
                .literal("droplets/")
                .segment("id", &id)
                .literal("/actions")
                .json_text("type", ::cloudapi::__private::Text::new().literal("resize"))
                .json_text(
                    "region",
                    ::cloudapi::__private::Text::new().value("region", &self.region),
                )
                .json_field("size", &size)
                .json_field("disk", &disk)
                .unwrap("action")
                .call(
                    (&&&&&&&::cloudapi::__private::PartMarker::<
                        <Started<Action> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
    async fn token(&self, token: &Secret) -> Reply<Token> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("POST", "oauth/token") },
            )
            .literal("oauth/token")
            .form_text(
                "grant_type",
                ::cloudapi::__private::Text::new().literal("refresh_token"),
            )
            .form_field("refresh_token", &token)
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<Token> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<Token> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    async fn some(
        &self,
        ids: &[u64],
        tags: &[&str],
        sizes: Option<Sizes>,
    ) -> Reply<Droplets> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("GET", "droplets") },
            )
            .literal("droplets")
            .query_list("ids", ',', &ids)
            .query_list("tag[]", ' ', &tags)
            .query_list("sizes", '|', &sizes)
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<Droplets> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<Droplets> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
}
