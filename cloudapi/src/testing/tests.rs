//! The whole sentence, from a call to its answer, in simulated time.

use std::time::Duration;

use http::Method;

use super::{Reply, Sent, Server, Simulation};
use crate::__private::{Decodes as _, DecodesLast as _, Draft, Endpoint, Marker, RestApi, Setup};
use crate::client::Client;
use crate::engine::Clock;
use crate::{AttemptOutcome, Call, ErrorKind, Failure, Rate, Result};

pub(super) struct Api(Client);

impl RestApi for Api {
    fn __client(&self) -> &Client {
        &self.0
    }
}

impl Api {
    fn get(&self) -> Call<String> {
        Draft::new(self, const { &Endpoint::new("GET", "things") })
            .literal("things")
            .call((&&&&&&&Marker::<String>::NEW).decoder())
    }

    fn post(&self) -> Call<String> {
        Draft::new(self, const { &Endpoint::new("POST", "things") })
            .literal("things")
            .call((&&&&&&&Marker::<String>::NEW).decoder())
    }
}

pub(super) fn api(simulation: &Simulation, server: &Server) -> Api {
    let setup = Setup::new("https://simulated.test/v2/");
    Api(setup
        .simulation(simulation)
        .transport(server.clone())
        .into_client()
        .unwrap())
}

pub(super) fn times(server: &Server) -> Vec<u64> {
    server
        .requests()
        .iter()
        .map(|sent| sent.at.as_secs())
        .collect()
}

#[test]
fn an_endpoint_that_always_fails_is_tried_twelve_times_at_the_promised_times() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::status(500));
    let error = simulation.run(api(&simulation, &server).get()).unwrap_err();
    let expected = [0, 20, 60, 140, 300, 620, 630, 650, 690, 770, 930, 1_250];
    assert_eq!(times(&server), expected);
    let logged: Vec<u64> = error
        .attempts()
        .iter()
        .map(|one| one.at.as_secs())
        .collect();
    assert_eq!(logged, expected);
    assert_eq!(error.kind(), ErrorKind::Status);
    assert_eq!(error.status().unwrap(), 500);
    assert_eq!(error.elapsed(), Some(Duration::from_secs(1_250)));
    assert_eq!(
        error.to_string(),
        "GET https://simulated.test/v2/things: 500 Internal Server Error; every retry and \
         requeue is spent (12 attempts, 1250.0 s)"
    );
}

#[test]
fn the_next_call_takes_the_next_slot_while_a_failing_one_waits() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent: &Sent| {
        if sent.method == Method::DELETE || sent.number == 0 {
            Reply::status(500)
        } else {
            Reply::text("fine")
        }
    });
    let api = api(&simulation, &server);
    simulation.run(async {
        let first = tokio::spawn(api.get());
        tokio::task::yield_now().await;
        for _ in 0..3 {
            api.get().await.unwrap();
        }
        let first = first.await.unwrap();
        assert_eq!(first.unwrap(), "fine");
    });
    assert_eq!(times(&server), [0, 10, 20, 30, 40]);
}

#[test]
fn a_post_whose_answer_was_lost_is_sent_once() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::failure(Failure::Interrupted));
    let error = simulation
        .run(api(&simulation, &server).post())
        .unwrap_err();
    assert!(error.is_unknown_outcome());
    assert_eq!(server.requests().len(), 1);
    assert_eq!(
        error.attempts()[0].outcome,
        AttemptOutcome::Failure(Failure::Interrupted)
    );
}

#[test]
fn an_attempt_without_an_answer_ends_with_its_timeout() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent: &Sent| match sent.number {
        0 => Reply::never(),
        _ => Reply::text("late"),
    });
    let answer = simulation.run(api(&simulation, &server).get());
    assert_eq!(answer.unwrap(), "late");
    // 30 s of timeout, and the first delay of the series.
    assert_eq!(times(&server), [0, 50]);
}

#[test]
fn a_throttled_call_closes_the_gate_for_all_and_goes_first() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent: &Sent| match sent.number {
        0 => Reply::status(429).header("Retry-After", "100"),
        _ => Reply::text("fine"),
    });
    let api = api(&simulation, &server);
    let urls = simulation.run(async {
        let (a, b) = tokio::join!(api.get().query("n", 1), api.get().query("n", 2));
        a.unwrap();
        b.unwrap();
        server.requests().into_iter().map(|sent| sent.url)
    });
    assert_eq!(times(&server), [0, 100, 110]);
    let numbers: Vec<String> = urls.map(|url| url[url.len() - 1..].to_owned()).collect();
    assert_eq!(numbers, ["1", "1", "2"]);
}

#[test]
fn a_call_that_cannot_make_its_deadline_fails_before_it_waits() -> Result<()> {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let api = api(&simulation, &server);
    let error = simulation.run(async {
        api.get().await.unwrap();
        api.get()
            .deadline(Duration::from_secs(9))
            .await
            .unwrap_err()
    });
    assert_eq!(error.kind(), ErrorKind::Deadline);
    assert_eq!(simulation.now(), Duration::ZERO);
    let retry_at = error.retry_at().unwrap();
    let wall = std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(1_577_836_800);
    assert_eq!(
        retry_at.duration_since(wall).unwrap(),
        Duration::from_secs(10)
    );
    Ok(())
}

