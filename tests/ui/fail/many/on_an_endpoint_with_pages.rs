use cloudapi::{Call, post, rest_api};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

impl Api {
    #[post(
        "droplets",
        items = "droplets",
        next = "links next",
        page = "page",
        unwrap = "data",
        idempotent,
        idempotency_key,
        headers("Idempotency-Key" = "k"),
        query("page" = "1", "tag" = "{tag}"),
        deadline = "0s"
    )]
    fn droplets(&self, #[query] page: u32) -> Call<String>;
}

fn used(api: &Api) -> Call<String> {
    api.droplets(1)
}

fn main() {
    let _ = used;
}
