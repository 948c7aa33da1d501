//! Calls that are made until what they ask for is so, in simulated time.

use std::time::Duration;

use cloudapi::CallPhase;
use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::{Value, json};

#[derive(Debug, Deserialize, PartialEq)]
struct Action {
    id: u64,
}

#[rest_api(baseurl = "https://until.test/")]
#[derive(Debug)]
struct Api;

impl Api {
    #[get("actions/{id}", unwrap = "action")]
    fn action(&self, id: u64) -> Call<Action>;

    #[get("jobs/{id}", unwrap = "/result.v2/url")]
    fn url(&self, id: u64) -> Call<String>;

    #[get("droplets/{id}")]
    fn droplet(&self, id: u64) -> Call<Option<Value>>;

    #[get("texts/{id}")]
    fn text(&self, id: u64) -> Call<String>;

    #[post("actions")]
    fn act(&self) -> Call<()>;

    #[post("checks", idempotency_key)]
    fn check(&self) -> Call<String>;
}

const EVERY: Duration = Duration::from_secs(4);
const WITHIN: Duration = Duration::from_secs(3_600);

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

/// A server that has these answers, one after the other.
fn answers(answers: &[Value]) -> (Simulation, Server, Api) {
    let answers = answers.to_vec();
    world(move |sent| Reply::json(&answers[sent.number]))
}

fn times(server: &Server) -> Vec<u64> {
    let requests = server.requests();
    requests.iter().map(|sent| sent.at.as_secs()).collect()
}

#[test]
fn a_part_beside_the_value_decides() {
    let (simulation, server, api) = world(|sent| match sent.number {
        0 => Reply::status(500),
        1 => Reply::json(&json!({"action": {"id": 7, "status": "in-progress"}})),
        // The value itself is not looked at before.
        2 => Reply::json(&json!({"action": {"status": "in-progress"}})),
        _ => Reply::json(&json!({"action": {"id": 7, "status": "completed"}})),
    });
    let action = api
        .action(7)
        .until_part(EVERY, WITHIN, "action.status", "completed");
    assert_eq!(simulation.run(action).unwrap(), Action { id: 7 });
    // One slot each ten seconds, whatever is asked for.
    assert_eq!(times(&server), [0, 20, 30, 40]);
}

#[test]
fn a_part_that_is_not_there_is_not_so_yet() {
    let (simulation, server, api) = answers(&[
        json!({}),
        json!(null),
        json!([1]),
        json!({"result.v2": null}),
        json!({"result.v2": {"done": null}}),
        json!({"result.v2": {"done": true, "url": "u"}}),
    ]);
    let url = api
        .url(1)
        .until_part(EVERY, WITHIN, "/result.v2/done", true);
    assert_eq!(simulation.run(url).unwrap(), "u");
    assert_eq!(server.requests().len(), 6);
}

