//! The table of what happens after each outcome, row by row, for each method
//! and each retry rule, in simulated time.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Server, Simulation};
use cloudapi::{AttemptOutcome, Error, ErrorKind, Failure, Retry};

#[rest_api(baseurl = "https://verdicts.test/", maximum_failed_attempts = 0)]
struct Api;

impl Api {
    #[get("things")]
    fn get(&self) -> Call<()>;
    #[head("things")]
    fn head(&self) -> Call<()>;
    #[options("things")]
    fn options(&self) -> Call<()>;
    #[put("things")]
    fn put(&self) -> Call<()>;
    #[delete("things")]
    fn delete(&self) -> Call<()>;
    #[post("things")]
    fn post(&self) -> Call<()>;
    #[patch("things")]
    fn patch(&self) -> Call<()>;
    #[post("searches", idempotent)]
    fn search(&self) -> Call<()>;
    #[patch("things", idempotent)]
    fn set(&self) -> Call<()>;
    #[get("things", retry = "never")]
    fn once(&self) -> Call<()>;
    #[post("things", retry = "always")]
    fn insist(&self) -> Call<()>;
    #[get("things/{id}")]
    fn find(&self, id: u64) -> Call<Option<String>>;
}

type Method = fn(&Api) -> Call<()>;

const HARMLESS: [(&str, Method); 7] = [
    ("GET", Api::get),
    ("HEAD", Api::head),
    ("OPTIONS", Api::options),
    ("PUT", Api::put),
    ("DELETE", Api::delete),
    ("POST declared idempotent", Api::search),
    ("PATCH declared idempotent", Api::set),
];

const HARMFUL: [(&str, Method); 2] = [("POST", Api::post), ("PATCH", Api::patch)];

/// One series.
const ALL: usize = 6;

#[derive(Clone, Copy, Debug)]
enum Outcome {
    Status(u16),
    Failure(Failure),
}

impl Outcome {
    fn reply(self) -> Reply {
        match self {
            Self::Status(status) => Reply::status(status),
            Self::Failure(failure) => Reply::failure(failure),
        }
    }
}

/// The error of a call that always ends so, and how often it was sent.
fn run(outcome: Outcome, call: impl FnOnce(&Api) -> Call<()>) -> (Error, usize) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, move |_| outcome.reply());
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    let error = simulation.run(call(&api)).unwrap_err();
    let sent = server.requests().len();
    assert_eq!(error.attempts().len(), sent, "{error}");
    let last = error.attempts().last().unwrap().outcome;
    match outcome {
        Outcome::Status(status) => {
            assert_eq!(error.status().unwrap(), status);
            assert!(matches!(last, AttemptOutcome::Status(logged) if logged == status));
        }
        Outcome::Failure(failure) => assert_eq!(last, AttemptOutcome::Failure(failure)),
    }
    (error, sent)
}

fn kind_of(outcome: Outcome) -> ErrorKind {
    match outcome {
        Outcome::Status(_) => ErrorKind::Status,
        Outcome::Failure(Failure::NotSent) => ErrorKind::Connect,
        Outcome::Failure(Failure::Tls) => ErrorKind::Tls,
        Outcome::Failure(Failure::Timeout) => ErrorKind::Timeout,
        Outcome::Failure(Failure::Interrupted) => ErrorKind::Interrupted,
        Outcome::Failure(Failure::TooLarge) => ErrorKind::TooLarge,
        other => panic!("{other:?} is not in the table"),
    }
}

const LOST: [Outcome; 15] = [
    Outcome::Status(408),
    Outcome::Status(500),
    Outcome::Status(502),
    Outcome::Status(503),
    Outcome::Status(504),
    Outcome::Status(509),
    Outcome::Status(520),
    Outcome::Status(524),
    Outcome::Status(525),
    Outcome::Status(529),
    Outcome::Status(530),
    Outcome::Status(599),
    Outcome::Status(999),
    Outcome::Failure(Failure::Timeout),
    Outcome::Failure(Failure::Interrupted),
];

