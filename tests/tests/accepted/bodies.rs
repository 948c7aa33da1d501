//! Each kind of body, and each way to give it.
use std::fmt;

use cloudapi::{
    Body, BoxError, Call, Multipart, Part, RequestBody, Response, Result, Secret, delete, get, patch,
    post, put, rest_api,
};

#[rest_api(baseurl = "https://api.example.com/v1/")]
struct Api;

enum Kind {
    Iso,
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("iso")
    }
}

type Download = Result<Body>;
type Parts = Multipart;

impl Api {
    #[put("images/{id}")]
    async fn up(&self, id: u64, #[body] image: RequestBody) -> Result<()>;
    #[put("images/{id}")]
    async fn up_lent(&self, id: u64, #[body] image: &RequestBody) -> Result<()>;
    #[post("forms")]
    async fn form(&self, #[multipart] form: Multipart) -> Result<()>;
    #[delete("forms")]
    async fn form_lent(&self, #[multipart] form: &Parts) -> Result<()>;
    #[post("parts/{id}")]
    fn parts(
        &self,
        id: u64,
        #[part] file: Part,
        #[part] lent: &Part,
        #[part] maybe: Option<Part>,
        #[part] maybe_lent: Option<&Part>,
        #[part] lent_maybe: &Option<Part>,
        #[part("size")] n: u32,
        #[part] text: &str,
        #[part] owned: String,
        #[part] kind: Kind,
        #[part] note: Option<&str>,
        #[part] key: &Secret,
        #[part] other_key: Option<Secret>,
        #[header("X-Trace")] trace: u32,
        #[query] page: u32,
    ) -> Call<()>;
    #[patch("merge", headers("Content-Type" = "application/merge-patch+json"))]
    async fn merge(&self, #[json] change: &[u32]) -> Result<()>;

    #[get("a")]
    async fn body(&self) -> Result<Body>;
    #[get("b")]
    async fn alias(&self) -> Download;
    #[get("c")]
    async fn response(&self) -> Result<Response<Body>>;
    #[get("d")]
    async fn optional(&self) -> Result<Option<Body>>;
    #[get("e")]
    fn call(&self) -> Call<Response<Body>>;
    #[get("f")]
    async fn optional_response(&self) -> Result<Option<Response<Body>>>;
    #[get("g")]
    fn response_optional(&self) -> Call<Response<Option<Body>>>;
    #[post("h")]
    async fn both(&self, #[body] image: RequestBody) -> Result<Body>;
}

fn send<T: Send>(future: T) -> T {
    future
}

async fn used(api: &Api) -> Result<u64> {
    let image = RequestBody::from_factory(async || Ok::<_, BoxError>(Body::from("image")));
    send(api.up_lent(1, &image)).await?;
    send(api.up(1, image.clone().with_length(5).media_type("text/plain"))).await?;
    send(api.form_lent(&Multipart::new())).await?;
    send(api.form(Multipart::new().text("a", "b"))).await?;
    let (file, key) = (Part::file("a.iso"), Secret::new("k"));
    let kind = Kind::Iso;
    let parts = api.parts(
        1,
        file.clone(),
        &file,
        None,
        Some(&file),
        &None,
        7,
        "a",
        String::new(),
        kind,
        None,
        &key,
        Some(key.clone()),
        1,
        2,
    );
    send(parts).await?;
    send(api.merge(&[1])).await?;
    let mut body = send(api.body()).await?;
    let mut size = 0;
    while let Some(piece) = send(body.chunk()).await? {
        size += piece.len();
    }
    send(api.alias()).await?.save("a").await?;
    send(api.response()).await?.into_value().collect(9).await?;
    drop((api.optional().await?, api.call().await?));
    drop((api.optional_response().await?, api.response_optional().await?));
    drop(api.both(image).await?);
    Ok(size as u64)
}

pub(crate) fn main() {
    let _ = used;
}
