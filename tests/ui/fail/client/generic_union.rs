use cloudapi::{Result, get, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
union Api<T: Copy> {
    one: T,
    other: u8,
}

impl<T: Copy> Api<T> {
    #[get("droplets")]
    async fn droplets(&self) -> Result<()>;
}

async fn used(api: &Api<u64>) -> Result<()> {
    api.droplets().await
}

fn main() {
    let _ = used;
}
