//! Each way to the next page, with and without parameters.
use cloudapi::{Pages, Result, get, rest_api};
use serde::Deserialize;

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

#[derive(Debug, Deserialize)]
struct Droplet {
    id: u64,
}

type Listed<T> = Pages<T>;

impl Api {
    #[get("droplets", items = "droplets", next = "links.pages.next")]
    fn by_url(&self, #[query] tag_name: Option<&str>) -> Pages<Droplet>;
    #[get("droplets/{kind}", items, next = link)]
    fn by_header(&self, kind: &str, #[header("X-Trace")] trace: u64) -> Listed<Droplet>;
    #[get("droplets", items = "data", page = "p", query("per_page" = "100"))]
    fn by_number(&self) -> Pages<Droplet>;
    #[get("droplets", items = "data.items", cursor = "meta.next-cursor")]
    fn by_cursor(&self, #[query] page: u64) -> Pages<Droplet>;
    #[get("droplets", items = "files", cursor("page_token" = "next_page_token"), retry = "never")]
    fn by_token(&self) -> Pages<String>;
    #[get("droplets", items = "items", items_optional, cursor("pageToken" = "nextPageToken"))]
    fn left_out_if_empty(&self) -> Pages<String>;
    #[get("droplets", items, next = link)]
    fn of_any<T: for<'de> Deserialize<'de> + Send + 'static>(&self) -> Pages<T>;
}

fn used(api: &Api) -> Pages<Droplet> {
    let _ = api.by_url(Some("web"));
    let _ = api.by_header("web", 1);
    let _ = api.by_number();
    let _ = api.by_cursor(2);
    let _ = api.by_token();
    let _ = api.left_out_if_empty();
    api.of_any()
}

pub(crate) fn main() -> Result<()> {
    let _ = used;
    let _ = |droplet: Droplet| droplet.id;
    Ok(())
}
