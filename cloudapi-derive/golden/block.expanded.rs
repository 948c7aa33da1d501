impl DigitalOcean {
    const VERSION: u8 = 2;
    async fn droplets(&self) -> Result<Droplets> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        let call = ::cloudapi::__private::Draft::new(
                self,
                const { &::cloudapi::__private::Endpoint::new("GET", "droplets") },
            )
            .literal("droplets")
            .call(
                (&&&&&&&::cloudapi::__private::Marker::<
                    <Result<Droplets> as ::cloudapi::__private::AsyncReturn>::Value,
                >::NEW)
                    .decoder(),
            );
        <Result<Droplets> as ::cloudapi::__private::AsyncReturn>::from_result(call.await)
    }
    fn droplet(&self, id: u64) -> Call<Droplet> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        <Call<
            Droplet,
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new("POST", "droplets/{id}")
                    },
                )
                .literal("droplets/")
                .segment("id", &id)
                .call(
                    (&&&&&&&::cloudapi::__private::Marker::<
                        <Call<Droplet> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
    fn version(&self) -> u8 {
        Self::VERSION
    }
}
::core::compile_error! {
    "`baseurl` belongs on the struct, not on an `impl` block\nhelp: move it to the `#[rest_api(..)]` of the struct; on the block write `#[rest_api]` alone"
}
::core::compile_error! {
    "`#[rest_api]` is on the `impl` of a trait\nexpected: an `impl` block of the client itself\nhelp: take it out; endpoints in a trait or its `impl` need no attribute around them"
}
::core::compile_error! {
    "the method `station` has no body, and is not declared as an endpoint\nhelp: add `#[get(\"path\")]` or another verb above it, or a body in braces"
}
::core::compile_error! {
    "`other` asks for the same as `one`: `GET stations/{id}`\nhelp: change the path or the verb; if both are meant, put one into an `impl` block of its own"
}
impl<T> Show for Weather<T> {
    /// Its documentation.
    async fn station(&self, id: u64) -> Result<T> {
        let _ = &id;
        ::core::unreachable!()
    }
    fn one(&self, id: u64) -> Call<T> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        <Call<
            T,
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new("GET", "stations/{id}")
                    },
                )
                .literal("stations/")
                .segment("id", &id)
                .call(
                    (&&&&&&&::cloudapi::__private::Marker::<
                        <Call<T> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
    fn other(&self, name: &str) -> Call<T> {
        use ::cloudapi::__private::Decodes as _;
        use ::cloudapi::__private::DecodesLast as _;
        <Call<
            T,
        > as ::cloudapi::__private::SyncReturn>::from_call(
            ::cloudapi::__private::Draft::new(
                    self,
                    const {
                        &::cloudapi::__private::Endpoint::new("GET", "stations/{name}")
                    },
                )
                .literal("stations/")
                .segment("name", &name)
                .call(
                    (&&&&&&&::cloudapi::__private::Marker::<
                        <Call<T> as ::cloudapi::__private::SyncReturn>::Value,
                    >::NEW)
                        .decoder(),
                ),
        )
    }
}