const FINAL: [Outcome; 25] = [
    Outcome::Status(301),
    Outcome::Status(302),
    Outcome::Status(303),
    Outcome::Status(304),
    Outcome::Status(307),
    Outcome::Status(308),
    Outcome::Status(400),
    Outcome::Status(401),
    Outcome::Status(403),
    Outcome::Status(404),
    Outcome::Status(405),
    Outcome::Status(409),
    Outcome::Status(410),
    Outcome::Status(415),
    Outcome::Status(422),
    Outcome::Status(425),
    Outcome::Status(501),
    Outcome::Status(505),
    Outcome::Status(506),
    Outcome::Status(507),
    Outcome::Status(508),
    Outcome::Status(510),
    Outcome::Status(511),
    Outcome::Failure(Failure::Tls),
    Outcome::Failure(Failure::TooLarge),
];

#[test]
fn a_lost_answer_is_asked_for_again_where_that_is_harmless() {
    for outcome in LOST {
        for (name, call) in HARMLESS {
            let (error, sent) = run(outcome, call);
            assert_eq!(sent, ALL, "{name} {outcome:?}");
            assert_eq!(error.kind(), kind_of(outcome), "{name} {outcome:?}");
        }
    }
}

#[test]
fn a_lost_answer_of_a_post_ends_it_as_unknown_after_one_attempt() {
    for outcome in LOST {
        for (name, call) in HARMFUL {
            let (error, sent) = run(outcome, call);
            assert_eq!(sent, 1, "{name} {outcome:?}");
            assert!(error.is_unknown_outcome(), "{name} {outcome:?}");
            assert!(!error.is_retryable(), "{name} {outcome:?}");
            assert!(error.to_string().contains("may have taken effect"));
        }
    }
}

#[test]
fn what_was_not_sent_is_tried_again_whatever_the_method() {
    let outcome = Outcome::Failure(Failure::NotSent);
    for (name, call) in HARMLESS.into_iter().chain(HARMFUL) {
        let (error, sent) = run(outcome, call);
        assert_eq!(sent, ALL, "{name}");
        assert_eq!(error.kind(), ErrorKind::Connect, "{name}");
    }
}

#[test]
fn a_final_answer_is_final_whatever_the_method() {
    for outcome in FINAL {
        for (name, call) in HARMLESS.into_iter().chain(HARMFUL) {
            let (error, sent) = run(outcome, call);
            assert_eq!(sent, 1, "{name} {outcome:?}");
            assert_eq!(error.kind(), kind_of(outcome), "{name} {outcome:?}");
        }
    }
}

#[test]
fn who_may_do_harm_is_not_invited_to_make_the_call_again() {
    let always: Method = |api| api.post().retry(Retry::Always);
    for outcome in FINAL.into_iter().chain(LOST) {
        for (name, call) in HARMFUL.into_iter().chain([("POST always", always)]) {
            let (error, _) = run(outcome, call);
            assert!(!error.is_retryable(), "{name} {outcome:?}");
        }
    }
    for outcome in LOST {
        let is_request_timeout = matches!(outcome, Outcome::Status(408));
        let (error, _) = run(outcome, Api::get);
        assert_eq!(error.is_retryable(), !is_request_timeout, "{outcome:?}");
    }
    let (error, _) = run(Outcome::Failure(Failure::NotSent), Api::post);
    assert!(error.is_retryable(), "nothing of it was processed");
}

#[test]
fn every_status_of_success_is_done() {
    for status in [200, 201, 202, 203, 204, 205, 206, 226, 299] {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, move |_| Reply::status(status));
        let api = Api::builder()
            .simulation(&simulation)
            .transport(server.clone())
            .build()
            .unwrap();
        for (name, call) in HARMLESS.into_iter().chain(HARMFUL) {
            let done = simulation.run(call(&api));
            assert!(done.is_ok(), "{name} {status}: {done:?}");
        }
        assert_eq!(server.requests().len(), 9);
    }
}

#[test]
fn a_redirect_says_that_it_is_not_followed() {
    let (error, _) = run(Outcome::Status(302), Api::get);
    assert!(error.to_string().contains("not followed"), "{error}");
}

