impl DigitalOcean {
    /// One droplet.
    #[cfg(unix)]
    pub async fn droplet(&self, id: u64) -> Reply<Droplet> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("GET", "droplets/{id}") },
            )
            .literal("droplets/")
            .segment("id", &id)
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<Droplet> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<Droplet> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    pub(crate) fn create<T: Write>(
        &self,
        new: &T,
        tag: Tag,
        page: u32,
        id: Id,
    ) -> Started<Droplet>
    where
        T: Clone,
    {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        use ::cloudapi::__private::HeaderFallback as _;
        <Started<
            Droplet,
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new(
                                "POST",
                                "accounts/{self.account}/{self.type}/droplets.json",
                            )
                            .idempotent()
                            .retry(::cloudapi::__private::Retry::Never)
                            .request_timeout(
                                ::core::time::Duration::from_millis(120000u64),
                            )
                    },
                )
                .literal("accounts/")
                .segment("self.account", &self.account)
                .literal("/")
                .segment("self.type", &self.r#type)
                .literal("/droplets.json")
                .json(&new)
                .query("tag", &tag)
                .query("per_page", &page)
                .header(
                    "X-Request-Id",
                    ::cloudapi::__private::HeaderProbe(&id).header_value(),
                )
                .call(
                    (&&&&&&&::cloudapi::__private::Marker::<
                        <Started<Droplet> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
    async fn upload<'a>(self: &'a Self, rest: &'a Path, bytes: Bytes) -> Reply<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("PUT", "files/{rest*}") },
            )
            .literal("files/")
            .segments("rest", &rest)
            .body(bytes)
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<()> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<()> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    async fn rename(&self, r#type: &Kind) -> Reply<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("PATCH", "") },
            )
            .form(&r#type)
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<()> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<()> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    async fn delete(&self, a: A, #[allow(unused)] b: B) -> Reply<()> {
        use crate::vendored::__private::Decodes as _;
        use crate::vendored::__private::DecodesLast as _;
        let call = crate::vendored::__private::Draft::new(
                self,
                const { &crate::vendored::__private::Endpoint::new("DELETE", "{a}-{b}") },
            )
            .segment("a", &a)
            .literal("-")
            .segment("b", &b)
            .call(
                (&&&&&&&crate::vendored::__private::Marker::<
                    <Reply<()> as crate::vendored::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<()> as crate::vendored::__private::AsyncReturn>::from_result(call.await)
    }
    async fn assign(&self) -> Reply<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const {
                    &::cloudapi::__private::Endpoint::new("POST", "floating_ips")
                        .priority(::cloudapi::__private::Priority::Low)
                        .limits(const {
                            &[
                                ::cloudapi::__private::Rate::new(
                                        12u32,
                                        ::core::time::Duration::from_millis(60000u64),
                                    )
                                    .burst(3u32),
                            ]
                        })
                },
            )
            .literal("floating_ips")
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<()> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<()> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    async fn keys(&self) -> Reply<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const {
                    &::cloudapi::__private::Endpoint::new("GET", "keys")
                        .limits(const {
                            &[
                                ::cloudapi::__private::Rate::new(
                                    10u32,
                                    ::core::time::Duration::from_millis(60000u64),
                                ),
                                ::cloudapi::__private::Rate::new(
                                        100u32,
                                        ::core::time::Duration::from_millis(3600000u64),
                                    )
                                    .burst(5u32),
                            ]
                        })
                },
            )
            .literal("keys")
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<()> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<()> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
}
