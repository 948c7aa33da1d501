impl Images {
    async fn upload(&self, id: u64, image: RequestBody) -> Reply<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("PUT", "images/{id}") },
            )
            .literal("images/")
            .segment("id", &id)
            .body(image)
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<()> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<()> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    async fn form(&self, form: &Multipart) -> Reply<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("POST", "images") },
            )
            .literal("images")
            .multipart(form)
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Reply<()> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Reply<()> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    fn parts(&self, file: Part, n: Option<u32>) -> Started<()> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        use ::cloudapi::__private::PartFallback as _;
        <Started<
            (),
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const { &::cloudapi::__private::Endpoint::new("POST", "images") },
                )
                .literal("images")
                .part("file", ::cloudapi::__private::PartProbe(&file).to_part())
                .part("size", ::cloudapi::__private::PartProbe(&n).to_part())
                .call(
                    (&&&&&&&::cloudapi::__private::Marker::<
                        <Started<()> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
}
