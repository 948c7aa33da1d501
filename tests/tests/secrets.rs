//! A credential appears nowhere but on the wire.

use std::fmt::Debug;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Error, ErrorKind, Failure};
use tests::everything_shown;
use tests::faults::{Answer, ClosedPort, FaultServer, Then};

/// What must not appear. Its parts are searched for too, so that an encoded or
/// shortened form is found.
const TOKEN: &str = "s3cr3t/t0k3n+=";
const PARTS: [&str; 2] = ["s3cr3t", "t0k3n"];

#[track_caller]
fn assert_hidden(shown: &str) {
    for part in PARTS {
        assert!(!shown.contains(part), "{part} appears in {shown}");
    }
}

fn debugged(value: &impl Debug) -> String {
    format!("{value:?}\n{value:#?}")
}

#[rest_api(
    baseurl = "https://secrets.test/v1/",
    bearer = "{token}",
    headers("X-Key" = "key {token}", "X-Plain" = "{plain}"),
    scope = "{token}",
    callrateperhour = 4_000_000_000,
    maximum_delay = "1ms"
)]
#[derive(Clone, Debug)]
struct Api {
    token: Secret,
    /// Not marked as a secret, and yet a credential may be in it.
    plain: String,
}

impl Api {
    #[get("{self.token}/things/{key}/{rest*}")]
    fn get(
        &self,
        key: &Secret,
        rest: &Secret,
        #[query] id: u64,
        #[query] api_key: &Secret,
        #[header("X-Session")] session: &Secret,
        #[header("X-Optional")] optional: Option<&Secret>,
    ) -> Call<String>;

    #[post("things")]
    async fn post(&self) -> Result<u64>;
}

fn ask(api: &Api) -> Call<String> {
    let token = Secret::new(TOKEN);
    api.get(&token, &token, 7, &token, &token, Some(&token))
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Result<Api>) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = Api::builder()
        .token(TOKEN.into())
        .plain(TOKEN.to_owned())
        .simulation(&simulation)
        .transport(server.clone())
        .build();
    (simulation, server, api)
}

fn with(url: String) -> Api {
    Api::builder()
        .token(TOKEN.into())
        .plain("plain".to_owned())
        .baseurl(url)
        .maximum_failed_attempts(0)
        .maximum_geometric_delay_multiplications(1)
        .build()
        .unwrap()
}

#[test]
fn the_token_is_sent() {
    let (simulation, server, api) = world(|_| Reply::text("fine"));
    let api = api.unwrap();
    simulation.run(ask(&api)).unwrap();
    let sent = &server.requests()[0];
    let encoded = "s3cr3t%2Ft0k3n%2B%3D";
    let rest = "s3cr3t/t0k3n%2B%3D";
    assert_eq!(
        sent.url,
        format!("https://secrets.test/v1/{encoded}/things/{encoded}/{rest}?id=7&api_key={encoded}")
    );
    assert_eq!(sent.headers["authorization"], format!("Bearer {TOKEN}"));
    assert_eq!(sent.headers["x-key"], format!("key {TOKEN}"));
    assert_eq!(sent.headers["x-session"], TOKEN);
    assert_eq!(sent.headers["x-optional"], TOKEN);
    assert_eq!(sent.headers["x-plain"], TOKEN);
    for header in [
        "authorization",
        "x-key",
        "x-session",
        "x-optional",
        "x-plain",
    ] {
        assert!(sent.headers[header].is_sensitive(), "{header}");
    }
    let shown = debugged(&sent.headers);
    assert_hidden(&shown);
}

#[test]
fn debug_of_client_builder_and_call_hides_it() {
    let builder = Api::builder().token(TOKEN.into()).plain(TOKEN.to_owned());
    assert_hidden(&debugged(&builder));
    let api = Api::new(TOKEN.into(), "plain".to_owned()).unwrap();
    assert_hidden(&debugged(&api));
    let call = ask(&api);
    assert_hidden(&debugged(&call));
    assert!(format!("{call:?}").contains("***"), "{call:?}");
    assert_hidden(&debugged(&Secret::new(TOKEN)));
}

#[test]
fn the_url_of_an_error_shows_stars_in_its_place() {
    let (simulation, _, api) = world(|_| Reply::status(403));
    let error = simulation.run(ask(&api.unwrap())).unwrap_err();
    assert_eq!(
        error.url(),
        Some("https://secrets.test/v1/***/things/***/***/***?id=7&***")
    );
    assert_hidden(&everything_shown(&error));
}

#[test]
fn no_error_of_any_failure_shows_it() {
    for failure in [
        Failure::NotSent,
        Failure::Tls,
        Failure::Timeout,
        Failure::Interrupted,
        Failure::TooLarge,
        Failure::Unsendable,
        Failure::Abandoned,
    ] {
        let (simulation, _, api) = world(move |_| Reply::failure(failure));
        let error = simulation.run(ask(&api.unwrap())).unwrap_err();
        assert_hidden(&everything_shown(&error));
    }
    for status in [302, 401, 429, 500] {
        let (simulation, _, api) = world(move |_| Reply::status(status));
        let error = simulation.run(ask(&api.unwrap())).unwrap_err();
        assert_hidden(&everything_shown(&error));
    }
}

