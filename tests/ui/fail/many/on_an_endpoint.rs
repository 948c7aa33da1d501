use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[get(
        "/droplets/{droplet}//{id}",
        idempotnet,
        retry = "sometimes",
        request_timeout = 5
    )]
    #[allow(clippy::too_many_arguments)]
    async unsafe fn droplet(
        &mut self,
        id: u64,
        unused: u32,
        #[query] page: u32,
        #[query("page")] per_page: u32,
        #[json] filter: &str,
        #[header("X Trace")] trace: &str,
        #[qeury] sort: &str,
    ) -> Result<impl Sized> {
        Ok(())
    }
}

async fn used(api: &Api) -> Result<()> {
    api.droplet(1, 2, 3, 4, "5", "6", "7").await.map(drop)
}

fn main() {
    let _ = used;
}
