::core::compile_error! {
    "`#[rest_api]` is on a tuple struct\nexpected: a unit struct, or a struct with named fields"
}
struct NoClient(u8);
#[automatically_derived]
impl vendored::api::__private::RestApi for NoClient {
    fn __client(&self) -> &vendored::api::__private::Client {
        ::core::unreachable!()
    }
}
#[automatically_derived]
#[doc(hidden)]
impl<__Asks> vendored::api::__private::Paged<__Asks> for NoClient {
    const PAGING: vendored::api::__private::Paging = vendored::api::__private::Paging::new(
        "",
    );
}
impl Example {
    fn create(&self) -> Call<()> {
        use vendored::api::__private::Decodes as _;
        use vendored::api::__private::DecodesLast as _;
        <Call<
            (),
        > as vendored::api::__private::SyncReturn>::from_call(
            vendored::api::__private::Draft::new(
                    self,
                    const {
                        &vendored::api::__private::Endpoint::new("POST", "droplets")
                            .durable("create")
                    },
                )
                .literal("droplets")
                .call(
                    (&&&&&&&vendored::api::__private::Marker::<
                        <Call<()> as vendored::api::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
    async fn droplets(&self) -> Result<()> {
        use other::api::__private::Decodes as _;
        use other::api::__private::DecodesLast as _;
        let call = other::api::__private::Draft::new(
                self,
                const { &other::api::__private::Endpoint::new("GET", "droplets") },
            )
            .literal("droplets")
            .call(
                (&&&&&&&other::api::__private::Marker::<
                    <Result<()> as other::api::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Result<()> as other::api::__private::AsyncReturn>::from_result(call.await)
    }
}
vendored::api::__private::durable! {
    #[automatically_derived] impl vendored::api::__private::DurableApi for Example {
    const __ENDPOINTS : & 'static [& 'static vendored::api::__private::Endpoint] = & [&
    vendored::api::__private::Endpoint::new("POST", "droplets").durable("create")]; }
}
