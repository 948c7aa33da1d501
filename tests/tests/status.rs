//! What a client says of its queue, and a call of its place in it.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{BoxError, CallPhase, Credential, Status, Waits, Watch, WhenFull};

#[rest_api(baseurl = "https://status.test/v1/")]
#[derive(Clone, Debug)]
struct Api;

impl Api {
    #[get("things/{id}")]
    fn get(&self, id: u64) -> Call<String>;
    #[get("scarce/{id}", limits(rate(144, per = "1h")))]
    fn scarce(&self, id: u64) -> Call<String>;
}

const SLOT: Duration = Duration::from_secs(10);

fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

struct World {
    simulation: Simulation,
    api: Api,
}

impl World {
    fn new(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> Self {
        Self::built(answer, |builder, _| builder.build().unwrap())
    }

    fn built(
        answer: impl FnMut(&Sent) -> Reply + Send + 'static,
        build: impl FnOnce(ApiBuilder<Api>, &Simulation) -> Api,
    ) -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let builder = Api::builder().simulation(&simulation).transport(server);
        let api = build(builder, &simulation);
        Self { simulation, api }
    }

    /// Makes calls at once, and takes the status at each of the times.
    fn watched<const N: usize>(&self, calls: u64, times: [u64; N]) -> [Status; N] {
        let (api, simulation) = (self.api.clone(), self.simulation.clone());
        self.simulation.run(async move {
            for id in 0..calls {
                let call = api.get(id);
                tokio::spawn(async move {
                    let _ = call.await;
                });
            }
            let mut all = Vec::new();
            for time in times {
                let left = seconds(time) + Duration::from_millis(1) - simulation.now();
                simulation.sleep(left).await;
                all.push(api.status());
            }
            all.try_into().unwrap()
        })
    }
}

#[test]
fn a_queue_tells_how_long_it_is_and_when_it_is_empty() {
    let world = World::new(|_| Reply::text("fine").after(seconds(3)));
    let [first, later, last] = world.watched(5, [0, 14, 50]);

    assert_eq!((first.waiting, first.in_flight, first.calls), (4, 1, 5));
    assert_eq!(first.waits, Waits::ForSlot);
    let elapsed = Duration::from_millis(1);
    assert_eq!(first.next_slot, SLOT - elapsed);
    assert_eq!(first.eta, 4 * SLOT - elapsed);
    assert_eq!(first.eta_at(), first.at + first.eta);
    assert_eq!(first.next_slot_at(), first.at + first.next_slot);
    assert_eq!(
        first.to_string(),
        "4 waiting, 1 in flight; next slot in 10.0 s; done in about 40 s"
    );

    assert_eq!((later.waiting, later.in_flight, later.done), (3, 0, 2));
    assert_eq!(later.eta_at(), first.eta_at());

    assert_eq!((last.waiting, last.in_flight, last.open()), (0, 0, 0));
    assert_eq!((last.calls, last.done, last.attempts), (5, 5, 5));
    assert_eq!((last.failed, last.retries, last.cancelled), (0, 0, 0));
    assert_eq!((last.waits, last.eta), (Waits::Idle, Duration::ZERO));
    assert_eq!(last.to_string(), "nobody waits");
}

#[test]
fn failures_are_counted_and_the_end_is_told_with_them() {
    let world = World::new(|sent| match sent.url.ends_with("/0") {
        true => Reply::status(500),
        false => Reply::text("fine"),
    });
    // Attempts of the first at 0, 20, 60, 140, 300, 620, and from 630 on again.
    let [early, late, last] = world.watched(2, [0, 30, 2_000]);
    assert_eq!((early.waiting, early.backing_off), (1, 1));
    assert_eq!(early.eta, 2 * SLOT - Duration::from_millis(1));
    assert_eq!(late.waits, Waits::ForRetry);
    assert_eq!((late.backing_off, late.done), (1, 1));
    assert_eq!(late.eta, seconds(30) - Duration::from_millis(1));
    assert_eq!((last.attempts, last.retries, last.requeues), (13, 10, 1));
    assert_eq!((last.done, last.failed, last.open()), (1, 1, 0));
}

