//! What comes of everything that a server and a network can do wrong, on a real
//! socket. Nothing here hangs, and no POST is repeated that may have worked.

use std::io::Write;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Bytes, Error, ErrorKind, Failure, Retry};
use flate2::Compression;
use flate2::write::GzEncoder;
use serde::Deserialize;
use tests::everything_shown;
use tests::faults::{Answer, ClosedPort, FaultServer, Then};

#[rest_api(
    baseurl = "http://faults.test/",
    callrateperhour = 4_000_000_000,
    maximum_delay = "1ms",
    maximum_geometric_delay_multiplications = 2,
    maximum_failed_attempts = 1,
    maximum_response_size = 100_000
)]
struct Api;

/// Two series of a first attempt and two retries.
const ALL: usize = 6;

impl Api {
    #[get("things")]
    fn get(&self) -> Call<String>;
    #[get("things/{id}")]
    fn find(&self, id: u64) -> Call<Option<Thing>>;
    #[get("thing")]
    fn thing(&self) -> Call<Thing>;
    #[get("thing")]
    fn whole(&self) -> Call<Response<Thing>>;
    #[get("bytes")]
    fn bytes(&self) -> Call<Bytes>;
    #[delete("thing")]
    fn delete(&self) -> Call<()>;
    #[post("things")]
    fn post(&self, #[body] text: &str) -> Call<String>;
}

#[derive(Debug, Deserialize)]
struct Thing {
    id: u64,
}

fn api(url: String) -> Api {
    Api::builder().baseurl(url).build().unwrap()
}

/// For attempts that are to run out of time, on a machine however busy.
const SHORT: Duration = Duration::from_millis(50);

/// What is said of every error.
#[track_caller]
fn assert_told(error: &Error, method: &str, url: &str, kind: ErrorKind, attempts: usize) {
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.method().unwrap(), method, "{error}");
    assert_eq!(error.url(), Some(url), "{error}");
    assert!(error.elapsed().is_some(), "{error}");
    let shown = error.to_string();
    assert!(shown.starts_with(&format!("{method} {url}: ")), "{shown}");
    assert!(!shown.contains('\n'), "{shown}");
    let plural = if attempts == 1 { "" } else { "s" };
    let attempts = format!("({attempts} attempt{plural}, ");
    assert!(shown.contains(&attempts), "{shown}");
    let mut last = Duration::ZERO;
    for attempt in error.attempts() {
        assert!(attempt.at >= last, "{error:?}");
        last = attempt.at;
    }
}

/// A GET that fails in this way is tried again, until everything is spent.
async fn is_tried_again(answer: Answer, kind: ErrorKind, failure: Failure) -> Error {
    let server = FaultServer::answering([answer]);
    let url = format!("{}things", server.url());
    let error = api(server.url())
        .get()
        .request_timeout(if failure == Failure::Timeout {
            SHORT
        } else {
            Duration::from_secs(30)
        })
        .await
        .unwrap_err();
    assert_told(&error, "GET", &url, kind, ALL);
    assert_eq!(server.received().len(), ALL);
    for attempt in error.attempts() {
        assert_eq!(attempt.outcome, AttemptOutcome::Failure(failure));
    }
    error
}

/// A POST that fails in this way reaches the server exactly once, and its error
/// says that the outcome is unknown.
async fn is_unknown(answer: Answer, failure: Failure) {
    let server = FaultServer::answering([answer]);
    let url = format!("{}things", server.url());
    let error = api(server.url())
        .post("order")
        .request_timeout(if failure == Failure::Timeout {
            SHORT
        } else {
            Duration::from_secs(30)
        })
        .await
        .unwrap_err();
    assert_told(&error, "POST", &url, ErrorKind::UnknownOutcome, 1);
    assert!(error.is_unknown_outcome() && !error.is_retryable());
    assert_eq!(
        error.attempts()[0].outcome,
        AttemptOutcome::Failure(failure)
    );
    let received = server.received();
    assert_eq!(received.len(), 1, "sent exactly once");
    assert_eq!(received[0].text(), "order");
}

mod broken_connections {
    use super::*;

    #[tokio::test]
    async fn closed_before_an_answer() {
        let closed = || Answer::raw("").then(Then::Close);
        is_tried_again(closed(), ErrorKind::Interrupted, Failure::Interrupted).await;
        is_unknown(closed(), Failure::Interrupted).await;
    }

