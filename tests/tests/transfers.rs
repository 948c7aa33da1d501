//! Bodies both ways on a real socket: how they are framed, what becomes of them
//! when a connection or their own source fails, and that none is lost.

use std::io::{self, Write as _};
use std::sync::mpsc;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Body, BoxError, ErrorKind, Failure, Multipart, Part, RequestBody};
use flate2::Compression;
use flate2::write::GzEncoder;
use futures_util::stream;
use tempfile::NamedTempFile;
use tests::faults::{Answer, FaultServer, Received, Then};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;

#[rest_api(
    baseurl = "http://transfers.test/",
    callrateperhour = 4_000_000_000,
    maximum_delay = "1ms",
    maximum_geometric_delay_multiplications = 2,
    maximum_failed_attempts = 0,
    maximum_response_size = 1000
)]
struct Api;

/// A first attempt and two retries.
const ALL: usize = 3;

impl Api {
    #[put("images/{id}")]
    fn put(&self, id: u64, #[body] image: &RequestBody) -> Call<()>;
    #[post("images")]
    fn post(&self, #[body] image: &RequestBody) -> Call<()>;
    #[put("forms")]
    fn form(&self, #[multipart] form: &Multipart) -> Call<()>;
    #[get("images/{id}")]
    fn get(&self, id: u64) -> Call<Body>;
    #[get("images/{id}")]
    fn blocking(&self, id: u64) -> Result<Body>;
    #[put("images/{id}")]
    fn both(&self, id: u64, #[body] image: &RequestBody) -> Call<Body>;
}

fn api(url: String) -> Api {
    Api::builder().baseurl(url).build().unwrap()
}

/// More than one piece, none of which is like another.
fn large() -> Vec<u8> {
    (0..200_000_u32).flat_map(u32::to_be_bytes).collect()
}

fn file(content: impl AsRef<[u8]>) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(content.as_ref()).unwrap();
    file
}

/// The same large content, however it is made.
fn streamed() -> RequestBody {
    RequestBody::from_stream(|| {
        let pieces: Vec<_> = large().chunks(9_999).map(<[u8]>::to_vec).collect();
        stream::iter(pieces.into_iter().map(Ok::<_, io::Error>))
    })
}

fn framing(received: &Received) -> (Vec<&str>, Vec<&str>) {
    (
        received.header("content-length"),
        received.header("transfer-encoding"),
    )
}

#[tokio::test]
async fn a_length_that_is_known_is_sent_along() {
    let server = FaultServer::answering([Answer::status(204)]);
    let api = api(server.url());
    let (content, on_disk, empty) = (large(), file(large()), file(""));
    let length = content.len() as u64;
    let none = RequestBody::from_stream(stream::empty::<Result<Vec<u8>, io::Error>>);
    let text = length.to_string();
    for (body, content, length) in [
        (RequestBody::from(&content), &content[..], Some(&*text)),
        (RequestBody::file(on_disk.path()), &content, Some(&text)),
        (streamed().with_length(length), &content, Some(&text)),
        (streamed(), &content, None),
        (RequestBody::file(empty.path()), b"", Some("0")),
        (none.clone().with_length(0), b"", Some("0")),
        (none, b"", None),
    ] {
        api.post(&body).await.unwrap();
        let received = server.received().pop().unwrap();
        assert!(received.body == content, "{body:?}");
        let framing = framing(&received);
        match length {
            Some(length) => assert_eq!(framing, (vec![length], vec![]), "{body:?}"),
            None => assert_eq!(framing, (vec![], vec!["chunked"]), "{body:?}"),
        }
    }
}

#[tokio::test]
async fn a_form_has_a_length_unless_a_part_has_none() {
    let server = FaultServer::answering([Answer::status(204)]);
    let api = api(server.url());
    let on_disk = file(large());
    let form = Multipart::new()
        .text("a", "b")
        .part("file", Part::file(on_disk.path()));
    api.form(&form).await.unwrap();
    api.form(&form.part("made", Part::from(streamed())))
        .await
        .unwrap();
    let received = server.received();
    let length = received[0].body.len().to_string();
    assert_eq!(framing(&received[0]), (vec![&*length], vec![]));
    assert_eq!(framing(&received[1]), (vec![], vec!["chunked"]));
    // The file, and the part that was made.
    let last = &large()[large().len() - 4..];
    let twice = received[1].body.windows(4).filter(|window| *window == last);
    assert_eq!(twice.count(), 2);
}

#[tokio::test]
async fn a_broken_connection_is_not_the_bodys_fault() {
    let on_disk = file(large());
    for body in [RequestBody::file(on_disk.path()), streamed()] {
        let server = FaultServer::answering([
            Answer::raw("").then(Then::Reset),
            Answer::status(500),
            Answer::status(204),
        ]);
        api(server.url()).put(7, &body).await.unwrap();
        let received = server.received();
        assert_eq!(received.len(), ALL);
        assert!(received.iter().all(|received| received.body == large()));
        let server = FaultServer::answering([Answer::raw("").then(Then::Reset)]);
        let error = api(server.url()).post(&body).await.unwrap_err();
        assert!(error.is_unknown_outcome(), "{error}");
    }
}

/// The first pieces are on their way when it fails.
#[tokio::test]
async fn a_body_that_fails_is_not_a_broken_connection() {
    let failing = || {
        let pieces = (0..50).map(|number| match number {
            49 => Err(io::Error::other("the disk is on fire")),
            _ => Ok(vec![b'a'; 10_000]),
        });
        stream::iter(pieces.collect::<Vec<_>>())
    };
    let whole = RequestBody::from_stream(failing);
    for body in [whole.clone(), whole.with_length(1_000_000)] {
        let server = FaultServer::answering([Answer::status(204)]);
        let api = api(server.url());
        for call in [
            api.put(7, &body),
            api.put(7, &body).retry(Retry::Always),
            api.post(&body),
        ] {
            let error = call.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Request, "{error}");
            assert!(error.to_string().contains("the disk is on fire"), "{error}");
            let [attempt] = error.attempts() else {
                panic!("{error:?}")
            };
            assert_eq!(attempt.outcome, AttemptOutcome::Failure(Failure::Body));
        }
        let error = api.both(7, &body).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        assert!(server.received().is_empty(), "none came whole");
    }
}

#[tokio::test]
async fn a_file_that_is_cut_while_it_is_sent_ends_the_call() {
    // The server reads nothing more than the head, so that the file is still
    // being read when it is cut.
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let large = file(vec![7; 64 << 20]);
    let path = large.path().to_owned();
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = [0; 4];
        stream.read_exact(&mut head).await.unwrap();
        std::fs::File::create(path).unwrap();
        tokio::io::copy(&mut stream, &mut tokio::io::sink()).await
    });
    let body = RequestBody::file(large.path());
    let error = api(url).put(7, &body).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    assert!(
        error
            .to_string()
            .contains("had 67108864 bytes and ends after"),
        "{error}"
    );
    let _ = server.await.unwrap();
}

