//! Answers that are read piece by piece, in simulated time.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{
    AttemptOutcome, Body, Bytes, Error, ErrorKind, Failure, Transport, TransportFuture, http,
};
use futures_util::TryStreamExt as _;
use http_body::{Frame, SizeHint};

#[rest_api(
    baseurl = "https://downloads.test/",
    bearer = "{token}",
    request_timeout = "30s",
    maximum_response_size = 100
)]
#[derive(Clone)]
struct Api {
    token: Secret,
}

impl Api {
    #[get("images/{id}")]
    async fn get(&self, id: u64) -> Result<Body>;
    #[get("images/{id}")]
    fn call(&self, id: u64) -> Call<Response<Body>>;
    #[get("images/{id}")]
    async fn maybe(&self, id: u64) -> Result<Option<Body>>;
    #[get("images/{id}")]
    async fn maybe_response(&self, id: u64) -> Result<Option<Response<Body>>>;
    #[get("images/{id}")]
    async fn response_maybe(&self, id: u64) -> Result<Response<Option<Body>>>;
    #[post("exports")]
    async fn export(&self) -> Result<Body>;
    #[post("exports", idempotent)]
    async fn export_again(&self) -> Result<Body>;
    #[get("images/{id}")]
    async fn whole(&self, id: u64) -> Result<String>;
    #[get("images/{id}")]
    fn blocking(&self, id: u64) -> Result<Body>;
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = Api::builder()
        .token("t0ken".into())
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    (simulation, server, api)
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What came, and how it ended.
async fn read(body: &mut Body) -> (String, Option<Error>) {
    let mut text = String::new();
    loop {
        match body.chunk().await {
            Ok(Some(piece)) => text.push_str(std::str::from_utf8(&piece).unwrap()),
            Ok(None) => return (text, None),
            Err(error) => return (text, Some(error)),
        }
    }
}

#[test]
fn a_body_comes_piece_by_piece_and_may_be_of_any_size() {
    let (simulation, _, api) = world(|sent| {
        let every = seconds(if sent.number == 0 { 20 } else { 0 });
        Reply::pieces((0..1_000).map(|number| (every, format!("{number:04}"))))
    });
    simulation.run(async {
        let mut body = api.get(7).await.unwrap();
        assert_eq!(simulation.now(), seconds(0), "the call is over at the head");
        assert_eq!(body.chunk().await.unwrap().unwrap(), "0000");
        assert_eq!(simulation.now(), seconds(20));
        let (rest, error) = read(&mut body).await;
        assert!(error.is_none());
        assert_eq!(rest.len(), 4 * 999);
        assert_eq!(simulation.now(), seconds(20_000));
        assert!(
            body.chunk().await.unwrap().is_none(),
            "the end stays the end"
        );
        let error = api.whole(7).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge, "{error}");
    });
}

#[test]
fn a_body_comes_no_faster_than_it_is_read() {
    let (simulation, _, api) = world(|_| {
        Reply::pieces([
            (seconds(1), "one "),
            (seconds(1), "two "),
            (seconds(29), "three"),
        ])
    });
    simulation.run(async {
        let mut body = api.get(7).await.unwrap();
        // The reader's own time is no fault of the server's.
        simulation.sleep(seconds(3_600)).await;
        body.chunk().await.unwrap().unwrap();
        simulation.sleep(seconds(3_600)).await;
        assert_eq!(read(&mut body).await.0, "two three");
    });
}

#[test]
fn a_server_that_stalls_ends_the_body() {
    let (simulation, _, api) = world(|_| {
        Reply::pieces([
            (seconds(29), "one "),
            (seconds(29), "two "),
            (seconds(31), "three"),
        ])
        .header("X-Request-Id", "r-1")
    });
    simulation.run(async {
        let mut body = api.get(7).await.unwrap();
        let (text, error) = read(&mut body).await;
        let error = error.unwrap();
        assert_eq!(text, "one two ");
        assert_eq!(simulation.now(), seconds(29 + 29 + 30));
        assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");
        assert_eq!(error.url(), Some("https://downloads.test/images/7"));
        assert_eq!(error.method().unwrap(), "GET");
        assert_eq!(error.status().unwrap(), 200);
        assert_eq!(error.request_id(), Some("r-1"));
        assert_eq!(error.elapsed(), Some(seconds(88)));
        let [attempt] = error.attempts() else {
            panic!("{error:?}")
        };
        assert_eq!(attempt.outcome, AttemptOutcome::Failure(Failure::Timeout));
        assert_eq!((attempt.at, attempt.took), (seconds(0), seconds(88)));
        assert!(error.is_retryable());
        let shown = error.to_string();
        let start = "GET https://downloads.test/images/7: no answer in time (1 attempt, 88.0 s)";
        assert_eq!(shown, start);
        // It is over.
        assert!(body.chunk().await.unwrap().is_none());
    });
}