    #[tokio::test]
    async fn reset_before_an_answer() {
        let reset = || Answer::raw("").then(Then::Reset);
        is_tried_again(reset(), ErrorKind::Interrupted, Failure::Interrupted).await;
        is_unknown(reset(), Failure::Interrupted).await;
    }

    #[tokio::test]
    async fn in_the_middle_of_the_head() {
        let cut = || Answer::raw("HTTP/1.1 200 OK\r\ncontent-le").then(Then::Close);
        is_tried_again(cut(), ErrorKind::Interrupted, Failure::Interrupted).await;
        is_unknown(cut(), Failure::Interrupted).await;
    }

    #[tokio::test]
    async fn in_the_middle_of_a_body() {
        let half = || {
            Answer::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{\"id\":").then(Then::Close)
        };
        is_tried_again(half(), ErrorKind::Interrupted, Failure::Interrupted).await;
        is_unknown(half(), Failure::Interrupted).await;
        is_unknown(half().then(Then::Reset), Failure::Interrupted).await;
    }

    #[tokio::test]
    async fn in_the_middle_of_a_chunked_body() {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        for body in ["5\r\nhello\r\n", "5\r\nhel", "5\r\nhello\r\n0\r\n", ""] {
            let cut = || Answer::raw(format!("{head}{body}")).then(Then::Close);
            is_tried_again(cut(), ErrorKind::Interrupted, Failure::Interrupted).await;
            is_unknown(cut(), Failure::Interrupted).await;
        }
    }

    #[tokio::test]
    async fn reset_as_soon_as_they_are_made() {
        let server = FaultServer::greeting(|_| Then::Reset, |_| Answer::ok("never"));
        // The reset may come while the client still connects or a moment later.
        let error = api(server.url()).get().await.unwrap_err();
        let broken = matches!(error.kind(), ErrorKind::Connect | ErrorKind::Interrupted);
        assert!(broken, "{error}");
        assert_eq!(error.attempts().len(), ALL);
        let error = api(server.url()).post("order").await.unwrap_err();
        assert!(error.is_connect() || error.is_unknown_outcome(), "{error}");
        assert!(server.received().is_empty());
    }

    #[tokio::test]
    async fn a_new_one_is_made_where_the_last_one_broke() {
        let server = FaultServer::answering([
            Answer::raw("").then(Then::Reset),
            Answer::raw("HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf").then(Then::Close),
            Answer::ok("whole"),
        ]);
        let api = api(server.url());
        assert_eq!(api.get().await.unwrap(), "whole");
        assert_eq!(api.get().await.unwrap(), "whole");
        let connections: Vec<usize> = server.received().iter().map(|r| r.connection).collect();
        assert_eq!(connections, [0, 1, 2, 2], "and a good one is kept");
    }

    /// A server may close a connection at any time, also while the next request
    /// is on its way.
    #[tokio::test]
    async fn no_post_is_received_twice_when_kept_ones_are_closed() {
        let server = FaultServer::new(|_| Answer::ok("done").then(Then::Close));
        let api = api(server.url());
        for number in 0..50_usize {
            let order = number.to_string();
            match api.post(&order).await {
                Ok(answer) => assert_eq!(answer, "done"),
                Err(error) => assert!(error.is_unknown_outcome(), "{error}"),
            }
        }
        let mut orders: Vec<String> = server
            .received()
            .iter()
            .map(|request| request.text().to_owned())
            .collect();
        let received = orders.len();
        orders.dedup();
        assert_eq!(orders.len(), received);
    }
}

mod silence {
    use super::*;

    #[tokio::test]
    async fn instead_of_an_answer() {
        let silence = || Answer::raw("").then(Then::Silence);
        is_tried_again(silence(), ErrorKind::Timeout, Failure::Timeout).await;
        is_unknown(silence(), Failure::Timeout).await;
    }

    #[tokio::test]
    async fn in_the_middle_of_a_body() {
        let half = || {
            Answer::raw("HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf").then(Then::Silence)
        };
        is_tried_again(half(), ErrorKind::Timeout, Failure::Timeout).await;
        is_unknown(half(), Failure::Timeout).await;
    }