#[test]
fn one_of_several_values_will_do() {
    for last in ["completed", "errored"] {
        let status = |status: &str| json!({"action": {"id": 1, "status": status}});
        let (simulation, server, api) = answers(&[status("new"), status(last)]);
        let states = ["completed", "errored"];
        let action = api
            .action(1)
            .until_part(EVERY, WITHIN, "action.status", states);
        simulation.run(action).unwrap();
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn values_are_compared_as_json() {
    #[derive(Serialize)]
    #[serde(rename_all = "kebab-case")]
    enum State {
        AllDone,
    }
    let (simulation, _, api) = answers(&[json!({"n": 1}), json!({"n": "all-done"})]);
    let droplet = api
        .droplet(1)
        .until_part(EVERY, WITHIN, "n", State::AllDone);
    assert_eq!(
        simulation.run(droplet).unwrap(),
        Some(json!({"n": "all-done"}))
    );

    let (simulation, server, api) = answers(&[json!({"n": "1"}), json!({"n": 1})]);
    simulation
        .run(api.droplet(1).until_part(EVERY, WITHIN, "n", 1_u8))
        .unwrap();
    assert_eq!(server.requests().len(), 2, "a text is no number");

    let (simulation, server, api) = answers(&[json!({"n": [1]}), json!({"n": []})]);
    let empty: [u8; 0] = [];
    simulation
        .run(api.droplet(1).until_part(EVERY, WITHIN, "n", empty))
        .unwrap();
    assert_eq!(server.requests().len(), 2, "a list is itself, too");
}

#[test]
fn what_is_not_there_at_all_is_not_so_yet() {
    let (simulation, server, api) = world(|sent| match sent.number {
        0 => Reply::text("<html>no such droplet").with_status(404),
        1 => Reply::status(204),
        2 => Reply::text(""),
        _ => Reply::json(&json!({"status": "active"})),
    });
    let droplet = api.droplet(1).until_part(EVERY, WITHIN, "status", "active");
    assert!(simulation.run(droplet).unwrap().is_some());
    assert_eq!(server.requests().len(), 4);
}

#[test]
fn what_does_not_become_so_in_time_ends_with_an_error() {
    let (simulation, server, api) = world(|_| Reply::json(&json!({"action": {"status": "new"}})));
    let (every, within) = (Duration::from_secs(25), Duration::from_secs(60));
    let action = api
        .action(1)
        .until_part(every, within, "action.status", "completed");
    let error = simulation.run(action).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert!(error.to_string().contains("asked 3 times"), "{error}");
    assert_eq!(server.requests().len(), 3);
    assert_eq!(simulation.now(), Duration::from_secs(50));
}

#[test]
fn an_answer_that_cannot_be_read_ends_it_and_keeps_the_response() {
    let (simulation, server, api) = world(|_| Reply::text("<html>"));
    let action = api.text(1).until_part(EVERY, WITHIN, "status", "done");
    let error = simulation.run(action).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert!(error.to_string().contains("is not JSON"), "{error}");
    assert_eq!(error.response().unwrap().value(), "<html>");
    assert_eq!(server.requests().len(), 1);

    // The part is there, and what was declared is not.
    let (simulation, _, api) = answers(&[json!({"action": {"status": "completed"}})]);
    let action = api
        .action(1)
        .until_part(EVERY, WITHIN, "action.status", "completed");
    let error = simulation.run(action).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    assert_eq!(error.json_path(), Some("action"));
}

#[test]
fn a_call_that_fails_ends_it() {
    let (simulation, server, api) = world(|sent| match sent.number {
        0 => Reply::json(&json!({})),
        _ => Reply::failure(cloudapi::Failure::Interrupted),
    });
    let error = simulation
        .run(api.act().until_part(EVERY, WITHIN, "done", true))
        .unwrap_err();
    assert!(error.is_unknown_outcome(), "{error}");
    assert_eq!(server.requests().len(), 2);
}

#[test]
fn a_value_that_is_no_json_asks_nothing() {
    struct Broken;

    impl Serialize for Broken {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(serde::ser::Error::custom("broken"))
        }
    }
    let (simulation, server, api) = answers(&[]);
    let error = simulation
        .run(api.action(1).until_part(EVERY, WITHIN, "a", Broken))
        .unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
    assert!(error.to_string().contains("actions/1: "), "{error}");
    assert!(server.requests().is_empty());
}

#[test]
fn dropped_while_it_waits_it_asks_no_more() {
    let (simulation, server, api) = world(|_| Reply::json(&json!({})));
    simulation.run(async {
        let waiting = tokio::spawn(api.droplet(1).until_part(EVERY, WITHIN, "done", true));
        tokio::task::yield_now().await;
        // Meanwhile it was answered, slept, and is in the queue again.
        api.act().await.unwrap();
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        api.act().await.unwrap();
        api.act().await.unwrap();
    });
    let methods: Vec<_> = server
        .requests()
        .into_iter()
        .map(|sent| sent.method)
        .collect();
    assert_eq!(methods, ["GET", "POST", "POST", "POST"]);
    assert_eq!(times(&server), [0, 10, 20, 30]);
}

/// Of what it has been sent by a key, a server says the same again.
mod keys {
    use super::*;

    #[test]
    fn each_time_has_a_key_of_its_own_and_its_attempts_the_same() {
        let (simulation, server, api) = world(|sent| match sent.number {
            0 => Reply::text("no"),
            1 => Reply::status(500),
            2 => Reply::text("no"),
            _ => Reply::text("yes"),
        });
        let check = api.check().until(EVERY, WITHIN, |answer| answer == "yes");
        simulation.run(check).unwrap();
        let keys = server.requests().into_iter();
        let keys: Vec<_> = keys
            .map(|sent| sent.headers["idempotency-key"].to_str().unwrap().to_owned())
            .collect();
        assert_eq!(keys[1], keys[2], "the second call was tried twice");
        assert!(keys[0] != keys[1] && keys[1] != keys[3] && keys[3] != keys[0]);
    }

    #[test]
    fn one_that_is_given_is_refused() {
        let (simulation, server, api) = world(|_| Reply::text("no"));
        let given = [
            api.check().idempotency_key("mine"),
            api.check().header("idempotency-key", "mine"),
            api.text(7).idempotency_key("mine"),
        ];
        for check in given {
            let error = simulation
                .run(check.until(EVERY, WITHIN, |_| true))
                .unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Request);
            assert!(error.to_string().contains("`Idempotency-Key`"), "{error}");
        }
        assert!(server.requests().is_empty());
    }
}

