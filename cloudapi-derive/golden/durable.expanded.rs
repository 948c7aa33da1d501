impl<T> Example<T>
where
    T: Clone,
{
    pub fn create(&self, droplet: &NewDroplet) -> Call<Droplet> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        <Call<
            Droplet,
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new("POST", "droplets")
                            .idempotency_key("Idempotency-Key")
                            .durable("create")
                    },
                )
                .literal("droplets")
                .json(&droplet)
                .call(
                    (&&&&&&&::cloudapi::__private::Marker::<
                        <Call<Droplet> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
    #[cfg(unix)]
    fn r#type(&self, id: u64) -> Call<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        <Call<
            (),
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new("DELETE", "droplets/{id}")
                            .durable("type")
                    },
                )
                .literal("droplets/")
                .segment("id", &id)
                .call(
                    (&&&&&&&::cloudapi::__private::Marker::<
                        <Call<()> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
    async fn droplets(&self) -> Result<Vec<Droplet>> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("GET", "droplets") },
            )
            .literal("droplets")
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Result<Vec<Droplet>> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Result<
            Vec<Droplet>,
        > as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    fn pages(&self) -> Pages<Droplet> {
        <Pages<
            Droplet,
        > as ::cloudapi::__private::PagesReturn>::from_pages(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("GET", "droplets") },
                )
                .literal("droplets")
                .pages(
                    ::cloudapi::__private::Paging::new("droplets")
                        .next("links.pages.next"),
                ),
        )
    }
}
::cloudapi::__private::durable! {
    #[automatically_derived] impl < T > ::cloudapi::__private::DurableApi for Example < T
    > where T : Clone, { const __ENDPOINTS : & 'static [& 'static
    ::cloudapi::__private::Endpoint] = & [& ::cloudapi::__private::Endpoint::new("POST",
    "droplets").idempotency_key("Idempotency-Key").durable("create"), #[cfg(unix)] &
    ::cloudapi::__private::Endpoint::new("DELETE", "droplets/{id}").durable("type")]; }
}