    #[tokio::test]
    async fn a_body_that_comes_drop_by_drop_does_not_outlast_the_timeout() {
        let slow = || {
            Answer::raw("HTTP/1.1 200 OK\r\ncontent-length: 90000\r\n\r\n")
                .dripping("x", Duration::from_millis(5))
        };
        is_tried_again(slow(), ErrorKind::Timeout, Failure::Timeout).await;
        is_unknown(slow(), Failure::Timeout).await;
    }

    #[tokio::test]
    async fn a_connection_that_is_accepted_and_never_read() {
        let server = FaultServer::greeting(|_| Then::Silence, |_| Answer::ok("never"));
        let call = api(server.url()).get().request_timeout(SHORT);
        assert_eq!(call.await.unwrap_err().kind(), ErrorKind::Timeout);
    }

    #[tokio::test]
    async fn a_deadline_ends_a_call_that_would_go_on_and_on() {
        let server = FaultServer::answering([Answer::raw("").then(Then::Silence)]);
        let error = api(server.url()).get().deadline(SHORT).await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert_eq!(server.received().len(), 1);
    }
}

mod nobody_there {
    use super::*;

    #[tokio::test]
    async fn a_refused_connection_is_tried_again_whatever_the_method() {
        let port = ClosedPort::new().unwrap();
        let api = api(port.url());
        let url = format!("{}things", port.url());
        let error = api.get().await.unwrap_err();
        assert_told(&error, "GET", &url, ErrorKind::Connect, ALL);
        assert!(error.is_connect() && error.is_retryable());
        let error = api.post("order").await.unwrap_err();
        assert_told(&error, "POST", &url, ErrorKind::Connect, ALL);
        assert!(!error.is_unknown_outcome());
        assert!(everything_shown(&error).contains("refused"), "{error}");
    }

    #[tokio::test]
    async fn the_next_call_works_when_somebody_is_there() {
        let port = ClosedPort::new().unwrap();
        let api = api(port.url());
        api.get().await.unwrap_err();
        let server = port.open(|_| Then::Serve, |_| Answer::ok("here now"));
        assert_eq!(api.get().await.unwrap(), "here now");
        assert_eq!(api.post("order").await.unwrap(), "here now");
        assert_eq!(server.received().len(), 2);
    }

    #[tokio::test]
    async fn a_post_that_was_not_sent_is_sent_when_somebody_is_there() {
        let port = ClosedPort::new().unwrap();
        let api = Api::builder()
            .baseurl(port.url())
            .maximum_failed_attempts(u16::MAX)
            .maximum_geometric_delay_multiplications(u16::MAX)
            .build()
            .unwrap();
        let call = tokio::spawn(api.post("order"));
        // Another call of the client has been refused: so has the first one.
        api.get().retry(Retry::Never).await.unwrap_err();
        let server = port.open(|_| Then::Serve, |_| Answer::ok("done"));
        assert_eq!(call.await.unwrap().unwrap(), "done");
        assert_eq!(server.received().len(), 1);
    }

    #[tokio::test]
    async fn a_host_that_does_not_exist_is_a_failure_to_connect() {
        let api = api("http://no-such-host.invalid/".to_owned());
        let error = api.post("order").retry(Retry::Never).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    }
}

mod no_tls {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn where_it_is_wanted_ends_the_call_with_nothing_sent() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("https://{}/", listener.local_addr().unwrap());
        let server = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n";
            stream.write_all(answer).await.unwrap();
            let mut received = Vec::new();
            // How the client ends the connection is its own business.
            let _ = stream.read_to_end(&mut received).await;
            received
        });
        let error = api(url.clone()).post("order").await.unwrap_err();
        let things = format!("{url}things");
        assert_told(&error, "POST", &things, ErrorKind::Tls, 1);
        assert!(!error.is_unknown_outcome() && !error.is_retryable());
        let received = server.await.unwrap();
        assert!(!String::from_utf8_lossy(&received).contains("order"));
    }
}

mod refusals {
    use super::*;

