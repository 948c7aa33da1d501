//! A service that cannot be reached, as a program sees it, in simulated time.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Error, ErrorKind, EventKind, Failure, Priority, Retry, Waits};

#[rest_api(baseurl = "https://circuit.test/v1/")]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("things/{id}")]
    fn get(&self, id: u64) -> Call<String>;

    #[post("things")]
    fn post(&self) -> Call<String>;
}

struct World {
    simulation: Simulation,
    server: Server,
    api: Api,
}

impl World {
    /// A service that cannot be reached before that second.
    fn away(until: u64, settings: impl FnOnce(ApiBuilder<Api>) -> ApiBuilder<Api>) -> Self {
        Self::new(settings, move |sent| match sent.at.as_secs() < until {
            true => Reply::failure(Failure::NotSent),
            false => Reply::text("fine"),
        })
    }

    fn new(
        settings: impl FnOnce(ApiBuilder<Api>) -> ApiBuilder<Api>,
        answer: impl FnMut(&Sent) -> Reply + Send + 'static,
    ) -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let api = settings(Api::builder())
            .simulation(&simulation)
            .transport(server.clone())
            .build()
            .unwrap();
        Self {
            simulation,
            server,
            api,
        }
    }

    /// Makes so many calls at once, and waits for all of them.
    async fn crowd(&self, count: u64) -> Vec<Result<String>> {
        let calls = (0..count).map(|id| tokio::spawn(run(self.api.get(id))));
        let calls: Vec<_> = calls.collect();
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await.unwrap());
        }
        answers
    }

    fn times(&self) -> Vec<u64> {
        let sent = self.server.requests().into_iter();
        sent.map(|sent| sent.at.as_secs()).collect()
    }
}

async fn run(call: Call<String>) -> Result<String> {
    call.await
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

#[test]
fn a_thousand_calls_on_a_dead_host_end_with_it_and_cost_next_to_nothing() {
    let world = World::away(u64::MAX, |settings| settings);
    let answers = world.simulation.run(world.crowd(1_000));
    // Twelve attempts each would be 12,000, and 33 hours.
    assert_eq!(world.times().len(), 18);
    assert_eq!(world.simulation.now(), seconds(1_360));
    let errors: Vec<Error> = answers.into_iter().map(Result::unwrap_err).collect();
    assert_eq!(errors.len(), 1_000);
    for error in &errors {
        assert_eq!(error.kind(), ErrorKind::Connect);
        assert!(error.is_connect() && error.is_retryable());
        assert!(error.retry_at().is_some());
    }
    assert!(errors[999].attempts().is_empty());
    assert_eq!(
        errors[999].to_string(),
        "GET https://circuit.test/v1/things/999: could not connect: the service has been \
         unreachable for 22 min 40 s; it may be made again in 5 min 20 s"
    );
    let status = world.api.status();
    assert_eq!(
        (status.failed, status.attempts, status.open()),
        (1_000, 18, 0)
    );
}

#[test]
fn after_ten_minutes_it_is_back_and_all_have_their_answer_at_the_usual_pace() {
    let world = World::away(600, |settings| settings);
    let answers = world.simulation.run(world.crowd(300));
    assert!(answers.iter().all(Result::is_ok));
    let times = world.times();
    assert_eq!(times.len(), 15 + 300, "eleven to find out, and four probes");
    let expected: Vec<_> = (0..300).map(|n| 720 + 10 * n).collect();
    assert_eq!(times[15..], expected);
}

#[test]
fn a_lone_call_and_four_at_once_keep_their_series() {
    for count in 1..=4 {
        let world = World::away(u64::MAX, |settings| settings);
        let errors = world.simulation.run(world.crowd(count));
        for error in errors {
            let error = error.unwrap_err();
            assert_eq!(error.attempts().len(), 12);
            assert!(
                error
                    .to_string()
                    .contains("every retry and requeue is spent")
            );
        }
    }
}

#[test]
fn any_answer_closes_it_be_it_an_error() {
    for status in [500, 404, 429, 200] {
        let world = World::new(
            |settings| settings.retry(Retry::Never).circuit_threshold(2),
            move |sent| match sent.number {
                0 | 1 => Reply::failure(Failure::NotSent),
                2 => Reply::status(status),
                _ => Reply::text("fine"),
            },
        );
        world.simulation.run(async {
            for _ in 0..2 {
                world.api.get(1).await.unwrap_err();
            }
            assert!(world.api.status().outage.is_some());
            let _ = world.api.get(2).await;
            assert!(world.api.status().outage.is_none(), "{status}");
        });
    }
}

#[test]
fn what_fails_on_our_side_or_was_refused_by_a_server_that_is_there_is_no_sign() {
    for failure in [Failure::Refused, Failure::Timeout, Failure::Interrupted] {
        let world = World::new(
            |settings| settings.retry(Retry::Never).circuit_threshold(1),
            move |_| Reply::failure(failure),
        );
        world.simulation.run(async {
            for id in 0..10 {
                world.api.get(id).await.unwrap_err();
            }
        });
        assert!(world.api.status().outage.is_none(), "{failure:?}");
    }
}

/// Another server that a redirect leads to is not the one that the circuit is about.
#[test]
fn another_server_opens_nothing_and_closes_nothing() {
    let world = World::new(
        |settings| settings.retry(Retry::Never).circuit_threshold(1),
        |sent| match sent.url.contains("elsewhere") {
            true => Reply::failure(Failure::NotSent),
            false => Reply::status(302).header("Location", "https://elsewhere.test/"),
        },
    );
    world.simulation.run(async {
        for id in 0..5 {
            let error = world.api.get(id).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Connect);
        }
    });
    assert!(world.api.status().outage.is_none());
    assert_eq!(world.server.requests().len(), 10);
}

