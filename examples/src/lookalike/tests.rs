//! The server over real sockets.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::mpsc;
use std::time::Duration;

use super::*;

/// What comes back on a connection of its own; empty if nothing does.
fn send(server: &Lookalike, request: &[u8]) -> String {
    let url = server.baseurl();
    let address = url.trim_start_matches("http://").trim_end_matches("/v2/");
    let mut stream = TcpStream::connect(address).unwrap();
    // The server may hang up in the middle of either.
    let _ = stream.write_all(request);
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn ask(server: &Lookalike, method: &str, path: &str, token: &str, body: &str) -> String {
    let length = body.len();
    let request = format!(
        "{method} /v2/{path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Authorization: Bearer {token}\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    );
    send(server, request.as_bytes())
}

fn get(server: &Lookalike, path: &str) -> String {
    ask(server, "GET", path, server.token(), "")
}

fn start(settings: Settings) -> Lookalike {
    Lookalike::start(settings).unwrap()
}

#[test]
fn it_answers_as_digitalocean_does() {
    let server = start(Settings::new());
    let answer = get(&server, "droplets");
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    assert!(answer.contains("ratelimit-limit: 5000\r\n"), "{answer}");
    assert!(answer.contains("ratelimit-remaining: 4999\r\n"), "{answer}");
    assert!(answer.contains(r#""meta":{"total":5}"#), "{answer}");
    let seen = Seen {
        requests: 1,
        succeeded: 1,
        ..Seen::default()
    };
    assert_eq!(server.seen(), seen);
}

#[test]
fn a_token_is_needed_and_each_has_an_account_of_its_own() {
    let server = start(
        Settings::new()
            .tokens(["a", "b"])
            .limit(1, Duration::from_secs(3_600)),
    );
    assert!(ask(&server, "GET", "account", "c", "").starts_with("HTTP/1.1 401 "));
    let bare = b"GET /v2/account HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";
    let answer = send(&server, bare);
    assert!(
        answer.contains(r#"{"id":"unauthorized","message":"#),
        "{answer}"
    );
    assert!(ask(&server, "GET", "account", "a", "").contains("sammy-1@"));
    assert!(ask(&server, "GET", "account", "b", "").contains("sammy-2@"));
    assert!(ask(&server, "GET", "account", "b", "").starts_with("HTTP/1.1 429 "));
    assert_eq!(server.token(), "a");
    assert_eq!(server.seen().rejected, 2);
}

#[test]
fn over_the_limit_it_refuses_and_says_when_to_come_back() {
    let server = start(Settings::new().limit(2, Duration::from_secs(100)));
    let answers: Vec<String> = (0..3).map(|_| get(&server, "droplets")).collect();
    assert!(answers[1].starts_with("HTTP/1.1 200 "));
    assert!(answers[2].starts_with("HTTP/1.1 429 "), "{}", answers[2]);
    assert!(
        answers[2].contains("\r\nretry-after: 100\r\n"),
        "{}",
        answers[2]
    );
    assert!(
        answers[2].contains("\r\nratelimit-remaining: 0\r\n"),
        "{}",
        answers[2]
    );
    let seen = server.seen();
    assert_eq!((seen.requests, seen.succeeded, seen.throttled), (3, 2, 1));
}

#[test]
fn it_fails_as_told() {
    let faults = Faults::new()
        .at(1, Fault::Status(500))
        .at(2, Fault::Unavailable(7))
        .at(3, Fault::Closed)
        .at(4, Fault::Garbled)
        .at(5, Fault::Late(Duration::from_millis(50)));
    let (exchanges, watched) = mpsc::channel();
    let settings = Settings::new().faults(faults).watch(move |exchange| {
        exchanges.send(exchange.clone()).unwrap();
    });
    let server = start(settings);
    assert!(get(&server, "droplets").starts_with("HTTP/1.1 500 "));
    assert!(get(&server, "droplets").contains("\r\nretry-after: 7\r\n"));
    assert_eq!(get(&server, "droplets"), "");
    assert!(!get(&server, "droplets").ends_with('}'));
    let before = std::time::Instant::now();
    assert!(get(&server, "account").starts_with("HTTP/1.1 200 "));
    assert!(before.elapsed() >= Duration::from_millis(50));

    let seen = server.seen();
    assert_eq!((seen.requests, seen.succeeded, seen.failed), (5, 1, 4));
    let watched: Vec<Exchange> = watched.try_iter().collect();
    let statuses: Vec<_> = watched
        .iter()
        .map(|x| x.status.map(|s| s.as_u16()))
        .collect();
    assert_eq!(statuses, [Some(500), Some(503), None, Some(200), Some(200)]);
    assert_eq!(watched[1].retry_after, Some(Duration::from_secs(7)));
    assert_eq!(watched[4].path, "/v2/account");
    let succeeded: Vec<_> = watched.iter().map(Exchange::succeeded).collect();
    assert_eq!(succeeded, [false, false, false, false, true]);
    let shown = watched[1].to_string();
    assert_eq!(shown, "request 2: 503 Service Unavailable, retry after 7 s");
    assert!(watched.is_sorted_by_key(|exchange| (exchange.at, exchange.number)));
}

#[test]
fn a_lost_answer_was_carried_out_and_a_closed_connection_was_not() {
    let faults = Faults::new().at(1, Fault::Lost).at(2, Fault::Closed);
    let server = start(Settings::new().droplets(0).faults(faults));
    let new = r#"{"name":"a","size":"s-1vcpu-1gb","image":"debian-13-x64"}"#;
    for _ in 0..2 {
        assert_eq!(ask(&server, "POST", "droplets", server.token(), new), "");
    }
    assert!(get(&server, "droplets").contains(r#""meta":{"total":1}"#));
}

#[test]
fn bad_requests_do_it_no_harm() {
    let server = start(Settings::new());
    for request in [
        &b"nonsense\r\n\r\n"[..],
        b"GET /v2/droplets HTTP/9.9\r\n\r\n",
        b"GET \xff\xfe HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET * HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"OPTIONS * HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"CONNECT example.com:443 HTTP/1.1\r\nConnection: close\r\n\r\n",
        b"GET /v2/droplets HTTP/1.1\r\nAuthorization: \xff\r\nConnection: close\r\n\r\n",
        b"GET /v2/droplets HTTP/1.1\r\nAuthorization: Bearer\r\nConnection: close\r\n\r\n",
    ] {
        let answer = send(&server, request);
        let fine = answer.starts_with("HTTP/1.1 4") || answer.is_empty();
        assert!(fine, "{}: {answer}", request.escape_ascii());
    }
    let large = "x".repeat(2 << 20);
    assert!(!ask(&server, "POST", "droplets", "x", &large).contains("HTTP/1.1 2"));
    assert!(get(&server, "droplets").starts_with("HTTP/1.1 200 "));
}

#[test]
fn dropping_it_frees_the_port() {
    let server = start(Settings::new());
    let address = server.baseurl().replace("http://", "").replace("/v2/", "");
    let idle = TcpStream::connect(&address).unwrap();
    drop(server);
    drop(idle);
    assert!(TcpStream::connect(&address).is_err());
}

#[test]
fn settings_that_make_no_sense_are_an_error() {
    for settings in [
        Settings::new().tokens(Vec::<String>::new()),
        Settings::new().limit(0, Duration::from_secs(1)),
        Settings::new().limit(1, Duration::ZERO),
    ] {
        let error = Lookalike::start(settings).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}

#[tokio::test]
async fn it_can_be_started_and_dropped_in_a_runtime() {
    drop(start(Settings::new()));
}