#[test]
fn it_says_why_nothing_goes() {
    let throttled = |wait: &'static str| {
        move |sent: &Sent| match sent.number {
            0 => Reply::status(429).header("Retry-After", wait),
            _ => Reply::text("fine"),
        }
    };
    let [status] = World::new(throttled("100")).watched(3, [1]);
    let until = status.at + seconds(99) - Duration::from_millis(1);
    assert_eq!(status.waits, Waits::Throttled { until });
    assert_eq!((status.throttles, status.waiting), (1, 3));
    assert_eq!(status.eta, seconds(119) - Duration::from_millis(1));
    let line = "3 waiting; throttled for 1 min 39 s; done in about 2 min";
    assert_eq!(status.to_string(), line);

    let [status] = World::new(throttled("7200")).watched(3, [1]);
    let until = status.at + seconds(3_599) - Duration::from_millis(1);
    assert_eq!(status.waits, Waits::Barred { until });
    assert_eq!((status.failed, status.open()), (3, 0));

    let world = World::built(
        |_| Reply::text("fine").after(seconds(25)),
        |builder, _| builder.maximum_in_flight(1).build().unwrap(),
    );
    let [status] = world.watched(3, [12]);
    assert_eq!(status.waits, Waits::ForPlace);
    assert_eq!((status.waiting, status.in_flight), (2, 1));

    let world = World::built(
        |_| Reply::text("fine"),
        |builder, simulation| {
            let simulation = simulation.clone();
            let credentials = move || {
                let simulation = simulation.clone();
                async move {
                    simulation.sleep(seconds(50)).await;
                    Ok::<_, BoxError>(Credential::bearer("token"))
                }
            };
            builder.credentials(credentials).build().unwrap()
        },
    );
    let [status] = world.watched(3, [12]);
    assert_eq!(status.waits, Waits::ForCredentials);
    assert_eq!((status.held, status.waiting, status.in_flight), (3, 0, 0));
    assert_eq!(
        status.to_string(),
        "3 waiting for credentials; done in about 20 s"
    );
}

#[test]
fn a_call_tells_its_place_and_its_attempts_while_it_is_awaited_elsewhere() {
    let world = World::new(|sent| match sent.number {
        3 => Reply::status(500),
        _ => Reply::text("fine").after(seconds(2)),
    });
    let (api, simulation) = (world.api.clone(), world.simulation.clone());
    world.simulation.run(async move {
        for id in 0..3 {
            tokio::spawn(run(api.get(id)));
        }
        let mut call = api.get(7).deadline(seconds(500));
        let watch = call.watch();
        assert_eq!(watch.status().phase, CallPhase::Draft);
        // It may still be adjusted.
        let call = tokio::spawn(run(call.header("X-Late", "yes")));
        simulation.sleep(Duration::from_millis(1)).await;
        let status = watch.status();
        assert_eq!(status.phase, CallPhase::Waiting { ahead: 2 });
        assert_eq!(
            status.next_attempt,
            Some(3 * SLOT - Duration::from_millis(1))
        );
        assert_eq!(
            status.to_string(),
            "waiting, 2 before it; next attempt in 30.0 s"
        );
        assert!(watch.call().is_some());

        simulation.sleep(seconds(30)).await;
        let status = watch.status();
        assert_eq!((status.phase, status.attempts), (CallPhase::BackingOff, 1));
        assert_eq!(
            status.next_attempt,
            Some(2 * SLOT - Duration::from_millis(1))
        );

        simulation.sleep(seconds(21)).await;
        let status = watch.status();
        let since = seconds(1) + Duration::from_millis(1);
        assert_eq!(status.phase, CallPhase::InFlight { since });
        assert_eq!((status.attempts, status.next_attempt), (2, None));

        call.await.unwrap().unwrap();
        let status = watch.clone().status();
        assert_eq!((status.phase, status.at), (CallPhase::Over, None));
        assert_eq!(watch.call(), None);
    });
}