/// RFC 9110 10.2.3: with a redirect it is for the request that follows, and for no other.
#[test]
fn a_redirect_is_followed_when_its_retry_after_says() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| match sent.number {
        0 | 3 => Reply::status(307)
            .header("Location", "/there")
            .header("Retry-After", "100"),
        _ => Reply::status(204),
    });
    let api = Api::builder().simulation(&simulation);
    let api = api.maximum_retry_after(Duration::from_secs(150));
    let api = api.transport(server.clone()).build().unwrap();
    simulation.run(async {
        let (first, second) = tokio::join!(api.get(), api.set());
        first.unwrap();
        second.unwrap();
        let hurried = api.get().deadline(Duration::from_secs(99)).await;
        assert_eq!(hurried.unwrap_err().kind(), ErrorKind::Deadline);
    });
    let came = server.requests();
    let came: Vec<_> = came.iter().map(|sent| sent.at.as_secs()).collect();
    // The second one goes on meanwhile, and the third ends without waiting.
    assert_eq!(came, [0, 10, 100, 110]);
}

#[test]
fn not_found_is_none_where_the_value_is_optional_and_nothing_else_is() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| match sent.number {
        0 => Reply::status(404),
        1 => Reply::status(204),
        _ => Reply::status(410),
    });
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server)
        .build()
        .unwrap();
    simulation.run(async {
        assert_eq!(api.find(7).await.unwrap(), None);
        assert_eq!(api.find(7).await.unwrap(), None);
        assert_eq!(api.find(7).await.unwrap_err().status().unwrap(), 410);
    });
}

#[test]
fn always_repeats_whatever_the_server_says() {
    let always: Method = |api| api.post().retry(Retry::Always);
    for outcome in LOST.into_iter().chain(FINAL) {
        let again = !matches!(outcome, Outcome::Failure(Failure::Tls | Failure::TooLarge));
        if again {
            assert_eq!(run(outcome, always).1, ALL, "{outcome:?}");
        }
    }
    assert_eq!(run(Outcome::Status(404), Api::insist).1, ALL, "an endpoint");
}

#[test]
fn never_ends_where_it_would_have_failed() {
    let never: Method = |api| api.get().retry(Retry::Never);
    let not_sent = Outcome::Failure(Failure::NotSent);
    for outcome in LOST.into_iter().chain([not_sent]) {
        let (error, sent) = run(outcome, never);
        assert_eq!(sent, 1, "{outcome:?}");
        assert_eq!(error.kind(), kind_of(outcome), "{outcome:?}");
    }
    assert_eq!(run(Outcome::Status(500), Api::once).1, 1, "an endpoint");
}

#[test]
fn never_still_says_that_the_outcome_of_a_post_is_unknown() {
    let (error, _) = run(Outcome::Status(500), |api| api.post().retry(Retry::Never));
    assert!(error.is_unknown_outcome());
}

#[test]
fn the_rule_of_the_call_goes_before_the_endpoints_and_the_clients() {
    let outcome = Outcome::Status(500);
    assert_eq!(run(outcome, |api| api.once().retry(Retry::Standard)).1, ALL);
    assert_eq!(run(outcome, |api| api.insist().retry(Retry::Never)).1, 1);

    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::status(404));
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .retry(Retry::Always)
        .build()
        .unwrap();
    simulation.run(async {
        api.get().await.unwrap_err();
        assert_eq!(server.requests().len(), ALL, "the client's");
        api.once().await.unwrap_err();
        assert_eq!(server.requests().len(), ALL + 1, "the endpoint's");
        api.once().retry(Retry::Always).await.unwrap_err();
        assert_eq!(server.requests().len(), 2 * ALL + 1, "the call's");
    });
}

#[test]
fn a_call_that_is_declared_harmless_is_repeated() {
    let (error, sent) = run(Outcome::Status(500), |api| api.post().idempotent());
    assert_eq!(sent, ALL);
    assert_eq!(error.kind(), ErrorKind::Status);
}