#[tokio::test]
async fn an_answer_may_be_larger_than_what_is_ever_held() {
    let content = large();
    let mut packed = GzEncoder::new(Vec::new(), Compression::fast());
    packed.write_all(&content).unwrap();
    let packed = packed.finish().unwrap();
    let server = FaultServer::new(move |request| match request.number {
        0 => Answer::ok(large()),
        _ => Answer::new(200, &[("Content-Encoding", "gzip")], &packed),
    });
    let api = api(server.url());
    for _ in 0..2 {
        let mut body = api.get(7).await.unwrap();
        let mut read = Vec::new();
        while let Some(piece) = body.chunk().await.unwrap() {
            assert!(!piece.is_empty());
            read.extend(piece);
        }
        assert!(read == content);
    }
    let path = file("");
    let saved = api.get(7).await.unwrap().save(path.path()).await.unwrap();
    assert_eq!(saved, content.len() as u64);
    assert!(std::fs::read(path.path()).unwrap() == content);
}

/// Reads a body that does not come whole.
async fn fails(mut body: Body) -> (usize, cloudapi::Error) {
    let mut size = 0;
    loop {
        match body.chunk().await {
            Ok(Some(piece)) => size += piece.len(),
            Ok(None) => panic!("it is not whole"),
            Err(error) => return (size, error),
        }
    }
}

