impl Images {
    #[put("images/{id}")]
    async fn upload(&self, id: u64, #[body] image: RequestBody) -> Reply<()>;

    #[post("images")]
    async fn form(&self, #[multipart] form: &Multipart) -> Reply<()>;

    #[post("images")]
    fn parts(&self, #[part] file: Part, #[part("size")] n: Option<u32>) -> Started<()>;
}