    #[tokio::test]
    async fn end_the_call_with_what_the_server_said() {
        for status in [400, 401, 403, 404, 409, 410, 415, 422, 501] {
            let body = format!(r#"{{"code":{status}}}"#);
            let server = FaultServer::answering([Answer::new(
                status,
                &[("X-Request-Id", "r1"), ("X-Request-Id", "r2")],
                &body,
            )]);
            let url = format!("{}thing", server.url());
            let error = api(server.url()).thing().await.unwrap_err();
            assert_told(&error, "GET", &url, ErrorKind::Status, 1);
            assert!(error.to_string().contains(&status.to_string()), "{error}");
            assert_eq!(error.status().unwrap(), status);
            let response = error.response().unwrap();
            assert_eq!(response.value(), body.as_bytes());
            let ids = response.headers().get_all("x-request-id");
            assert!(ids.iter().eq(["r1", "r2"]));
            assert_eq!(server.received().len(), 1);
        }
    }

    #[tokio::test]
    async fn not_found_is_none_where_the_value_is_optional() {
        let server = FaultServer::answering([
            Answer::new(404, &[], r#"{"message":"no such thing"}"#),
            Answer::ok(r#"{"id":7}"#),
        ]);
        let api = api(server.url());
        assert!(api.find(7).await.unwrap().is_none());
        assert_eq!(api.find(7).await.unwrap().unwrap().id, 7);
        assert_eq!(server.received().len(), 2);
    }

    #[tokio::test]
    async fn errors_of_the_server_are_tried_again_and_then_told() {
        for status in [500, 502, 503, 504] {
            let server = FaultServer::new(move |r| Answer::new(status, &[], r.number.to_string()));
            let url = format!("{}things", server.url());
            let error = api(server.url()).get().await.unwrap_err();
            assert_told(&error, "GET", &url, ErrorKind::Status, ALL);
            assert_eq!(error.response().unwrap().value(), "5", "the last one");
            assert!(error.is_retryable());
            let error = api(server.url()).post("order").await.unwrap_err();
            assert_told(&error, "POST", &url, ErrorKind::UnknownOutcome, 1);
            assert_eq!(error.status().unwrap(), status);
            assert_eq!(server.received().len(), ALL + 1);
        }
    }

    #[tokio::test]
    async fn a_bad_moment_is_passed_over() {
        let server = FaultServer::answering([
            Answer::status(500),
            Answer::raw("").then(Then::Reset),
            Answer::status(503),
            Answer::ok(r#"{"id":7}"#),
        ]);
        let thing = api(server.url()).whole().await.unwrap();
        assert_eq!(thing.attempts(), 4);
        assert_eq!(thing.value().id, 7);
        assert_eq!(server.received().len(), 4);
    }

    #[tokio::test]
    async fn too_many_requests_are_waited_out() {
        let server = FaultServer::answering([
            Answer::new(429, &[("Retry-After", "0")], ""),
            Answer::new(429, &[], ""),
            Answer::ok("fine"),
        ]);
        let answer = api(server.url()).post("order").retry(Retry::Never).await;
        assert_eq!(answer.unwrap(), "fine");
        assert_eq!(server.received().len(), 3);
    }

    #[tokio::test]
    async fn a_server_that_asks_for_a_day_is_left_alone() {
        let server =
            FaultServer::answering([Answer::new(429, &[("Retry-After", "86400")], "tomorrow")]);
        let url = format!("{}things", server.url());
        let api = api(server.url());
        let error = api.get().await.unwrap_err();
        assert_told(&error, "GET", &url, ErrorKind::Throttled, 1);
        assert!(error.retry_at().is_some());
        assert_eq!(error.response().unwrap().value(), "tomorrow");
        assert!(
            error.to_string().contains("may be made again in"),
            "{error}"
        );
        assert!(api.get().await.unwrap_err().is_rate_limited());
        assert_eq!(server.received().len(), 1);
    }

    #[tokio::test]
    async fn a_redirect_is_followed_and_the_answer_comes_from_there() {
        for (status, method) in [
            (301, "GET"),
            (302, "GET"),
            (303, "GET"),
            (307, "POST"),
            (308, "POST"),
        ] {
            let elsewhere = FaultServer::answering([Answer::ok("there")]);
            let location = format!("{}new", elsewhere.url());
            let server =
                FaultServer::answering([Answer::new(status, &[("Location", &location)], "")]);
            let answer = api(server.url()).post("order").await.unwrap();
            assert_eq!(answer, "there");
            let received = &elsewhere.received()[0];
            assert_eq!((&*received.method, &*received.target), (method, "/new"));
            let body: &[u8] = if method == "POST" { b"order" } else { b"" };
            assert_eq!(received.body, body, "{status}");
        }
    }

    #[tokio::test]
    async fn a_redirect_that_leads_nowhere_is_an_error() {
        for location in ["ftp://files.test/", "https://"] {
            let server = FaultServer::answering([Answer::new(302, &[("Location", location)], "")]);
            let url = format!("{}things", server.url());
            let error = api(server.url()).get().await.unwrap_err();
            assert_told(&error, "GET", &url, ErrorKind::Status, 1);
            assert!(error.to_string().contains("not followed"), "{error}");
        }
    }
}

mod unreadable {
    use super::*;

    /// What comes whole and is not what was declared ends the call.
    async fn is_not_a_thing(answer: Answer) -> Error {
        let server = FaultServer::answering([answer]);
        let url = format!("{}thing", server.url());
        let error = api(server.url()).thing().await.unwrap_err();
        assert_told(&error, "GET", &url, ErrorKind::Decode, 1);
        assert!(error.to_string().contains("Thing"), "{error}");
        assert!(error.response().is_some(), "to be looked at");
        assert!(!error.is_retryable());
        assert_eq!(server.received().len(), 1, "asking again would not help");
        error
    }

    #[tokio::test]
    async fn bad_json() {
        is_not_a_thing(Answer::ok(r#"{"id":7"#)).await;
        is_not_a_thing(Answer::ok("<html>")).await;
        is_not_a_thing(Answer::ok([0xFF, 0xFE])).await;
        is_not_a_thing(Answer::ok(r#"{"id":7} trailing"#)).await;
    }

    #[tokio::test]
    async fn json_of_another_shape() {
        let error = is_not_a_thing(Answer::ok(r#"{"id":"seven"}"#)).await;
        assert!(error.to_string().contains("line 1 column 13"), "{error}");
        is_not_a_thing(Answer::ok(r#"{"thing":{"id":7}}"#)).await;
        is_not_a_thing(Answer::ok("null")).await;
    }

    #[tokio::test]
    async fn an_empty_body() {
        let error = is_not_a_thing(Answer::ok("")).await;
        assert!(error.to_string().contains("empty"), "{error}");
        let error = is_not_a_thing(Answer::status(204)).await;
        assert!(error.to_string().contains("204"), "{error}");
    }

    #[tokio::test]
    async fn text_that_is_not_unicode() {
        let server = FaultServer::answering([Answer::ok([0xC3])]);
        let api = api(server.url());
        let error = api.get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Decode);
        assert_eq!(api.bytes().await.unwrap(), [0xC3].as_slice());
    }

    #[tokio::test]
    async fn no_content_is_fine_where_none_is_declared() {
        let server = FaultServer::answering([
            Answer::status(204),
            Answer::ok("not looked at"),
            Answer::status(204),
        ]);
        let api = api(server.url());
        api.delete().await.unwrap();
        api.delete().await.unwrap();
        assert!(api.find(7).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn attempts_before_the_unreadable_one_are_counted() {
        let server = FaultServer::answering([Answer::status(500), Answer::ok("?")]);
        let url = format!("{}thing", server.url());
        let error = api(server.url()).thing().await.unwrap_err();
        assert_told(&error, "GET", &url, ErrorKind::Decode, 2);
    }

    #[tokio::test]
    async fn what_is_no_http() {
        for nonsense in [
            "SSH-2.0-OpenSSH_9.2\r\n\r\n",
            "HTTP/1.1 2000 OK\r\n\r\n",
            "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
            "HTTP/1.1 200 OK\r\ncontent-length: many\r\n\r\n",
        ] {
            let answer = || Answer::raw(nonsense).then(Then::Close);
            is_tried_again(answer(), ErrorKind::Interrupted, Failure::Interrupted).await;
            is_unknown(answer(), Failure::Interrupted).await;
        }
    }
}

mod odd_and_yet_fine {
    use super::*;

    async fn is_read(answer: Answer) {
        let server = FaultServer::answering([answer]);
        let api = api(server.url());
        for _ in 0..2 {
            assert_eq!(api.thing().await.unwrap().id, 7);
        }
        assert_eq!(server.received().len(), 2);
    }

    #[tokio::test]
    async fn informational_responses_before_the_final_one() {
        let early = "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
        let last = "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n{\"id\":7}";
        is_read(Answer::raw(format!("{early}{last}"))).await;
    }

    #[tokio::test]
    async fn a_body_that_ends_with_its_connection() {
        for version in ["HTTP/1.0", "HTTP/1.1"] {
            let head = format!("{version} 200 OK\r\nconnection: close\r\n\r\n");
            is_read(Answer::raw(format!("{head}{{\"id\":7}}")).then(Then::Close)).await;
        }
    }

    #[tokio::test]
    async fn chunks_with_extensions_and_trailers() {
        let head = "HTTP/1.1 200\r\ntransfer-encoding: chunked\r\n\r\n";
        let body = "4;a=b\r\n{\"id\r\n004\r\n\":7}\r\n0\r\nX-Sum: 1\r\n\r\n";
        is_read(Answer::raw(format!("{head}{body}"))).await;
    }

    #[tokio::test]
    async fn another_media_type_than_json() {
        is_read(Answer::new(
            200,
            &[("Content-Type", "text/html")],
            r#"{"id":7}"#,
        ))
        .await;
    }
}

mod too_large {
    use super::*;

    const LIMIT: usize = 100_000;

    /// So that a body without an end cannot go on for long.
    const SOME: Duration = Duration::from_secs(5);

    /// It ends the call at once: it would be too large again.
    async fn is_too_large(answer: Answer) {
        let server = FaultServer::answering([answer]);
        let api = api(server.url());
        let url = format!("{}bytes", server.url());
        let error = api.bytes().request_timeout(SOME).await.unwrap_err();
        assert_told(&error, "GET", &url, ErrorKind::TooLarge, 1);
        assert!(error.to_string().contains("maximum_response_size"));
        assert_eq!(server.received().len(), 1);
        let error = api.post("order").request_timeout(SOME).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "it was answered");
        assert_eq!(server.received().len(), 2);
    }

    fn gzip(size: usize) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![b'0'; size]).unwrap();
        encoder.finish().unwrap()
    }

    #[tokio::test]
    async fn by_its_own_account() {
        let huge = "HTTP/1.1 200 OK\r\ncontent-length: 100001\r\n\r\n";
        is_too_large(Answer::raw(huge).then(Then::Silence)).await;
        let absurd = "HTTP/1.1 200 OK\r\ncontent-length: 9223372036854775807\r\n\r\n";
        is_too_large(Answer::raw(absurd).then(Then::Silence)).await;
    }

    #[tokio::test]
    async fn in_endless_chunks() {
        let head = "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n";
        let chunk = format!("2000\r\n{}\r\n", "x".repeat(0x2000));
        is_too_large(Answer::raw(head).dripping(chunk, Duration::ZERO)).await;
    }

    #[tokio::test]
    async fn without_any_length() {
        let head = "HTTP/1.1 200 OK\r\nconnection: close\r\n\r\n";
        is_too_large(Answer::raw(head).dripping("x".repeat(9_000), Duration::ZERO)).await;
    }

    #[tokio::test]
    async fn after_decompression() {
        let bomb = gzip(5_000_000);
        assert!(bomb.len() < LIMIT, "small on the wire");
        is_too_large(Answer::new(200, &[("Content-Encoding", "gzip")], bomb)).await;
    }

    #[tokio::test]
    async fn an_error_page_too() {
        let head = "HTTP/1.1 500 Oops\r\ncontent-length: 100001\r\n\r\n";
        let server = FaultServer::answering([Answer::raw(head).then(Then::Silence)]);
        let error = api(server.url()).get().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    }

    #[tokio::test]
    async fn the_largest_that_is_allowed_is_read() {
        let plain = Answer::ok(vec![b'0'; LIMIT]);
        let packed = Answer::new(200, &[("Content-Encoding", "gzip")], gzip(LIMIT));
        let server = FaultServer::answering([plain, packed]);
        let api = api(server.url());
        for _ in 0..2 {
            assert_eq!(api.bytes().await.unwrap(), vec![b'0'; LIMIT]);
        }
        let accepted = server.received()[0].header("accept-encoding").join(",");
        assert!(accepted.contains("gzip"), "{accepted}");
    }

    #[tokio::test]
    async fn a_corrupt_compressed_body_is_a_broken_answer() {
        let mut packed = gzip(1_000);
        packed.truncate(packed.len() - 9);
        let answer = Answer::new(200, &[("Content-Encoding", "gzip")], packed);
        is_tried_again(answer, ErrorKind::Interrupted, Failure::Interrupted).await;
    }
}
