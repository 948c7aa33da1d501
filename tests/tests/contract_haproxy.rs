//! A proxy in between: its sliding window, and its ways of turning requests away.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::{AttemptOutcome, Error, Failure};
use serde::Deserialize;
use tests::contract::{server, unique};

#[rest_api(
    baseurl = "http://haproxy.test/",
    bearer = "{token}",
    scope = "{token}",
    maximum_geometric_delay_multiplications = 1
)]
#[derive(Clone, Debug)]
struct Proxied {
    token: String,
}

/// Two series of a first attempt and one retry.
const ALL: usize = 4;

impl Proxied {
    #[get("{way}/{key}")]
    fn get(&self, way: &str, key: &str) -> Call<Response<Fine>>;

    #[post("{way}/{key}")]
    fn post(&self, way: &str, key: &str) -> Call<Response<Fine>>;
}

#[derive(Clone, Copy, Debug, Deserialize)]
struct Fine {
    ok: bool,
}

/// A client of so many calls an hour, with a token of its own.
fn at_rate(callrateperhour: u32, name: &str) -> Option<Proxied> {
    let url = server("CLOUDAPI_HAPROXY")?;
    let client = Proxied::builder()
        .baseurl(url)
        .token(unique(name))
        .callrateperhour(callrateperhour)
        .build();
    Some(client.unwrap())
}

/// A client that loses no time with itself.
fn quick(name: &str) -> Option<Proxied> {
    at_rate(4_000_000_000, name)
}

#[track_caller]
fn assert_tried_again(error: &Error, kind: ErrorKind, outcome: AttemptOutcome) {
    assert_eq!(error.kind(), kind, "{error}");
    assert_eq!(error.attempts().len(), ALL, "{error:?}");
    for attempt in error.attempts() {
        assert_eq!(attempt.outcome, outcome, "{error:?}");
    }
}

#[track_caller]
fn assert_unknown(error: &Error, outcome: AttemptOutcome) {
    assert!(error.is_unknown_outcome(), "{error}");
    let [attempt] = error.attempts() else {
        panic!("made once: {error:?}")
    };
    assert_eq!(attempt.outcome, outcome, "{error:?}");
}

fn status(status: u16) -> AttemptOutcome {
    AttemptOutcome::Status(status.try_into().unwrap())
}

/// Half the rate, so that a busy machine that bunches requests up does not fill
/// the window.
#[tokio::test]
async fn within_the_window_nothing_is_refused() {
    let Some(api) = at_rate(18_000, "window") else {
        return;
    };
    let calls: Vec<_> = (0..20).map(|_| tokio::spawn(api.get("ok", "a"))).collect();
    for call in calls {
        let response = call.await.unwrap().unwrap();
        assert!(response.value().ok);
        assert_eq!(response.attempts(), 1);
        assert_eq!(response.headers()["x-ratelimit-limit"], "20");
    }
}

#[tokio::test]
async fn above_it_every_call_succeeds_all_the_same() {
    let Some(api) = at_rate(360_000, "above") else {
        return;
    };
    let calls: Vec<_> = (0..60).map(|_| tokio::spawn(api.post("ok", "a"))).collect();
    let mut attempts = 0;
    for call in calls {
        let response = call.await.unwrap().unwrap();
        assert!(response.value().ok);
        attempts += response.attempts();
    }
    assert!(attempts > 60, "the limit is real");
}

/// Other accounts are not held up by the one that is.
#[tokio::test]
async fn each_account_has_its_own_window() {
    let Some(refused) = at_rate(360_000, "refused") else {
        return;
    };
    let calls: Vec<_> = (0..40)
        .map(|_| tokio::spawn(refused.get("ok", "a")))
        .collect();
    let Some(other) = quick("other") else { return };
    for _ in 0..10 {
        assert_eq!(other.get("ok", "a").await.unwrap().attempts(), 1);
    }
    let mut attempts = 0;
    for call in calls {
        attempts += call.await.unwrap().unwrap().attempts();
    }
    assert!(attempts > 40, "the limit is real");
}

/// The proxy forgets the connection and tells nobody.
#[tokio::test]
async fn a_silent_drop_is_a_lost_answer() {
    let Some(api) = quick("drop") else { return };
    let short = Duration::from_millis(300);
    let error = api
        .post("drop", "a")
        .request_timeout(short)
        .await
        .unwrap_err();
    // Where the proxy may not drop silently, it resets the connection.
    let outcome = error.attempts()[0].outcome;
    let failures = [Failure::Timeout, Failure::Interrupted].map(AttemptOutcome::Failure);
    assert!(failures.contains(&outcome), "{error}");
    assert_unknown(&error, outcome);
    let get = api.get("drop", "a").request_timeout(short);
    let error = get.await.unwrap_err();
    assert_eq!(error.attempts().len(), ALL, "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_tarpit_ends_with_500_or_by_the_timeout() {
    let Some(api) = quick("tarpit") else { return };
    let (get, post) = tokio::join!(api.get("tarpit", "a"), api.post("tarpit", "a"));
    assert_tried_again(&get.unwrap_err(), ErrorKind::Status, status(500));
    assert_unknown(&post.unwrap_err(), status(500));
    let short = Duration::from_millis(100);
    let error = api.get("tarpit", "b").request_timeout(short).await;
    let timeout = AttemptOutcome::Failure(Failure::Timeout);
    assert_tried_again(&error.unwrap_err(), ErrorKind::Timeout, timeout);
}

#[tokio::test]
async fn a_rejected_connection_is_a_lost_answer() {
    let Some(api) = quick("reject") else { return };
    let interrupted = AttemptOutcome::Failure(Failure::Interrupted);
    let error = api.get("reject", "a").await.unwrap_err();
    assert_tried_again(&error, ErrorKind::Interrupted, interrupted);
    let error = api.post("reject", "a").await.unwrap_err();
    assert_unknown(&error, interrupted);
}

/// With `Retry-After: 1`, twice.
#[tokio::test]
async fn a_503_that_says_when_to_come_back_is_waited_out() {
    let Some(api) = quick("busy") else { return };
    let response = api.post("busy", &unique("a")).await.unwrap();
    assert_eq!(response.attempts(), 3);
    assert!(response.elapsed() >= Duration::from_secs(2), "not earlier");
}

/// The proxy's own, where nothing is behind it.
#[tokio::test]
async fn a_503_that_does_not_is_a_failure() {
    let Some(api) = quick("down") else { return };
    let error = api.get("down", "a").await.unwrap_err();
    assert_tried_again(&error, ErrorKind::Status, status(503));
    assert!(error.is_retryable());
    let error = api.post("down", "a").await.unwrap_err();
    assert_unknown(&error, status(503));
    assert!(!error.is_retryable());
}
