//! What requests send, in simulated time: the same bytes in each attempt, however
//! they are made, and an error where they cannot be.

use std::io::{self, Write as _};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{AttemptOutcome, Body, BoxError, Bytes, Error, ErrorKind, Failure, RequestBody};
use futures_util::stream;
use serde_json::json;
use tempfile::NamedTempFile;

#[rest_api(baseurl = "https://bodies.test/")]
#[derive(Clone)]
struct Api;

impl Api {
    #[put("images/{id}")]
    fn put(&self, id: u64, #[body] image: RequestBody) -> Call<()>;
    #[put("images/{id}")]
    fn put_lent(&self, id: u64, #[body] image: &RequestBody) -> Call<()>;
    #[post("images")]
    fn post(&self, #[body] image: RequestBody) -> Call<()>;
    #[put("images/{id}", headers("Content-Type" = "image/png"))]
    fn put_png(&self, id: u64, #[body] image: RequestBody) -> Call<()>;
    #[patch("images/{id}", headers("Content-Type" = "application/merge-patch+json"))]
    fn merge(&self, id: u64, #[json] change: &serde_json::Value) -> Call<()>;
    #[put("texts", headers("content-type" = "text/csv"))]
    fn csv(&self, #[body] text: &str) -> Call<()>;
    #[put("texts")]
    fn text(&self, #[body] text: String) -> Call<()>;
    #[get("images/{id}")]
    async fn get(&self, id: u64) -> Result<Body>;
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    (simulation, server, api)
}

/// The first attempts fail, so that the body is made so many times.
fn failing(attempts: usize) -> impl FnMut(&Sent) -> Reply + Send + 'static {
    move |sent| Reply::status(if sent.number + 1 < attempts { 500 } else { 204 })
}

fn file(content: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_ref()).unwrap();
    file
}

/// More than one piece, none of which is like another.
fn large() -> Vec<u8> {
    (0..200_000_u32).flat_map(u32::to_be_bytes).collect()
}

fn header<'a>(sent: &'a Sent, name: &str) -> Vec<&'a str> {
    let values = sent.headers.get_all(name).iter();
    values.map(|value| value.to_str().unwrap()).collect()
}

/// It was not retried, and the error says why.
#[track_caller]
fn assert_refused(error: &Error, attempts: usize, why: &str) {
    assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    assert!(error.to_string().contains(why), "{error}");
    assert!(!error.is_retryable());
    assert_eq!(error.attempts().len(), attempts, "{error:?}");
    let last = error.attempts().last().unwrap().outcome;
    assert_eq!(last, AttemptOutcome::Failure(Failure::Body));
}

#[test]
fn every_attempt_sends_the_same_bytes() {
    let content = large();
    let on_disk = file(&content);
    let (bytes, pieces, whole) = (content.clone(), content.clone(), content.clone());
    let bodies = [
        RequestBody::from(content.clone()),
        RequestBody::file(on_disk.path()),
        RequestBody::from_factory(move || {
            let bytes = bytes.clone();
            async move { Ok::<_, BoxError>(Body::from(bytes)) }
        }),
        RequestBody::from_stream(move || {
            let pieces: Vec<_> = pieces.chunks(7_777).map(<[u8]>::to_vec).collect();
            stream::iter(pieces.into_iter().map(Ok::<_, io::Error>))
        }),
        RequestBody::from_stream(move || {
            let whole = Bytes::from(whole.clone());
            stream::iter([Ok::<_, io::Error>(whole)])
        })
        .with_length(content.len() as u64),
    ];
    for body in bodies {
        let (simulation, server, api) = world(failing(3));
        simulation.run(api.put(7, body.clone())).unwrap();
        let sent = server.requests();
        assert_eq!(sent.len(), 3, "{body:?}");
        for sent in sent {
            assert!(sent.body == content, "{body:?}");
            assert_eq!(header(&sent, "content-type"), ["application/octet-stream"]);
        }
    }
}

#[test]
fn a_call_that_is_made_anew_sends_the_same() {
    let (simulation, server, api) = world(|_| Reply::status(204));
    let body = RequestBody::from("once more");
    simulation.run(async {
        api.put_lent(1, &body).await.unwrap();
        let mut calls = 0;
        let second = Duration::from_secs(10);
        let done = |(): &()| {
            calls += 1;
            calls == 3
        };
        let call = api.put_lent(2, &body);
        call.until(second, 9 * second, done).await.unwrap();
    });
    let sent = server.requests();
    assert_eq!(sent.len(), 4);
    assert!(sent.iter().all(|sent| sent.body == "once more"));
}

#[test]
fn the_media_type_is_that_of_the_endpoint_the_body_or_its_type() {
    let (simulation, server, api) = world(|_| Reply::status(204));
    let octets = || RequestBody::from(&b"a"[..]);
    simulation.run(async {
        api.put(1, octets()).await.unwrap();
        api.put(1, RequestBody::from("a")).await.unwrap();
        api.put(1, octets().media_type("image/gif")).await.unwrap();
        api.put_png(1, octets().media_type("image/gif"))
            .await
            .unwrap();
        api.put(1, octets())
            .header("content-type", "a/b")
            .await
            .unwrap();
        api.merge(1, &json!({"name": null})).await.unwrap();
        api.csv("a,b").await.unwrap();
        api.text("a".to_owned()).await.unwrap();
        let wrong = octets().media_type("image/gif\r\nx-evil: 1");
        let error = api.put(1, wrong).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request);
        assert!(error.to_string().contains("media type"), "{error}");
        assert!(!error.to_string().contains("evil"), "{error}");
    });
    let types: Vec<String> = server
        .requests()
        .iter()
        .map(|sent| header(sent, "content-type").join(" and "))
        .collect();
    assert_eq!(
        types,
        [
            "application/octet-stream",
            "text/plain; charset=utf-8",
            "image/gif",
            "image/png",
            "a/b",
            "application/merge-patch+json",
            "text/csv",
            "text/plain; charset=utf-8",
        ]
    );
    let merged = &server.requests()[5];
    assert_eq!(merged.body, r#"{"name":null}"#);
}

#[test]
fn a_redirect_takes_the_body_along_or_leaves_it() {
    for (status, method, has_body) in [(307, "PUT", true), (303, "GET", false)] {
        let (simulation, server, api) = world(move |sent| match sent.number {
            0 => Reply::status(status).header("Location", "/elsewhere"),
            _ => Reply::status(204),
        });
        let image = file("an image");
        simulation
            .run(api.put(7, RequestBody::file(image.path())))
            .unwrap();
        let last = &server.requests()[1];
        assert_eq!(last.method, method);
        assert_eq!(last.body, if has_body { "an image" } else { "" });
        assert_eq!(last.headers.contains_key("content-type"), has_body);
    }
}

#[test]
fn a_file_that_is_missing_ends_the_call_before_anything_is_sent() {
    let directory = tempfile::tempdir().unwrap();
    for (path, why) in [
        (&*directory.path().join("none.iso"), "cannot be opened: "),
        (directory.path(), "directory"),
    ] {
        let (simulation, server, api) = world(failing(1));
        let error = simulation
            .run(api.put(7, RequestBody::file(path)))
            .unwrap_err();
        assert_refused(&error, 1, why);
        let name = path.file_name().unwrap().to_string_lossy();
        assert!(error.to_string().contains(&*name), "{error}");
        assert_eq!(simulation.now(), Duration::ZERO);
        assert!(server.requests().is_empty());
    }
}

#[test]
fn a_file_that_changes_between_attempts_is_not_sent_again() {
    let image = file("an image");
    let path = image.path().to_owned();
    let (simulation, server, api) = world(move |_| {
        std::fs::write(&path, "another image").unwrap();
        Reply::status(500)
    });
    let body = RequestBody::file(image.path());
    let error = simulation.run(api.put(7, body.clone())).unwrap_err();
    assert_refused(&error, 2, "had 8 bytes at the first attempt and has 13 now");
    assert_eq!(server.requests().len(), 1);
    // It is another call's business what it was.
    let (simulation, server, api) = world(|_| Reply::status(204));
    simulation.run(api.put(7, body)).unwrap();
    assert_eq!(server.requests()[0].body, "another image");
}

#[test]
fn a_file_that_is_gone_at_the_second_attempt_is_told() {
    let image = file("an image");
    let path = image.path().to_owned();
    let (simulation, _, api) = world(move |_| {
        std::fs::remove_file(&path).unwrap();
        Reply::status(500)
    });
    let call = api.put(7, RequestBody::file(image.path()));
    let error = simulation.run(call).unwrap_err();
    assert_refused(&error, 2, "cannot be opened");
    drop(image.into_temp_path().keep());
}

#[test]
fn an_empty_file_is_an_empty_body() {
    let empty = file("");
    let (simulation, server, api) = world(failing(1));
    simulation
        .run(api.post(RequestBody::file(empty.path())))
        .unwrap();
    assert_eq!(server.requests()[0].body, "");
}

#[test]
fn what_the_caller_gives_wrong_is_not_a_broken_connection() {
    let broken = || {
        let pieces = [Ok("a part"), Err(io::Error::other("the disk is on fire"))];
        stream::iter(pieces)
    };
    let cases = [
        (
            RequestBody::from_factory(async || Err::<Body, BoxError>("no more paper".into())),
            "the body of the request cannot be read: no more paper",
        ),
        (
            RequestBody::from_stream(broken),
            "the body of the request cannot be read: the disk is on fire",
        ),
        (
            RequestBody::from("four").with_length(5),
            "it has only 4 of the 5 bytes that were said of it",
        ),
        (
            RequestBody::from("four").with_length(3),
            "it has more than the 3 bytes that were said of it",
        ),
    ];
    for (body, why) in cases {
        for retry in [Retry::Standard, Retry::Always] {
            let (simulation, _, api) = world(failing(1));
            let call = api.post(body.clone()).retry(retry);
            let error = simulation.run(call).unwrap_err();
            assert_refused(&error, 1, why);
            assert_eq!(simulation.now(), Duration::ZERO);
        }
    }
}

#[test]
fn a_factory_is_asked_once_for_each_attempt() {
    let (simulation, server, api) = world(failing(4));
    let asked = Arc::new(AtomicUsize::new(0));
    let body = RequestBody::from_factory({
        let asked = Arc::clone(&asked);
        move || {
            let number = asked.fetch_add(1, Ordering::Relaxed);
            async move { Ok::<_, BoxError>(Body::from(format!("attempt {number}"))) }
        }
    });
    let call = api.put(7, body);
    assert_eq!(
        asked.load(Ordering::Relaxed),
        0,
        "nothing is made before it is needed"
    );
    simulation.run(call).unwrap();
    let sent: Vec<_> = server
        .requests()
        .into_iter()
        .map(|sent| sent.body)
        .collect();
    assert_eq!(sent, ["attempt 0", "attempt 1", "attempt 2", "attempt 3"]);
}

#[test]
fn an_answer_is_sent_on_piece_by_piece() {
    let (simulation, server, api) = world(|sent| match sent.method.as_str() {
        "GET" => {
            let second = Duration::from_secs(1);
            Reply::pieces([(second, "one "), (second, "two")])
        }
        _ => Reply::status(204),
    });
    let from = api.clone();
    let body = RequestBody::from_factory(move || {
        let from = from.clone();
        async move { from.get(7).await }
    });
    simulation.run(api.put(8, body)).unwrap();
    assert_eq!(server.requests()[1].body, "one two");
}

#[test]
fn an_answer_that_breaks_off_ends_the_call_that_sends_it_on() {
    let (simulation, _, api) =
        world(|_| Reply::pieces([(Duration::ZERO, "one ")]).ending(Failure::Interrupted));
    let from = api.clone();
    let body = RequestBody::from_factory(move || {
        let from = from.clone();
        async move { from.get(7).await }
    });
    let error = simulation.run(api.put(8, body)).unwrap_err();
    assert_refused(&error, 1, "the connection broke");
}

#[test]
fn nothing_shows_what_is_sent() {
    let path = Path::new("secret.txt");
    let bodies = [
        (RequestBody::from("s3cret"), "RequestBody(6 bytes)"),
        (RequestBody::file(path), "RequestBody(a file)"),
        (
            RequestBody::from_factory(async || Ok::<_, BoxError>(Body::from("s3cret"))),
            "RequestBody(a factory)",
        ),
        (
            RequestBody::from_factory(async || Ok::<_, BoxError>(Body::from("s3cret")))
                .with_length(6),
            "RequestBody(a factory, 6 bytes)",
        ),
    ];
    let (_, _, api) = world(failing(1));
    for (body, shown) in bodies {
        assert_eq!(format!("{body:?}"), shown);
        let call = api.put(7, body);
        assert!(!format!("{call:?}").contains("s3cret"));
    }
    assert_eq!(format!("{:?}", Body::from("s3cret")), "Body(6 bytes)");
    let streamed = Body::from_stream(stream::iter([Ok::<_, io::Error>("s3cret")]));
    assert_eq!(format!("{streamed:?}"), "Body(a stream)");
}

#[test]
fn bodies_may_be_shared_between_threads() {
    fn is_shared<T: Send + Sync + 'static>() {}
    is_shared::<Body>();
    is_shared::<RequestBody>();
    is_shared::<cloudapi::Multipart>();
}