#[tokio::test]
async fn a_body_that_is_cut_is_never_taken_for_whole() {
    for head in [
        "HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhalf".to_owned(),
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n".to_owned(),
    ] {
        for (then, kind) in [
            (Then::Close, ErrorKind::Interrupted),
            (Then::Silence, ErrorKind::Timeout),
        ] {
            let server = FaultServer::answering([Answer::raw(&*head).then(then)]);
            let url = format!("{}images/7", server.url());
            let api = api(server.url());
            let mut call = api.get(7);
            if kind == ErrorKind::Timeout {
                call = call.request_timeout(Duration::from_millis(300));
            }
            let (size, error) = fails(call.await.unwrap()).await;
            assert_eq!((size, error.kind()), (4, kind), "{error}");
            assert_eq!(error.url(), Some(&*url));
            assert_eq!(server.received().len(), 1, "it is not asked for again");
        }
    }
}

#[test]
fn a_body_outlives_no_runtime_silently() {
    for framing in [
        "Content-Length: 10\r\n\r\nhalf",
        "Transfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n",
    ] {
        let head = format!("HTTP/1.1 200 OK\r\n{framing}");
        let server = FaultServer::answering([Answer::raw(head).then(Then::Silence)]);
        let api = api(server.url());
        let body = tests::current_thread().block_on(async { api.get(7).await.unwrap() });
        let (_, error) = tests::current_thread().block_on(fails(body));
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{framing} {error}");
    }
}

#[tokio::test]
async fn to_drop_a_body_closes_its_connection() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut read = Vec::new();
        while !read.ends_with(b"\r\n\r\n") {
            stream.read_buf(&mut read).await.unwrap();
        }
        let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000000000\r\n\r\na part";
        stream.write_all(head).await.unwrap();
        // Nothing or an error comes once the other end is closed, and not before.
        let _ = stream.read_buf(&mut read).await;
    });
    let mut body = api(url).get(7).await.unwrap();
    assert_eq!(body.chunk().await.unwrap().unwrap(), "a part");
    assert!(!server.is_finished());
    drop(body);
    server.await.unwrap();
}

#[test]
fn a_body_is_read_on_a_thread_without_a_runtime() {
    let server = FaultServer::answering([Answer::ok(large())]);
    let api = api(server.url());
    let mut body = api.blocking(7).unwrap();
    let mut read = Vec::new();
    while let Some(piece) = body.blocking_chunk().unwrap() {
        read.extend(piece);
    }
    assert!(read == large());
    let path = file("");
    assert_eq!(
        api.blocking(7).unwrap().blocking_save(path.path()).unwrap(),
        800_000
    );
    assert!(std::fs::read(path.path()).unwrap() == large());
    // Inside a runtime too.
    tests::current_thread().block_on(async {
        let mut body = api.blocking(7).unwrap();
        assert!(body.blocking_chunk().unwrap().is_some());
    });
}

/// It cannot come: what would bring it is the thread that waits.
#[test]
fn to_block_the_only_thread_that_brings_the_body_is_an_error_and_no_deadlock() {
    let silent = Answer::raw("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n").then(Then::Silence);
    let server = FaultServer::answering([silent]);
    let api = api(server.url());
    let (sender, receiver) = mpsc::channel();
    tests::current_thread().block_on(async {
        let call = api.get(7).request_timeout(Duration::from_millis(300));
        let mut body = call.await.unwrap();
        sender
            .send(body.blocking_chunk().unwrap_err().kind())
            .unwrap();
    });
    assert_eq!(receiver.recv().unwrap(), ErrorKind::Timeout);
}

#[tokio::test]
async fn many_bodies_both_ways_at_once_are_not_mixed_up() {
    let server = FaultServer::new(|request| Answer::ok(&request.body));
    let api = std::sync::Arc::new(api(server.url()));
    let calls: Vec<_> = (0..50_u64)
        .map(|number| {
            let api = std::sync::Arc::clone(&api);
            tokio::spawn(async move {
                let content = vec![number as u8; 100_000];
                let body = content.clone();
                let body = RequestBody::from_factory(move || {
                    let body = Body::from(body.clone());
                    async { Ok::<_, BoxError>(body) }
                });
                let answer = api.both(number, &body).await.unwrap();
                let answer = answer.collect(1 << 20).await.unwrap();
                assert!(answer == content);
            })
        })
        .collect();
    for call in calls {
        call.await.unwrap();
    }
}