#[test]
fn no_error_of_the_real_transport_shows_it() {
    let port = ClosedPort::new().unwrap();
    let error = tests::current_thread()
        .block_on(ask(&with(port.url())))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Connect);
    assert_hidden(&everything_shown(&error));

    let closed = Answer::raw("").then(Then::Close);
    for (answer, kind) in [
        (closed.clone(), ErrorKind::Interrupted),
        (closed.then(Then::Reset), ErrorKind::Interrupted),
        (Answer::raw("").then(Then::Silence), ErrorKind::Timeout),
        (Answer::raw("what?\r\n\r\n"), ErrorKind::Interrupted),
        (Answer::status(401), ErrorKind::Status),
        (Answer::ok([0xFF]), ErrorKind::Decode),
    ] {
        let server = FaultServer::answering([answer]);
        let call = ask(&with(server.url())).request_timeout(Duration::from_millis(100));
        let error = tests::current_thread().block_on(call).unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        assert_hidden(&everything_shown(&error));
    }
}

#[test]
fn no_error_without_a_runtime_shows_it() {
    let api = Api::new(TOKEN.into(), "plain".to_owned()).unwrap();
    let mut call = Box::pin(ask(&api));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    let std::task::Poll::Ready(Err(error)) = call.as_mut().poll(&mut context) else {
        panic!("a call that needs no runtime");
    };
    assert_eq!(error.kind(), ErrorKind::Runtime);
    assert_hidden(&everything_shown(&error));
}

#[test]
fn no_refusal_before_sending_shows_it() {
    #[rest_api(baseurl = "https://refusals.test/")]
    struct Plain;

    impl Plain {
        #[get("{key}/{dots}")]
        fn get(&self, key: &Secret, dots: &str) -> Call<()>;
        #[get("header")]
        fn header(&self, #[header("X-Key")] key: &Secret) -> Call<()>;
    }

    let simulation = Simulation::new();
    let plain = Plain::builder()
        .simulation(&simulation)
        .transport(Server::new(&simulation, |_| Reply::status(200)))
        .build()
        .unwrap();
    let broken = Secret::new(format!("{TOKEN}\n"));
    for call in [
        plain.get(&TOKEN.into(), ".."),
        plain.header(&broken),
        plain
            .get(&TOKEN.into(), "a")
            .header("X-Key", broken.expose()),
        plain.get(&TOKEN.into(), "a").header("X Key", TOKEN),
    ] {
        assert_hidden(&debugged(&call));
        let error = simulation.run(call).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Request, "{error}");
        assert_hidden(&everything_shown(&error));
    }
}

#[test]
fn a_token_with_a_line_break_makes_no_client_and_is_not_shown() {
    for broken in ["s3cr3t\nt0k3n", "s3cr3t t0k3n\r\n", "s3cr3t\0t0k3n"] {
        let error = Api::new(broken.into(), "plain".to_owned()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings);
        assert!(error.to_string().contains("Authorization"), "{error}");
        assert_hidden(&everything_shown(&error));
        let error = Api::new("fine".into(), broken.to_owned()).unwrap_err();
        assert!(error.to_string().contains("X-Plain"), "{error}");
        assert_hidden(&everything_shown(&error));
    }
}

#[test]
fn an_empty_token_is_told_before_the_first_call() {
    let error = Api::new(" ".into(), "plain".to_owned()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Settings);
    assert!(error.to_string().contains("empty"), "{error}");
}

#[test]
fn a_conflict_names_no_account() {
    let (simulation, server, api) = world(|_| Reply::text(""));
    let _first = api.unwrap();
    let error = Api::builder()
        .token(TOKEN.into())
        .plain(TOKEN.to_owned())
        .simulation(&simulation)
        .transport(server)
        .callrateperhour(7)
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert_hidden(&everything_shown(&error));
}

#[test]
fn a_base_url_with_a_password_is_refused_without_showing_it() {
    let error = Api::builder()
        .token(TOKEN.into())
        .plain(String::new())
        .baseurl("https://me:s3cr3t-t0k3n@secrets.test/")
        .build()
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Settings);
    assert_hidden(&everything_shown(&error));
}

#[test]
fn an_environment_variable_is_named_without_its_value() {
    let error: Error = Secret::from_env("CLOUDAPI_TESTS_NO_SUCH_VARIABLE").unwrap_err();
    assert!(
        error
            .to_string()
            .contains("CLOUDAPI_TESTS_NO_SUCH_VARIABLE")
    );
}

#[test]
fn a_panic_in_the_transport_does_not_show_it() {
    let (simulation, _, api) = world(|_| panic!("a fault in the script"));
    let api = api.unwrap();
    let error = simulation.run(ask(&api)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Runtime);
    assert_hidden(&everything_shown(&error));
}

#[test]
fn what_the_server_sent_is_in_the_response_and_not_in_the_error() {
    let body = r#"{"id":"none","token":"s3cr3t-t0k3n"}"#;
    let (simulation, _, api) = world(move |_| {
        let json: serde_json::Value = serde_json::from_str(body).unwrap();
        Reply::json(&json).header("Set-Cookie", TOKEN)
    });
    let error = simulation.run(api.unwrap().post()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.response().unwrap().value(), body);
    assert_hidden(&everything_shown(&error));
}
