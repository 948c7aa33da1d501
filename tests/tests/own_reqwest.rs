//! A `reqwest::Client` of one's own as the transport.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Body, ErrorKind, Failure, RequestBody};
use futures_util::stream;
use reqwest::header::{HeaderMap, HeaderValue};
use tests::faults::{Answer, ClosedPort, FaultServer, Then};

#[rest_api(
    baseurl = "http://own.test/",
    callrateperhour = 4_000_000_000,
    maximum_delay = "1ms",
    maximum_geometric_delay_multiplications = 2,
    maximum_failed_attempts = 0,
    headers("User-Agent" = "declared/1")
)]
struct Api;

impl Api {
    #[get("things/{id}")]
    fn get(&self, id: &str) -> Call<Response<String>>;
    #[get("things/{id}")]
    fn download(&self, id: &str) -> Call<Body>;
    #[post("things")]
    fn post(&self, #[body] body: &RequestBody) -> Call<()>;
    #[put("things")]
    fn put(&self, #[body] body: &RequestBody) -> Call<()>;
    #[post("empty")]
    fn post_nothing(&self) -> Call<()>;
}

fn builder() -> reqwest::ClientBuilder {
    // Without one, reqwest makes no client. Another test may have been faster.
    let _ = rustls::crypto::ring::default_provider().install_default();
    reqwest::Client::builder()
        .retry(reqwest::retry::never())
        .redirect(reqwest::redirect::Policy::none())
        .no_proxy()
}

fn api(url: &str, client: reqwest::ClientBuilder) -> Api {
    let client = client.build().unwrap();
    Api::builder()
        .baseurl(url)
        .transport(client)
        .build()
        .unwrap()
}

#[tokio::test]
async fn what_is_set_in_the_client_holds() {
    // It asks the proxy for everything, in the name of a host that there is none of.
    let proxy = FaultServer::answering([Answer::ok("by proxy")]);
    let mut headers = HeaderMap::new();
    headers.insert("x-client", HeaderValue::from_static("own"));
    headers.insert("x-thing", HeaderValue::from_static("client"));
    let client = builder()
        .user_agent("client/1")
        .default_headers(headers)
        .proxy(reqwest::Proxy::all(proxy.url()).unwrap());
    let api = api("http://own.test/", client);
    let call = api.get("a b/c").header("X-Thing", "call");
    assert_eq!(call.await.unwrap().into_value(), "by proxy");
    let received = &proxy.received()[0];
    assert_eq!(received.target, "http://own.test/things/a%20b%2Fc");
    assert_eq!(received.header("x-client"), ["own"]);
    assert_eq!(received.header("x-thing"), ["call"]);
    assert_eq!(received.header("user-agent"), ["declared/1"]);
}

#[tokio::test]
async fn bodies_go_both_ways() {
    let server = FaultServer::new(|request| match request.method.as_str() {
        "GET" => Answer::ok(vec![7; 100_000]),
        _ => Answer::status(204),
    });
    let api = api(&server.url(), builder());
    api.post(&RequestBody::from("text")).await.unwrap();
    let pieces = || stream::iter([Ok::<_, std::io::Error>("one "), Ok("two")]);
    api.post(&RequestBody::from_stream(pieces)).await.unwrap();
    api.post(&RequestBody::from_stream(pieces).with_length(7))
        .await
        .unwrap();
    api.post_nothing().await.unwrap();
    let body = api
        .download("7")
        .await
        .unwrap()
        .collect(1 << 20)
        .await
        .unwrap();
    assert_eq!(body, vec![7; 100_000]);
    let received = server.received();
    let lengths: Vec<_> = received
        .iter()
        .map(|received| received.header("content-length"))
        .collect();
    assert_eq!(lengths, [vec!["4"], vec![], vec!["7"], vec!["0"], vec![]]);
    let texts: Vec<_> = received.iter().map(|received| received.text()).collect();
    assert_eq!(texts, ["text", "one two", "one two", "", ""]);
}

#[tokio::test]
async fn each_attempt_and_each_hop_is_ours() {
    let server = FaultServer::answering([
        Answer::status(500),
        Answer::new(302, &[("Location", "/things/elsewhere")], ""),
        Answer::ok("there"),
    ]);
    let api = api(&server.url(), builder());
    let response = api.get("7").await.unwrap();
    assert_eq!(response.attempts(), 3);
    assert_eq!(response.value(), "there");
    assert_eq!(server.received().len(), 3);
}

#[tokio::test]
async fn errors_are_what_they_are_with_the_built_in_one() {
    let refused = ClosedPort::new().unwrap();
    let api_of = |url: &str| api(url, builder());
    let error = api_of(&refused.url()).get("7").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect, "{error}");
    assert_eq!(error.attempts().len(), 3);

    let server = FaultServer::answering([Answer::raw("").then(Then::Reset)]);
    let error = api_of(&server.url()).get("7").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Interrupted, "{error}");
    let error = api_of(&server.url())
        .post(&"text".into())
        .await
        .unwrap_err();
    assert!(error.is_unknown_outcome(), "{error}");

    // Its own timeout comes first where it is shorter.
    let server = FaultServer::answering([Answer::raw("").then(Then::Silence)]);
    let client = builder().timeout(Duration::from_millis(50));
    let error = api(&server.url(), client).get("7").await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Timeout, "{error}");

    let failing = || stream::iter([Ok("a part"), Err(std::io::Error::other("no more paper"))]);
    let server = FaultServer::answering([Answer::status(204)]);
    let body = RequestBody::from_stream(failing);
    let error = api_of(&server.url()).put(&body).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request, "{error}");
    assert!(error.to_string().contains("no more paper"), "{error}");
    let last = error.attempts()[0].outcome;
    assert_eq!(last, AttemptOutcome::Failure(Failure::Body));
}

#[tokio::test]
async fn no_secret_in_a_url_is_shown() {
    #[rest_api(
        baseurl = "http://own.test/",
        callrateperhour = 4_000_000_000,
        maximum_delay = "1ms",
        query("key" = "{key}")
    )]
    struct Keyed {
        key: Secret,
    }
    impl Keyed {
        #[get("things")]
        async fn get(&self) -> Result<()>;
    }
    let refused = ClosedPort::new().unwrap();
    let keyed = Keyed::builder()
        .key("s3cret".into())
        .baseurl(refused.url())
        .transport(builder().build().unwrap())
        .build()
        .unwrap();
    let error = keyed.get().await.unwrap_err();
    assert!(!tests::everything_shown(&error).contains("s3cret"));
}