#[test]
fn the_timeout_of_the_call_holds_for_its_pieces() {
    let (simulation, _, api) = world(|_| Reply::pieces([(seconds(40), "a"), (seconds(61), "b")]));
    simulation.run(async {
        let call = api.call(7).request_timeout(seconds(60));
        let mut body = call.await.unwrap().into_value();
        let (text, error) = read(&mut body).await;
        assert_eq!(
            (text.as_str(), error.unwrap().kind()),
            ("a", ErrorKind::Timeout)
        );
    });
}

#[test]
fn a_body_that_breaks_off_is_told_and_not_asked_for_again() {
    let (simulation, server, api) = world(|sent| match sent.number {
        0 => Reply::status(500),
        _ => Reply::pieces([(seconds(1), "half")]).ending(Failure::Interrupted),
    });
    simulation.run(async {
        let mut body = api.get(7).await.unwrap();
        let (text, error) = read(&mut body).await;
        let error = error.unwrap();
        assert_eq!(text, "half");
        assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
        assert_eq!(error.attempts().len(), 2);
        assert_eq!(error.attempts()[1].at, seconds(20));
        assert!(error.is_retryable());
    });
    assert_eq!(server.requests().len(), 2);
}

/// Says that it has ten bytes, and has four.
#[derive(Debug)]
struct Short(Option<&'static str>);

impl http_body::Body for Short {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let piece = self.0.take();
        Poll::Ready(piece.map(|piece| Ok(Frame::data(piece.into()))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(10)
    }
}

#[derive(Debug)]
struct Careless;

impl Transport for Careless {
    fn send(&self, _: http::Request<Body>) -> TransportFuture {
        Box::pin(async { Ok(http::Response::new(Body::new(Short(Some("half"))))) })
    }
}

#[test]
fn a_transport_that_lets_a_body_end_early_is_found_out() {
    let simulation = Simulation::new();
    let api = Api::builder()
        .token("t0ken".into())
        .simulation(&simulation)
        .transport(Careless)
        .build()
        .unwrap();
    simulation.run(async {
        let (text, error) = read(&mut api.get(7).await.unwrap()).await;
        assert_eq!(text, "half");
        assert_eq!(error.unwrap().kind(), ErrorKind::Interrupted);
    });
}

#[test]
fn what_a_post_has_done_is_not_to_be_repeated() {
    let (simulation, _, api) =
        world(|_| Reply::pieces([(seconds(1), "half")]).ending(Failure::Interrupted));
    simulation.run(async {
        for (mut body, is_retryable) in [
            (api.export().await.unwrap(), false),
            (api.export_again().await.unwrap(), true),
        ] {
            let error = read(&mut body).await.1.unwrap();
            assert_eq!(error.kind(), ErrorKind::Interrupted);
            assert_eq!(error.is_retryable(), is_retryable);
        }
    });
}

#[test]
fn failures_and_redirects_come_before_the_body() {
    let (simulation, server, api) = world(|sent| match sent.number {
        0 => Reply::status(503).header("Retry-After", "100"),
        1 => Reply::status(302).header("Location", "https://cdn.test/7"),
        2 => Reply::text("not now").with_status(500),
        _ => Reply::pieces([(seconds(0), "whole")]),
    });
    simulation.run(async {
        let response = api.call(7).await.unwrap();
        assert_eq!(response.attempts(), 4);
        assert_eq!(response.status(), 200);
        assert_eq!(read(&mut response.into_value()).await.0, "whole");
    });
    let sent = server.requests();
    assert_eq!(sent[3].url, "https://cdn.test/7");
    assert!(!sent[3].headers.contains_key("authorization"));
}

#[test]
fn an_error_has_its_body_and_that_is_bounded() {
    let (simulation, _, api) = world(|sent| match sent.number {
        0 => Reply::text("forbidden fruit").with_status(403),
        _ => Reply::text("x".repeat(101)).with_status(403),
    });
    simulation.run(async {
        let error = api.get(7).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.response().unwrap().value(), "forbidden fruit");
        let error = api.get(7).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
    });
}

#[test]
fn what_is_not_there_is_none() {
    for (status, is_there) in [(200, true), (404, false), (204, false)] {
        let (simulation, _, api) = world(move |_| Reply::text("a body").with_status(status));
        simulation.run(async {
            let expected = is_there.then_some("a body");
            let mut body = api.maybe(7).await.unwrap();
            assert_eq!(text(&mut body).await.as_deref(), expected);
            let mut body = api
                .maybe_response(7)
                .await
                .unwrap()
                .map(Response::into_value);
            assert_eq!(text(&mut body).await.as_deref(), expected);
            let response = api.response_maybe(7).await.unwrap();
            assert_eq!(response.status(), status);
            assert_eq!(text(&mut response.into_value()).await.as_deref(), expected);
        });
    }
    let (simulation, _, api) = world(|_| Reply::status(404));
    let error = simulation.run(api.get(7)).unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
}

async fn text(body: &mut Option<Body>) -> Option<String> {
    Some(read(body.as_mut()?).await.0)
}

#[test]
fn a_head_that_does_not_come_is_tried_again() {
    let (simulation, _, api) = world(|sent| match sent.number {
        0 => Reply::never(),
        _ => Reply::pieces([(seconds(0), "whole")]),
    });
    simulation.run(async {
        let response = api.call(7).await.unwrap();
        assert_eq!(response.waited(), seconds(50));
    });
}

#[test]
fn a_call_is_over_once_its_head_is_there() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::pieces([(seconds(20), "a")]));
    let api = Api::builder()
        .token("t0ken".into())
        .maximum_in_flight(1)
        .simulation(&simulation)
        .transport(server)
        .build()
        .unwrap();
    simulation.run(async {
        let first = api.get(7).await.unwrap();
        let second = api.get(8).await.unwrap();
        assert_eq!(simulation.now(), seconds(10));
        drop((first, second));
    });
}