#[test]
fn the_status_tells_since_when_and_when_it_is_probed() {
    let world = World::away(600, |settings| settings);
    world.simulation.run(async {
        let api = world.api.clone();
        let crowd = (0..50).map(|id| tokio::spawn(run(api.get(id))));
        let crowd: Vec<_> = crowd.collect();
        world.simulation.sleep(seconds(150)).await;
        let status = world.api.status();
        assert_eq!(status.waits, Waits::Unreachable);
        let outage = status.outage.unwrap();
        assert_eq!(outage.since + seconds(150), status.at);
        assert_eq!(status.at + seconds(10), outage.next_probe);
        assert_eq!(
            status.to_string(),
            "49 waiting, 1 backing off; unreachable for 2 min 30 s, next probe in 10.0 s; done in about 8 min"
        );
        for call in crowd {
            call.await.unwrap().unwrap();
        }
        assert_eq!(world.api.status().outage, None);
    });
}

#[test]
fn the_events_tell_when_it_opens_and_closes_and_who_probes() {
    let world = World::away(130, |settings| settings.circuit_threshold(1));
    let mut events = world.api.events();
    world.simulation.run(async {
        let call = tokio::spawn(run(world.api.get(1)));
        let mut seen = Vec::new();
        while let Some(event) = events.next().await {
            seen.push(event.kind());
            if event.kind() == EventKind::Done {
                break;
            }
        }
        call.await.unwrap().unwrap();
        let opened = EventKind::CircuitOpened {
            next_probe: seconds(20),
        };
        assert_eq!(seen.iter().filter(|kind| **kind == opened).count(), 1);
        let waits: Vec<_> = seen
            .iter()
            .filter_map(|kind| match kind {
                EventKind::Unreachable { wait } => Some(wait.as_secs()),
                _ => None,
            })
            .collect();
        assert_eq!(waits, [20, 40, 80]);
        let closed = EventKind::CircuitClosed {
            after: seconds(140),
        };
        let last = &seen[seen.len() - 3..];
        assert!(matches!(last[0], EventKind::Answered { .. }), "{last:?}");
        assert_eq!(last[1..], [closed, EventKind::Done]);
        assert!(
            !seen
                .iter()
                .any(|kind| matches!(kind, EventKind::Retries { .. } | EventKind::Requeued))
        );
    });
}

#[test]
fn a_deadline_holds_while_nothing_goes() {
    let world = World::away(u64::MAX, |settings| settings.circuit_threshold(1));
    world.simulation.run(async {
        let first = tokio::spawn(run(world.api.get(1)));
        world.simulation.sleep(seconds(61)).await;
        // The next probe goes at 140 s.
        let late = world.api.get(2).deadline(seconds(70)).await.unwrap_err();
        assert_eq!(late.kind(), ErrorKind::Deadline);
        assert_eq!(world.simulation.now(), seconds(61), "it is known at once");
        let high = world.api.get(3).priority(Priority::High);
        let error = high.deadline(seconds(100)).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert_eq!(error.attempts().len(), 1, "it was the probe");
        drop(first);
    });
}

#[test]
fn a_client_that_is_shut_down_answers_those_who_wait_for_the_service() {
    let world = World::away(u64::MAX, |settings| settings);
    world.simulation.run(async {
        let calls = (0..100).map(|id| tokio::spawn(run(world.api.get(id))));
        let calls: Vec<_> = calls.collect();
        world.simulation.sleep(seconds(500)).await;
        world.api.shutdown(seconds(1)).await;
        for call in calls {
            assert_eq!(call.await.unwrap().unwrap_err().kind(), ErrorKind::Shutdown);
        }
    });
    assert_eq!(world.simulation.now(), seconds(500));
}

#[test]
fn a_post_that_was_never_sent_is_as_good_as_any() {
    let world = World::away(600, |settings| settings.circuit_threshold(1));
    let made = world.simulation.run(world.api.post());
    assert_eq!(made.unwrap(), "fine");
    assert_eq!(world.times(), [0, 20, 60, 140, 300, 620]);
}

#[test]
fn without_it_each_call_finds_out_for_itself() {
    let world = World::away(u64::MAX, |settings| settings.circuit_threshold(0));
    let errors = world.simulation.run(world.crowd(20));
    for error in errors {
        assert_eq!(error.unwrap_err().attempts().len(), 12);
    }
    assert_eq!(world.times().len(), 240);
}
