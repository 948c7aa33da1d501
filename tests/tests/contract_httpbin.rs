//! HTTP as httpbin speaks it: verbs, parameters, bodies, statuses, compression,
//! credentials, redirects, times.

use std::collections::BTreeMap;
use std::io::Write as _;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Body, BoxError, Bytes, Failure, Multipart, Part, RequestBody};
use percent_encoding::percent_decode_str;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tests::contract::{server, unique};

#[rest_api(
    baseurl = "http://httpbin.test/",
    callrateperhour = 4_000_000_000,
    maximum_delay = "1ms",
    maximum_geometric_delay_multiplications = 30,
    maximum_response_size = 50_000
)]
#[derive(Clone, Debug)]
struct HttpBin;

impl HttpBin {
    #[get("anything/{path}")]
    fn get(&self, path: &str) -> Call<Echo>;
    #[post("anything/{path}")]
    fn post(&self, path: &str) -> Call<Echo>;
    #[put("anything/{path}")]
    fn put(&self, path: &str) -> Call<Echo>;
    #[patch("anything/{path}")]
    fn patch(&self, path: &str) -> Call<Echo>;
    #[delete("anything/{path}")]
    fn delete(&self, path: &str) -> Call<Echo>;
    #[head("anything/{path}")]
    fn head(&self, path: &str) -> Call<Response<()>>;
    #[options("anything/{path}")]
    fn options(&self, path: &str) -> Call<Response<()>>;
    #[delete("anything/{path}")]
    fn delete_with(&self, path: &str, #[json] why: &Value) -> Call<Echo>;

    #[get("anything/{path*}", query("fixed" = "a b"))]
    fn query(
        &self,
        path: &str,
        #[query] text: &str,
        #[query("per_page")] size: Option<u32>,
        #[query] tags: &[&str],
        #[query] filter: &Filter,
    ) -> Call<Echo>;

    #[put("anything")]
    fn json(&self, #[json] value: &Value) -> Call<Echo>;
    #[put("anything")]
    fn form(&self, #[form] value: &Form<'_>) -> Call<Echo>;
    #[put("anything")]
    fn text(&self, #[body] text: &str) -> Call<Echo>;
    #[put("anything", headers("Content-Type" = "application/octet-stream"))]
    fn bytes_up(&self, #[body] bytes: Vec<u8>) -> Call<Echo>;
    #[put("anything")]
    fn body_up(&self, #[body] body: RequestBody) -> Call<Echo>;
    #[patch("anything", headers("Content-Type" = "application/merge-patch+json"))]
    fn merge(&self, #[json] change: &Value) -> Call<Echo>;
    #[post("anything")]
    fn multipart(&self, #[multipart] form: &Multipart) -> Call<Echo>;
    #[post("anything")]
    fn parts(&self, #[part] file: Part, #[part("size")] n: Option<u32>) -> Call<Echo>;
    #[post("anything", headers("X-Fixed" = "f"), idempotency_key)]
    fn with_headers(
        &self,
        #[header("X-Trace")] trace: u32,
        #[header("X-Absent")] absent: Option<&str>,
    ) -> Call<Echo>;

    #[get("status/{codes}")]
    fn status(&self, codes: &str) -> Call<Response<()>>;
    #[post("status/{codes}")]
    fn post_status(&self, codes: &str) -> Call<Response<()>>;
    #[get("status/{codes}")]
    fn maybe(&self, codes: &str) -> Call<Option<String>>;
    #[get("etag/{tag}")]
    fn etag(&self, tag: &str, #[header("If-None-Match")] known: &str) -> Call<Response<()>>;

    #[get("{how}")]
    fn compressed(&self, how: &str) -> Call<Response<Value>>;
    #[get("gzip", unwrap = "headers.Accept-Encoding")]
    fn accepted(&self) -> Call<String>;
    #[get("json", unwrap = "slideshow.title")]
    fn title(&self) -> Call<String>;
    #[get("json", unwrap = "slideshow.slides")]
    fn slides(&self) -> Call<Vec<Slide>>;
    #[get("json", unwrap = "slideshow.nothing")]
    fn nothing(&self) -> Call<String>;
    #[get("html")]
    fn html(&self) -> Call<String>;
    #[get("html")]
    fn html_as_json(&self) -> Call<Value>;
    #[get("json")]
    fn json_as_numbers(&self) -> Call<BTreeMap<String, BTreeMap<String, u32>>>;
    #[get("encoding/utf8")]
    fn utf8(&self) -> Call<String>;
    #[get("image/png")]
    fn png(&self) -> Call<Bytes>;
    #[get("image/png")]
    fn png_as_text(&self) -> Call<String>;
    #[get("bytes/{count}", query("seed" = "7"))]
    fn bytes(&self, count: u32) -> Call<Bytes>;
    #[get("stream-bytes/{count}", query("seed" = "7", "chunk_size" = "100"))]
    fn streamed(&self, count: u32) -> Call<Bytes>;
    #[get("range/{count}")]
    fn download(&self, count: u32) -> Call<Response<Body>>;
    #[get("status/{codes}")]
    fn maybe_download(&self, codes: &str) -> Call<Option<Body>>;
    #[get("drip", query("numbytes" = "3", "duration" = "3", "delay" = "0"))]
    fn slow_download(&self) -> Call<Body>;
    #[get("stream/{lines}")]
    fn lines(&self, lines: u32) -> Call<String>;
    #[get("response-headers")]
    fn response_headers(&self, #[query("X-Value")] values: &[&str]) -> Call<Response<()>>;
    #[get("response-headers", query("Retry-After" = "3600"))]
    fn retry_after(&self) -> Call<Response<()>>;

    #[get("delay/{seconds}")]
    fn delay(&self, seconds: u32) -> Call<()>;
    #[post("delay/{seconds}")]
    fn post_delay(&self, seconds: u32) -> Call<()>;
    #[get("drip", query("numbytes" = "10", "duration" = "10", "delay" = "0"))]
    fn drip(&self) -> Call<Bytes>;
    #[get("drip", query("numbytes" = "10", "duration" = "1", "delay" = "0"))]
    fn short_drip(&self) -> Call<Bytes>;

    #[get("redirect/{times}")]
    fn redirect(&self, times: u32) -> Call<Response<Echo>>;
    #[get("{kind}-redirect/{times}")]
    fn redirect_by(&self, kind: &str, times: u32) -> Call<Response<Echo>>;
    #[post("redirect-to", idempotency_key)]
    fn post_to(
        &self,
        #[query] url: &str,
        #[query] status_code: u16,
        #[json] value: &Value,
    ) -> Call<Response<Echo>>;
    #[get("redirect-to")]
    fn get_to(&self, #[query] url: &str, #[query] status_code: u16) -> Call<Response<String>>;
    #[put("redirect-to")]
    fn put_to(
        &self,
        #[query] url: &str,
        #[query] status_code: u16,
        #[json] value: &Value,
    ) -> Call<Echo>;
    #[get("cookies/set", query("flavour" = "chocolate"), unwrap = "cookies")]
    fn cookies(&self) -> Call<BTreeMap<String, String>>;
}

/// What httpbin says that it received.
#[derive(Debug, Deserialize)]
struct Echo {
    #[serde(default)]
    method: String,
    url: String,
    args: BTreeMap<String, Value>,
    headers: BTreeMap<String, String>,
    #[serde(default)]
    data: String,
    #[serde(default)]
    form: BTreeMap<String, Value>,
    #[serde(default)]
    files: BTreeMap<String, Value>,
    #[serde(default)]
    json: Value,
}

#[derive(Debug, Serialize)]
struct Filter {
    region: Option<&'static str>,
    size: Size,
    private: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Size {
    VeryLarge,
}

#[derive(Debug, Serialize)]
struct Form<'a> {
    name: &'a str,
    number: u32,
    absent: Option<u32>,
}

#[derive(Debug, Deserialize)]
struct Slide {
    title: String,
}

/// Everything that is hard to carry.
const HARD: &str = "é ß 日本 🦀 a+b&c=d;e%2F#?\"<>\\";

fn httpbin() -> Option<HttpBin> {
    httpbin_of(None)
}

/// A client with a gate of its own, for what closes gates.
fn httpbin_of(scope: Option<&str>) -> Option<HttpBin> {
    let builder = HttpBin::builder().baseurl(server("CLOUDAPI_HTTPBIN")?);
    let client = match scope {
        Some(scope) => builder.scope(unique(scope)).build(),
        None => builder.build(),
    };
    Some(client.unwrap())
}

fn status(status: u16) -> AttemptOutcome {
    AttemptOutcome::Status(status.try_into().unwrap())
}

mod requests {
    use super::*;

    #[tokio::test]
    async fn every_verb() {
        let Some(httpbin) = httpbin() else { return };
        for (method, call) in [
            ("GET", httpbin.get("v")),
            ("POST", httpbin.post("v")),
            ("PUT", httpbin.put("v")),
            ("PATCH", httpbin.patch("v")),
            ("DELETE", httpbin.delete("v")),
        ] {
            let echo = call.await.unwrap();
            assert_eq!(echo.method, method);
            assert!(echo.url.ends_with("/anything/v"), "{}", echo.url);
            assert!(echo.headers["User-Agent"].starts_with("cloudapi/"));
            assert!(!echo.headers.contains_key("Authorization"));
        }
        let head = httpbin.head("v").await.unwrap();
        assert_eq!(head.status(), 200);
        assert_eq!(head.headers()["content-type"], "application/json");
        let options = httpbin.options("v").await.unwrap();
        let allowed = options.headers()["allow"].to_str().unwrap();
        assert!(allowed.contains("DELETE"), "{allowed}");
    }

    #[tokio::test]
    async fn a_delete_with_a_body() {
        let Some(httpbin) = httpbin() else { return };
        let why = json!({"why": "old"});
        let echo = httpbin.delete_with("7", &why).await.unwrap();
        assert_eq!((echo.method.as_str(), echo.json), ("DELETE", why));
    }

    #[tokio::test]
    async fn query_parameters_arrive_as_they_were_given() {
        let Some(httpbin) = httpbin() else { return };
        let filter = Filter {
            region: None,
            size: Size::VeryLarge,
            private: true,
        };
        let call = httpbin.query("a/b c/d", HARD, Some(200), &["x", HARD, ""], &filter);
        let echo = call.query("more", 1.5).await.unwrap();
        let expected = json!({
            "fixed": "a b",
            "text": HARD,
            "per_page": "200",
            "tags": ["x", HARD, ""],
            "size": "very-large",
            "private": "true",
            "more": "1.5",
        });
        assert_eq!(json!(echo.args), expected);
        assert!(echo.url.contains("/anything/a/b%20c/d?"), "{}", echo.url);

        let call = httpbin.query("a", "", None, &[], &filter);
        let echo = call.await.unwrap();
        assert_eq!(echo.args["text"], "");
        assert!(!echo.args.contains_key("per_page"));
        assert!(!echo.args.contains_key("tags"));
    }

    #[tokio::test]
    async fn a_path_segment_arrives_as_it_was_given() {
        let Some(httpbin) = httpbin() else { return };
        for segment in [
            "é ß 日本 🦀",
            "a+b&c=d;e",
            "100%",
            "a?b#c",
            "a:b@c",
            "~!$'()*,",
        ] {
            let echo = httpbin.get(segment).await.unwrap();
            // httpbin shows what it decoded, encoded in its own way.
            let shown = percent_decode_str(&echo.url).decode_utf8().unwrap();
            let end = format!("/anything/{segment}");
            assert!(shown.ends_with(&end), "{shown}");
        }
        // It is encoded once: what looks encoded is what was meant.
        let echo = httpbin.get("100%25").await.unwrap();
        assert!(echo.url.ends_with("/anything/100%25"), "{}", echo.url);
    }

    #[tokio::test]
    async fn json_forms_text_and_bytes() {
        let Some(httpbin) = httpbin() else { return };
        let value = json!({"text": HARD, "list": [1, -2.5, null, true], "": {"ü": "\u{7f}\n"}});
        let echo = httpbin.json(&value).await.unwrap();
        assert_eq!(echo.json, value);
        assert_eq!(echo.headers["Content-Type"], "application/json");

        let form = Form {
            name: HARD,
            number: 7,
            absent: None,
        };
        let echo = httpbin.form(&form).await.unwrap();
        assert_eq!(json!(echo.form), json!({"name": HARD, "number": "7"}));
        let form_type = "application/x-www-form-urlencoded";
        assert_eq!(echo.headers["Content-Type"], form_type);

        let echo = httpbin.text(HARD).await.unwrap();
        assert_eq!(echo.data, HARD);
        assert_eq!(echo.headers["Content-Type"], "text/plain; charset=utf-8");

        let echo = httpbin.bytes_up(vec![0, 159, 146, 150]).await.unwrap();
        assert_eq!(echo.data, "data:application/octet-stream;base64,AJ+Slg==");
        assert_eq!(echo.headers["Content-Type"], "application/octet-stream");
        assert_eq!(echo.headers["Content-Length"], "4");

        let echo = httpbin.text("").await.unwrap();
        assert_eq!(echo.data, "");
    }

    #[tokio::test]
    async fn bodies_that_are_made_for_each_attempt() {
        let Some(httpbin) = httpbin() else { return };
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(HARD.as_bytes()).unwrap();
        let made = async || Ok::<_, BoxError>(Body::from(HARD));
        for body in [
            RequestBody::file(file.path()),
            RequestBody::from_factory(made).with_length(HARD.len() as u64),
        ] {
            let echo = httpbin.body_up(body.media_type("text/x")).await.unwrap();
            assert_eq!(echo.data, HARD);
            assert_eq!(echo.headers["Content-Type"], "text/x");
            assert_eq!(echo.headers["Content-Length"], HARD.len().to_string());
        }
        let echo = httpbin.merge(&json!({"name": null})).await.unwrap();
        assert_eq!(echo.json, json!({"name": null}));
        assert_eq!(echo.headers["Content-Type"], "application/merge-patch+json");
    }

    #[tokio::test]
    async fn forms_of_several_parts() {
        let Some(httpbin) = httpbin() else { return };
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(HARD.as_bytes()).unwrap();
        // A backslash at the end is read as the escape of the quote after it, by this
        // server as by others; nobody writes it in another way.
        let name = HARD.trim_end_matches('\\');
        let form = Multipart::new()
            .text("text", HARD)
            .text("text", "b")
            .part("json", Part::json(&[1]))
            .part("file", Part::file(file.path()).media_type("text/plain"))
            .part("bytes", Part::bytes(vec![0, 159]).file_name(name));
        let echo = httpbin.multipart(&form).await.unwrap();
        let expected = json!({"text": [HARD, "b"], "json": "[1]"});
        assert_eq!(json!(echo.form), expected);
        let octets = "data:application/octet-stream;base64,AJ8=";
        assert_eq!(json!(echo.files), json!({"file": HARD, "bytes": octets}));

        let file = Part::text("content").file_name("a.txt");
        let echo = httpbin.parts(file.clone(), Some(7)).await.unwrap();
        assert_eq!(json!(echo.form), json!({"size": "7"}));
        assert_eq!(json!(echo.files), json!({"file": "content"}));
        let echo = httpbin.parts(file, None).await.unwrap();
        assert_eq!(json!(echo.form), json!({}));
    }

    #[tokio::test]
    async fn headers_and_keys() {
        let Some(httpbin) = httpbin() else { return };
        let call = httpbin.with_headers(7, None).header("X-More", "m");
        let first = call.await.unwrap().headers;
        assert_eq!(first["X-Trace"], "7");
        assert_eq!(first["X-Fixed"], "f");
        assert_eq!(first["X-More"], "m");
        assert!(!first.contains_key("X-Absent"));
        let second = httpbin.with_headers(7, Some("a")).await.unwrap().headers;
        assert_eq!(second["X-Absent"], "a");
        assert_ne!(first["Idempotency-Key"], second["Idempotency-Key"]);
        let given = httpbin.with_headers(7, None).idempotency_key("mine");
        assert_eq!(given.await.unwrap().headers["Idempotency-Key"], "mine");
    }
}

mod statuses {
    use super::*;

    #[tokio::test]
    async fn of_success() {
        let Some(httpbin) = httpbin() else { return };
        for code in [200, 201, 202, 203, 204, 205, 206] {
            let response = httpbin.status(&code.to_string()).await.unwrap();
            assert_eq!(response.status(), code);
            assert_eq!(response.attempts(), 1);
        }
        assert_eq!(httpbin.maybe("200").await.unwrap().as_deref(), Some(""));
        for absent in ["404", "204", "205"] {
            assert_eq!(httpbin.maybe(absent).await.unwrap(), None, "{absent}");
        }
    }

    #[tokio::test]
    async fn that_end_a_call_at_once() {
        let Some(httpbin) = httpbin() else { return };
        for code in [
            300, 304, 400, 401, 402, 403, 404, 405, 406, 409, 410, 411, 412, 413, 415, 418, 422,
            425, 431, 451, 501, 505, 511,
        ] {
            for call in [
                httpbin.status(&code.to_string()),
                httpbin.post_status(&code.to_string()),
            ] {
                let error = call.await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Status, "{error}");
                assert_eq!(error.status().unwrap(), code);
                assert_eq!(error.attempts().len(), 1, "{error:?}");
            }
        }
    }

    #[tokio::test]
    async fn that_are_tried_again_unless_it_is_a_post() {
        let Some(httpbin) = httpbin() else { return };
        for code in [408, 500, 502, 503, 504, 520, 522, 524] {
            let error = httpbin.status(&code.to_string()).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Status, "{error}");
            assert_eq!(error.status().unwrap(), code);
            assert_eq!(error.attempts().len(), 2 * 31);
            let post = httpbin.post_status(&code.to_string());
            let error = post.await.unwrap_err();
            assert!(error.is_unknown_outcome(), "{error}");
            assert_eq!(error.attempts().len(), 1);
        }
    }

    /// Of 62 attempts with a chance of one in two each, one succeeds.
    #[tokio::test]
    async fn that_come_and_go() {
        let Some(httpbin) = httpbin() else { return };
        let mut attempts = 0;
        for _ in 0..40 {
            let response = httpbin.status("200:0.5,500:0.5").await.unwrap();
            assert_eq!(response.status(), 200);
            attempts += response.attempts();
        }
        assert!(attempts > 40, "half of them fail");
        let (mut done, mut unknown) = (0, 0);
        for _ in 0..40 {
            match httpbin.post_status("201:0.5,500:0.5").await {
                Ok(response) => {
                    assert_eq!(response.attempts(), 1);
                    done += 1;
                }
                Err(error) => {
                    assert!(error.is_unknown_outcome(), "{error}");
                    assert_eq!(error.attempts().len(), 1);
                    unknown += 1;
                }
            }
        }
        assert!(done > 0 && unknown > 0, "half of them fail");
        let idempotent = httpbin.post_status("201:0.5,500:0.5").idempotent();
        assert_eq!(idempotent.await.unwrap().status(), 201);
        let always = httpbin.post_status("201:0.5,400:0.5").retry(Retry::Always);
        assert_eq!(always.await.unwrap().status(), 201);
    }

    #[tokio::test]
    async fn retry_never_means_it() {
        let Some(httpbin) = httpbin() else { return };
        let error = httpbin.status("500").retry(Retry::Never).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.attempts().len(), 1);
    }

    #[tokio::test]
    async fn a_429_is_waited_out_also_by_a_post() {
        let Some(httpbin) = httpbin_of(Some("429")) else {
            return;
        };
        let mut attempts = 0;
        for _ in 0..20 {
            let response = httpbin.post_status("201:0.5,429:0.5").await.unwrap();
            attempts += response.attempts();
        }
        assert!(attempts > 20, "half of them fail");
        let error = httpbin.post_status("429").await.unwrap_err();
        assert!(error.is_rate_limited(), "{error}");
        assert!(error.attempts().len() > 62, "it spends no series");
        assert_eq!(error.attempts()[0].outcome, status(429));
        let soon = httpbin.status("429").deadline(Duration::from_millis(1));
        let error = soon.await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
    }

    #[tokio::test]
    async fn not_modified() {
        let Some(httpbin) = httpbin() else { return };
        let error = httpbin.etag("abc", "\"abc\"").await.unwrap_err();
        assert_eq!(error.status().unwrap(), 304);
        assert_eq!(error.attempts().len(), 1);
        let response = httpbin.etag("abc", "\"other\"").await.unwrap();
        assert_eq!(response.headers()["etag"], "abc");
    }
}

mod responses {
    use super::*;

    #[tokio::test]
    async fn bodies_are_read_piece_by_piece() {
        let Some(httpbin) = httpbin() else { return };
        // More than `maximum_response_size`, which is for what is held.
        let response = httpbin.download(100_000).await.unwrap();
        let ascii: Vec<u8> = (b'a'..=b'z').cycle().take(100_000).collect();
        assert_eq!(response.headers()["content-length"], "100000");
        assert!(response.into_value().collect(100_000).await.unwrap() == ascii);

        // The rest of one that broke off, as the documentation says.
        let call = httpbin.download(100_000).header("Range", "bytes=99990-");
        let response = call.await.unwrap();
        assert_eq!(response.status(), 206);
        let rest = response.into_value().collect(100).await.unwrap();
        assert_eq!(rest, ascii[99_990..]);

        assert!(httpbin.maybe_download("404").await.unwrap().is_none());
        assert!(httpbin.maybe_download("200").await.unwrap().is_some());
    }

    /// The call has its time for the head, and then each piece has.
    #[tokio::test]
    async fn a_body_may_take_longer_than_an_attempt() {
        let Some(httpbin) = httpbin() else { return };
        let call = httpbin
            .slow_download()
            .request_timeout(Duration::from_secs(2));
        assert_eq!(call.await.unwrap().collect(10).await.unwrap(), "***");
    }

    #[tokio::test]
    async fn compressed_in_each_way() {
        let Some(httpbin) = httpbin() else { return };
        for (how, flag) in [
            ("gzip", "gzipped"),
            ("deflate", "deflated"),
            ("brotli", "brotli"),
        ] {
            let response = httpbin.compressed(how).await.unwrap();
            assert_eq!(response.value()[flag], true, "{how}");
            assert!(!response.headers().contains_key("content-encoding"));
        }
        let accepted = httpbin.accepted().await.unwrap();
        for encoding in ["gzip", "deflate", "br"] {
            assert!(accepted.contains(encoding), "{accepted}");
        }
    }

    #[tokio::test]
    async fn json_and_parts_of_it() {
        let Some(httpbin) = httpbin() else { return };
        assert_eq!(httpbin.title().await.unwrap(), "Sample Slide Show");
        let slides = httpbin.slides().await.unwrap();
        assert_eq!(slides.len(), 2);
        assert_eq!(slides[1].title, "Overview");
        let error = httpbin.nothing().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        let error = httpbin.json_as_numbers().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert_eq!(error.json_path(), Some("slideshow.author"), "{error}");
        assert_eq!(error.response().unwrap().status(), 200);
    }

    #[tokio::test]
    async fn text_and_bytes() {
        let Some(httpbin) = httpbin() else { return };
        assert!(httpbin.html().await.unwrap().contains("Herman Melville"));
        assert!(httpbin.utf8().await.unwrap().contains("∮ E⋅da = Q"));
        let png = httpbin.png().await.unwrap();
        assert!(png.starts_with(b"\x89PNG\r\n"));
        let error = httpbin.png_as_text().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        let error = httpbin.html_as_json().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
        assert_eq!(error.attempts().len(), 1);
        assert!(!error.to_string().contains("Melville"), "{error}");
    }

    #[tokio::test]
    async fn of_any_size_but_too_large() {
        let Some(httpbin) = httpbin() else { return };
        assert_eq!(httpbin.bytes(0).await.unwrap().len(), 0);
        assert_eq!(httpbin.bytes(50_000).await.unwrap().len(), 50_000);
        let streamed = httpbin.streamed(5_000).await.unwrap();
        assert_eq!(streamed.len(), 5_000);
        let lines = httpbin.lines(20).await.unwrap();
        let ids: Vec<u64> = lines
            .lines()
            .map(|line| {
                serde_json::from_str::<Value>(line).unwrap()["id"]
                    .as_u64()
                    .unwrap()
            })
            .collect();
        assert!(ids.into_iter().eq(0..20));
        for call in [httpbin.bytes(50_001), httpbin.streamed(60_000)] {
            let error = call.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
            assert_eq!(error.attempts().len(), 1);
        }
    }

    #[tokio::test]
    async fn headers_are_all_there() {
        let Some(httpbin) = httpbin() else { return };
        let response = httpbin.response_headers(&["one", "two"]).await.unwrap();
        let values: Vec<_> = response.headers().get_all("x-value").iter().collect();
        assert_eq!(values, ["one", "two"]);
    }

    /// It speaks of refusals, so on a success it closes nothing.
    #[tokio::test]
    async fn retry_after_of_a_success_is_nothing() {
        let Some(httpbin) = httpbin_of(Some("retry-after")) else {
            return;
        };
        let deadline = Duration::from_secs(60);
        let response = httpbin.retry_after().await.unwrap();
        assert_eq!(response.headers()["retry-after"], "3600");
        let again = httpbin.retry_after().deadline(deadline);
        assert_eq!(again.await.unwrap().attempts(), 1);
    }
}

mod times {
    use super::*;

    const SHORT: Duration = Duration::from_millis(200);

    #[tokio::test]
    async fn an_answer_that_takes_too_long() {
        let Some(httpbin) = httpbin() else { return };
        let get = httpbin.delay(5).request_timeout(SHORT);
        let error = get.retry(Retry::Never).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert!(error.is_timeout() && error.is_retryable());
        let [attempt] = error.attempts() else {
            panic!("{error:?}")
        };
        let timeout = AttemptOutcome::Failure(Failure::Timeout);
        assert_eq!(attempt.outcome, timeout);
        let post = httpbin.post_delay(5).request_timeout(SHORT);
        let error = post.await.unwrap_err();
        assert!(error.is_unknown_outcome(), "{error}");
        assert_eq!(error.attempts()[0].outcome, timeout);
        assert_eq!(error.attempts().len(), 1);
    }

    #[tokio::test]
    async fn a_body_that_takes_too_long() {
        let Some(httpbin) = httpbin() else { return };
        let drip = httpbin.drip().request_timeout(SHORT);
        let error = drip.retry(Retry::Never).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert_eq!(httpbin.short_drip().await.unwrap(), "**********");
    }

    #[tokio::test]
    async fn a_deadline_that_comes_while_an_attempt_is_under_way() {
        let Some(httpbin) = httpbin() else { return };
        let error = httpbin.delay(5).deadline(SHORT).await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert!(error.elapsed().unwrap() >= SHORT);
    }

    #[tokio::test]
    async fn slow_answers_delay_nobody() {
        let Some(httpbin) = httpbin() else { return };
        let slow = tokio::spawn(httpbin.delay(2));
        for _ in 0..10 {
            httpbin.get("fast").await.unwrap();
        }
        slow.await.unwrap().unwrap();
    }
}

mod redirects {
    use super::*;

    #[tokio::test]
    async fn are_followed_ten_times() {
        let Some(httpbin) = httpbin() else { return };
        let response = httpbin.redirect(3).await.unwrap();
        assert!(response.value().url.ends_with("/get"));
        assert_eq!(response.attempts(), 4);
        for kind in ["relative", "absolute"] {
            let response = httpbin.redirect_by(kind, 10).await.unwrap();
            assert!(response.value().url.ends_with("/get"), "{kind}");
            assert_eq!(response.attempts(), 11);
        }
        let error = httpbin.redirect(11).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status, "{error}");
        assert_eq!(error.status().unwrap(), 302);
        assert_eq!(error.attempts().len(), 11);
    }

    #[tokio::test]
    async fn of_a_post_become_a_get_or_stay_a_post() {
        let Some(httpbin) = httpbin() else { return };
        let order = json!({"order": HARD});
        for code in [301, 302, 303] {
            let there = httpbin.post_to("/anything/there?a=b", code, &order);
            let echo = there.await.unwrap().into_value();
            assert_eq!(echo.method, "GET", "{code}");
            assert!(echo.url.ends_with("/anything/there?a=b"), "{}", echo.url);
            assert_eq!(echo.data, "");
            assert!(!echo.headers.contains_key("Content-Type"), "{echo:?}");
        }
        for code in [307, 308] {
            let there = httpbin.post_to("/anything/there", code, &order);
            let response = there.await.unwrap();
            assert_eq!(response.attempts(), 2);
            let echo = response.into_value();
            assert_eq!(echo.method, "POST", "{code}");
            assert_eq!(echo.json, order);
            assert_eq!(echo.headers["Content-Type"], "application/json");
            assert!(echo.headers.contains_key("Idempotency-Key"));
        }
        for code in [301, 302, 307, 308] {
            let there = httpbin.put_to("/anything/there", code, &order);
            let echo = there.await.unwrap();
            assert_eq!((echo.method.as_str(), echo.json), ("PUT", order.clone()));
        }
    }

    #[tokio::test]
    async fn to_a_failing_server_are_tried_again() {
        let Some(httpbin) = httpbin() else { return };
        let half = "/status/200%3A0.5,500%3A0.5";
        for _ in 0..20 {
            let response = httpbin.get_to(half, 302).await.unwrap();
            assert_eq!(response.status(), 200);
            assert!(response.attempts() >= 2);
        }
        let error = httpbin.get_to("/status/404", 302).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 404);
    }

    #[tokio::test]
    async fn to_nowhere_are_errors() {
        let Some(httpbin) = httpbin() else { return };
        for there in ["ftp://127.0.0.1/", "file:///etc/passwd"] {
            let error = httpbin.get_to(there, 302).await.unwrap_err();
            assert_eq!(error.status().unwrap(), 302, "{error}");
            assert_eq!(error.attempts().len(), 1);
        }
        let error = httpbin.get_to("http://127.0.0.1:1/", 302);
        let error = error.retry(Retry::Never).await.unwrap_err();
        assert!(error.is_connect(), "{error}");
    }

    #[tokio::test]
    async fn bring_no_cookies_along() {
        let Some(httpbin) = httpbin() else { return };
        assert!(httpbin.cookies().await.unwrap().is_empty());
    }
}

mod credentials {
    use super::*;

    #[rest_api(
        baseurl = "http://httpbin.test/",
        callrateperhour = 4_000_000_000,
        basic("{user}", "{password}"),
        scope = "basic"
    )]
    struct WithPassword {
        user: String,
        password: Secret,
    }

    impl WithPassword {
        #[get("basic-auth/{user}/{password}")]
        async fn basic(&self, user: &str, password: &str) -> Result<Authenticated>;
        #[get("hidden-basic-auth/{user}/{password}")]
        async fn hidden(&self, user: &str, password: &str) -> Result<Option<Authenticated>>;
    }

    #[derive(Debug, Deserialize)]
    struct Authenticated {
        authenticated: bool,
    }

    #[rest_api(
        baseurl = "http://httpbin.test/",
        callrateperhour = 4_000_000_000,
        bearer = "{token}",
        headers("X-Key" = "{token}", "X-Plain" = "plain"),
        query("api_key" = "{token}"),
        scope = "{token}"
    )]
    struct WithToken {
        token: Secret,
    }

    impl WithToken {
        #[get("bearer", unwrap = "token")]
        fn token(&self) -> Call<String>;
        #[get("anything")]
        fn echo(&self) -> Call<Echo>;
        #[get("redirect-to")]
        fn redirect(&self, #[query] url: &str) -> Call<String>;
        #[get("status/{code}")]
        fn status(&self, code: u16) -> Call<()>;
    }

    fn with_password(user: &str, password: &str) -> Option<WithPassword> {
        let client = WithPassword::builder()
            .user(user.to_owned())
            .password(password.into())
            .baseurl(server("CLOUDAPI_HTTPBIN")?)
            .build();
        Some(client.unwrap())
    }

    fn with_token(token: &str) -> Option<WithToken> {
        let client = WithToken::builder()
            .token(token.into())
            .baseurl(server("CLOUDAPI_HTTPBIN")?)
            .build();
        Some(client.unwrap())
    }

    #[tokio::test]
    async fn basic() {
        for (user, password) in [("sammy", "pa:ss w0rd"), ("sämmy", "日本🦀")] {
            let Some(api) = with_password(user, password) else {
                return;
            };
            assert!(api.basic(user, password).await.unwrap().authenticated);
            let hidden = api.hidden(user, password).await.unwrap();
            assert!(hidden.unwrap().authenticated);
            let error = api.basic(user, "other").await.unwrap_err();
            assert_eq!(error.status().unwrap(), 401);
            assert_eq!(error.attempts().len(), 1);
            assert!(api.hidden("other", password).await.unwrap().is_none());
        }
    }

    #[tokio::test]
    async fn bearer_header_and_query() {
        let Some(api) = with_token("t0p-s3cret") else {
            return;
        };
        assert_eq!(api.token().await.unwrap(), "t0p-s3cret");
        let echo = api.echo().await.unwrap();
        assert_eq!(echo.headers["Authorization"], "Bearer t0p-s3cret");
        assert_eq!(echo.headers["X-Key"], "t0p-s3cret");
        assert_eq!(echo.args["api_key"], "t0p-s3cret");
        let error = api.status(401).await.unwrap_err();
        let shown = tests::everything_shown(&error);
        assert!(!shown.contains("s3cret"), "{shown}");
    }

    #[tokio::test]
    async fn go_along_with_a_redirect_at_home() {
        let Some(api) = with_token("t0p-s3cret-home") else {
            return;
        };
        let echo = api.redirect("/anything").await.unwrap();
        assert!(echo.contains("Bearer t0p-s3cret-home"), "{echo}");
    }

    #[tokio::test]
    async fn do_not_go_to_another_server() {
        let Some(api) = with_token("t0p-s3cret-away") else {
            return;
        };
        let Some(other) = server("CLOUDAPI_NGINX") else {
            return;
        };
        let there = format!("{other}/headers?a=b");
        let received = api.redirect(&there).await.unwrap();
        assert!(received.starts_with("GET /headers?a=b\n"), "{received}");
        // Nor does anything else that the client declares for its own server.
        for header in ["s3cret", "x-plain", "x-key", "authorization"] {
            assert!(!received.contains(header), "{received}");
        }
    }
}