#[test]
fn a_body_is_a_stream_and_is_collected() {
    let (simulation, _, api) =
        world(|_| Reply::pieces([(seconds(1), "one "), (seconds(1), "two")]));
    simulation.run(async {
        let body = api.get(7).await.unwrap();
        let pieces: Vec<_> = body.into_stream().try_collect().await.unwrap();
        assert_eq!(pieces, ["one ", "two"]);
        assert_eq!(
            api.get(7).await.unwrap().collect(7).await.unwrap(),
            "one two"
        );
        let error = api.get(7).await.unwrap().collect(6).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::TooLarge);
        assert!(error.to_string().contains("more than 6 bytes"), "{error}");
        assert_eq!(error.url(), Some("https://downloads.test/images/7"));
        // A piece that was waited for in vain is not lost.
        let mut body = api.get(7).await.unwrap();
        tokio::select! {
            _ = body.chunk() => panic!("it was not due yet"),
            () = simulation.sleep(seconds(1) / 2) => {}
        }
        assert_eq!(read(&mut body).await.0, "one two");
    });
}

#[test]
fn a_body_is_saved() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image");
    let (simulation, _, api) = world(|sent| {
        let pieces = Reply::pieces([(seconds(1), "one "), (seconds(1), "two")]);
        match sent.number {
            1 => pieces.ending(Failure::Interrupted),
            _ => pieces,
        }
    });
    simulation.run(async {
        std::fs::write(&path, "something older and longer").unwrap();
        assert_eq!(api.get(7).await.unwrap().save(&path).await.unwrap(), 7);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one two");
        let error = api.get(7).await.unwrap().save(&path).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Interrupted);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), "one two");
        let nowhere = directory.path().join("no/such/folder");
        let error = api.get(7).await.unwrap().save(nowhere).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::File);
        assert!(error.to_string().contains("cannot be made: "), "{error}");
        assert_eq!(error.url(), Some("https://downloads.test/images/7"));
    });
}

#[test]
fn a_body_is_read_without_a_runtime() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("image");
    let (simulation, _, api) = world(|_| {
        Reply::pieces([
            (seconds(1), "one "),
            (seconds(1), "two"),
            (seconds(31), "three"),
        ])
    });
    let mut body = api.blocking(7).unwrap();
    assert_eq!(body.blocking_chunk().unwrap().unwrap(), "one ");
    assert_eq!(body.blocking_chunk().unwrap().unwrap(), "two");
    assert_eq!(simulation.now(), seconds(2));
    let error = body.blocking_chunk().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(body.blocking_chunk().unwrap(), None);
    let error = api.blocking(7).unwrap().blocking_save(&path).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "one two");
}

#[test]
fn no_error_of_a_body_shows_a_secret() {
    let (simulation, _, api) =
        world(|_| Reply::pieces([(seconds(1), "half")]).ending(Failure::Interrupted));
    simulation.run(async {
        let mut body = api.get(7).await.unwrap();
        let error = read(&mut body).await.1.unwrap();
        assert!(!tests::everything_shown(&error).contains("t0ken"));
        assert!(!format!("{body:?}").contains("t0ken"));
    });
}