#[test]
fn a_place_is_told_across_priorities_and_limits_of_endpoints_and_outside() {
    let world = World::built(
        |_| Reply::text("fine"),
        |builder, _| {
            let builder = builder.maximum_queue_length(4).when_full(WhenFull::Wait);
            builder.build().unwrap()
        },
    );
    let (api, simulation) = (world.api.clone(), world.simulation.clone());
    world.simulation.run(async move {
        // The first goes at once; of the scarce ones one goes in 25 seconds.
        let calls = [
            api.get(0),
            api.scarce(1),
            api.scarce(2),
            api.get(3).priority(Priority::Low),
            api.get(4),
            api.get(5).priority(Priority::High),
            api.get(6),
        ];
        let mut watches = Vec::new();
        for mut call in calls {
            watches.push(call.watch());
            tokio::spawn(run(call));
        }
        simulation.sleep(Duration::from_millis(1)).await;
        let status = api.status();
        assert_eq!((status.waiting, status.outside), (4, 2));
        assert_eq!(status.eta, 6 * SLOT - Duration::from_millis(1));
        assert_eq!(
            status.to_string(),
            "4 waiting, 2 waiting for a place; next slot in 10.0 s; done in about 60 s"
        );
        let told: Vec<_> = watches.iter().map(|watch| watch.status()).collect();
        let inside = |ahead| CallPhase::Waiting { ahead };
        let outside = |ahead| CallPhase::Outside { ahead };
        let phases: Vec<_> = told.iter().map(|status| status.phase).collect();
        let expected = [
            CallPhase::Over,
            inside(0),
            inside(3),
            inside(5),
            inside(2),
            outside(1),
            outside(4),
        ];
        assert_eq!(phases, expected);
        assert_eq!(
            told[6].to_string(),
            "waiting for a place, 4 before it; next attempt in 50.0 s"
        );
        // And so it comes.
        let mut next: Vec<_> = told[1..].iter().map(|status| status.next_attempt).collect();
        next.sort();
        let turns = (1..=6).map(|n| Some(n * SLOT - Duration::from_millis(1)));
        assert_eq!(next, turns.collect::<Vec<_>>());
        for _ in 0..6 {
            simulation.sleep(SLOT).await;
            let over = |watch: &&Watch| watch.status().phase == CallPhase::Over;
            let gone = watches.iter().filter(over).count();
            let ahead = watches
                .iter()
                .filter_map(|watch| match watch.status().phase {
                    CallPhase::Waiting { ahead } | CallPhase::Outside { ahead } => Some(ahead),
                    _ => None,
                });
            let mut ahead: Vec<_> = ahead.collect();
            ahead.sort_unstable();
            assert_eq!(ahead, (0..7 - gone).collect::<Vec<_>>());
        }
    });
}

async fn run(call: Call<String>) -> Result<String> {
    call.await
}

/// The names of the trait's methods remain the user's.
mod own_names {
    use super::*;

    #[rest_api(baseurl = "https://own-names.test/")]
    struct Own;

    impl Own {
        #[get("status")]
        async fn status(&self) -> Result<String>;
        #[get("events")]
        async fn events(&self, #[query] page: u64) -> Result<String>;
        #[post("shutdown")]
        fn shutdown(&self) -> Call<String>;
        #[post("drain")]
        fn drain(&self) -> Call<String>;
    }

    #[test]
    fn endpoints_of_the_same_names_win() {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |sent| Reply::text(sent.url.clone()));
        let own = Own::builder()
            .simulation(&simulation)
            .transport(server)
            .build()
            .unwrap();
        let answers = simulation.run(async {
            [
                own.status().await.unwrap(),
                own.events(2).await.unwrap(),
                own.shutdown().await.unwrap(),
                own.drain().await.unwrap(),
            ]
        });
        let expected = ["status", "events?page=2", "shutdown", "drain"];
        assert_eq!(
            answers,
            expected.map(|path| format!("https://own-names.test/{path}"))
        );
        // The others are reached so.
        assert_eq!(RestApi::status(&own).done, 4);
    }
}