#[test]
fn a_dropped_call_gives_up_its_place() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let api = api(&simulation, &server);
    simulation.run(async {
        let mut waiting: Vec<_> = (0..1_000).map(|_| tokio::spawn(api.get())).collect();
        tokio::task::yield_now().await;
        for task in waiting.iter().skip(1).step_by(2) {
            task.abort();
        }
        for task in waiting.drain(..).step_by(2) {
            task.await.unwrap().unwrap();
        }
    });
    let every_ten_seconds: Vec<u64> = (0..500).map(|slot| slot * 10).collect();
    assert_eq!(times(&server), every_ten_seconds);
}

#[test]
fn a_simulation_in_which_nothing_can_happen_says_so() {
    let simulation = Simulation::new();
    let stuck = std::panic::catch_unwind(|| simulation.run(std::future::pending::<()>()));
    let message = *stuck.unwrap_err().downcast::<&str>().unwrap();
    assert!(message.contains("stuck"), "{message}");
}

#[test]
fn each_hop_of_a_redirect_takes_a_slot_and_goes_before_the_others() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent: &Sent| match sent.number {
        0 => Reply::status(303).header("Location", "/v2/elsewhere"),
        1 => Reply::status(302).header("Location", "https://other.test/x?y#z"),
        2 => Reply::status(500),
        _ => Reply::text("here"),
    });
    let api = api(&simulation, &server);
    let (first, second) = simulation
        .run(async { tokio::join!(api.post().header("authorization", "s3cret"), api.get()) });
    assert_eq!(first.unwrap(), "here");
    assert_eq!(second.unwrap(), "here");
    let sent = server.requests();
    let seen: Vec<String> = sent
        .iter()
        .map(|sent| format!("{} {} {}", sent.at.as_secs(), sent.method, sent.url))
        .collect();
    assert_eq!(
        seen,
        [
            "0 POST https://simulated.test/v2/things",
            "10 GET https://simulated.test/v2/elsewhere",
            "20 GET https://other.test/x?y",
            // It failed there, and a GET is tried again there.
            "30 GET https://simulated.test/v2/things",
            "40 GET https://other.test/x?y",
        ]
    );
    let told: Vec<bool> = sent
        .iter()
        .map(|sent| sent.headers.contains_key("authorization"))
        .collect();
    assert_eq!(told, [true, true, false, false, false]);
}

#[test]
fn redirects_that_go_on_for_ever_end_with_the_last_response() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| {
        Reply::status(307).header("Location", "/v2/things")
    });
    let error = simulation
        .run(api(&simulation, &server).post())
        .unwrap_err();
    assert_eq!(error.status().unwrap(), 307);
    assert_eq!(error.attempts().len(), 11);
    assert!(error.to_string().contains("not followed"), "{error}");
}

#[test]
fn a_response_that_cannot_be_read_says_what_it_took() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent: &Sent| match sent.number {
        0 => Reply::status(500).after(Duration::from_secs(1)),
        _ => Reply::text("\u{fffd}").after(Duration::from_secs(2)),
    });
    let api = api(&simulation, &server);
    let call = Draft::new(&api, const { &Endpoint::new("GET", "things") })
        .literal("things")
        .call(Marker::<Vec<u8>>::NEW.decoder());
    let error = simulation.run(call).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode);
    let took: Vec<(u64, u64)> = error
        .attempts()
        .iter()
        .map(|attempt| (attempt.at.as_secs(), attempt.took.as_secs()))
        .collect();
    assert_eq!(took, [(0, 1), (21, 2)]);
    assert!(error.to_string().contains("is not Vec<u8>"), "{error}");
    assert!(
        error.to_string().ends_with("(2 attempts, 23.0 s)"),
        "{error}"
    );
}

#[test]
fn a_call_that_waits_for_long_is_not_watched_anew_at_each_slot() {
    const SELDOM: &[Rate] = &[Rate::new(1, Duration::from_secs(86_400))];
    const RARE: &Endpoint = &Endpoint::new("GET", "rare").limits(SELDOM);

    let simulation = Simulation::new();
    let server = Server::new(&simulation, |_| Reply::text("fine"));
    let api = api(&simulation, &server);
    let rare = || {
        Draft::new(&api, RARE)
            .literal("rare")
            .call((&&&&&&&Marker::<String>::NEW).decoder())
    };
    let Clock::Manual(clock) = simulation.clock() else {
        unreachable!("the clock of a simulation is moved by hand");
    };
    let busy = async {
        let mut most = 0;
        for _ in 0..200 {
            api.get().await?;
            most = most.max(clock.ahead());
        }
        Ok(most)
    };
    let (_first, _second, most) =
        simulation.run(async { tokio::try_join!(rare(), rare(), busy).expect("answers") });
    assert!(most < 10, "{most}");
}