#[test]
fn whoever_watches_sees_the_call_that_is_being_made_and_the_pause_before_it() {
    let (simulation, _, api) = world(|sent| match sent.number {
        0 => Reply::json(&json!({"action": {"id": 7, "status": "new"}})),
        1 => Reply::status(500),
        _ => Reply::json(&json!({"action": {"id": 7, "status": "completed"}})),
    });
    let mut call = api.action(7);
    let watch = call.watch();
    let seconds = Duration::from_secs;
    simulation.run(async {
        let done = call.until_part(EVERY, WITHIN, "action.status", "completed");
        assert_eq!(watch.status().phase, CallPhase::Draft);
        let done = tokio::spawn(done);
        simulation.sleep(seconds(2)).await;
        let status = watch.status();
        assert_eq!((status.phase, watch.call()), (CallPhase::Pausing, None));
        assert!(status.at.is_some());
        assert_eq!(status.to_string(), "pausing before it is made again");
        // The next call is made at 4 s, and has its slot at 10 s.
        simulation.sleep(seconds(4)).await;
        let status = watch.status();
        assert_eq!(status.phase, CallPhase::Waiting { ahead: 0 });
        assert_eq!(status.next_attempt, Some(seconds(4)));
        assert!(watch.call().is_some());
        simulation.sleep(seconds(6)).await;
        let status = watch.status();
        assert_eq!((status.phase, status.attempts), (CallPhase::BackingOff, 1));
        done.await.unwrap().unwrap();
        assert_eq!(watch.status().phase, CallPhase::Over);
    });
}

#[test]
fn whoever_watches_sees_that_the_waiting_was_dropped() {
    let (simulation, _, api) = world(|_| Reply::json(&json!({})));
    let mut call = api.droplet(1);
    let watch = call.watch();
    simulation.run(async {
        let waiting = tokio::spawn(call.until_part(EVERY, WITHIN, "done", true));
        simulation.sleep(Duration::from_secs(1)).await;
        assert_eq!(watch.status().phase, CallPhase::Pausing);
        waiting.abort();
        assert!(waiting.await.unwrap_err().is_cancelled());
        assert_eq!(watch.status().phase, CallPhase::Over);
    });
}
