#[rest_api(baseurl = "ftp://api.example.com/", bearer = "{tokne}", callrateperhuor = 1)]
struct Weather {
    token: Token,
}

impl Weather {
    #[get("/stations/{id}?page={page}")]
    pub const async unsafe fn station(&mut self, id: u64, pge: u64, #[json] mut body: B);

    #[post("stations")]
    fn add(#[qeury] name: Name) -> impl Future;
}
