//! Several limits, those of endpoints, what matters more, and how many may wait.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Error, Rate, WhenFull};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

/// As DigitalOcean has it: by the hour, by the minute, and some endpoints less.
#[rest_api(
    baseurl = "https://limits.test/v2/",
    callrateperhour = 5000,
    callrateperminute = 250,
    burst = 20
)]
#[derive(Clone)]
struct Cloud;

impl Cloud {
    #[get("droplets/{id}")]
    fn droplet(&self, id: usize) -> Call<String>;

    #[get("bulk/{id}", priority = "low")]
    fn bulk(&self, id: usize) -> Call<String>;

    #[post("floating_ips", callrateperminute = 12)]
    fn assign(&self) -> Call<String>;

    #[get(
        "account/keys",
        items = "keys",
        next = "next",
        limits(rate(10, per = "1m"))
    )]
    fn keys(&self) -> Pages<u32>;
}

/// A part of it, with a declaration that is alike.
#[rest_api(extends = Cloud, path = "account/")]
struct Account;

impl Account {
    #[get("keys", items = "keys", next = "next", limits(rate(10, per = "1m")))]
    fn keys(&self) -> Pages<u32>;
}

/// One attempt every ten seconds, and few may wait.
#[rest_api(
    baseurl = "https://queue.test/",
    maximum_queue_length = 2,
    priority = "low"
)]
#[derive(Clone)]
struct Narrow;

impl Narrow {
    #[get("{id}")]
    fn ask(&self, id: usize) -> Call<String>;
}

struct World {
    simulation: Simulation,
    server: Server,
}

impl World {
    fn new(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        Self { simulation, server }
    }

    fn cloud(&self) -> Cloud {
        Cloud::builder()
            .simulation(&self.simulation)
            .transport(self.server.clone())
            .build()
            .unwrap()
    }

    fn narrow(&self, when_full: WhenFull) -> Narrow {
        Narrow::builder()
            .simulation(&self.simulation)
            .transport(self.server.clone())
            .when_full(when_full)
            .build()
            .unwrap()
    }

    /// When requests came whose URL ends so, in seconds.
    fn times(&self, end: &str) -> Vec<u64> {
        let sent = self.server.requests();
        let sent = sent.iter().filter(|sent| sent.url.ends_with(end));
        sent.map(|sent| sent.at.as_secs()).collect()
    }

    /// What came in which order, by the end of its URL.
    fn order(&self) -> Vec<String> {
        let sent = self.server.requests();
        let end = |sent: &Sent| sent.url.rsplit('/').next().unwrap().to_owned();
        sent.iter().map(end).collect()
    }
}

/// The most that came in any window of that length.
fn densest(server: &Server, window: Duration) -> usize {
    let times: Vec<_> = server.requests().iter().map(|sent| sent.at).collect();
    let within = |first: &Duration| {
        let window = times
            .iter()
            .filter(|at| *at >= first && **at < *first + window);
        window.count()
    };
    times.iter().map(within).max().unwrap_or(0)
}

fn fine(_: &Sent) -> Reply {
    Reply::text("fine")
}

#[test]
fn no_window_of_any_limit_has_too_many_attempts() {
    let world = World::new(fine);
    let cloud = world.cloud();
    world.simulation.run(async {
        let calls: Vec<_> = (0..700).map(|id| tokio::spawn(cloud.droplet(id))).collect();
        world.simulation.sleep(2 * HOUR).await;
        let later: Vec<_> = (0..300).map(|id| tokio::spawn(cloud.droplet(id))).collect();
        for call in calls.into_iter().chain(later) {
            call.await.unwrap().unwrap();
        }
    });
    let at_once = world.server.requests();
    let at_once = at_once.iter().filter(|sent| sent.at.is_zero());
    assert_eq!(at_once.count(), 20, "a burst, and no more");
    // The hour has one slot every 0.72 s, the minute one every 0.26 s.
    assert!(densest(&world.server, MINUTE) <= 250);
    assert!(densest(&world.server, HOUR) <= 5_000);
    let after_the_rest = world.server.requests();
    let after = |sent: &&Sent| sent.at >= 2 * HOUR && sent.at < 2 * HOUR + SECOND / 10;
    assert_eq!(after_the_rest.iter().filter(after).count(), 20);
}

#[test]
fn an_endpoint_with_a_limit_of_its_own_holds_up_nobody_else() {
    let world = World::new(fine);
    let (cloud, other) = (world.cloud(), world.cloud());
    world.simulation.run(async {
        // Of two clients, since the limit belongs to the scope.
        let limited: Vec<_> = [&cloud, &other, &cloud, &other]
            .map(|client| tokio::spawn(client.assign()))
            .into();
        let others: Vec<_> = (0..30).map(|id| tokio::spawn(cloud.droplet(id))).collect();
        for call in limited.into_iter().chain(others) {
            call.await.unwrap().unwrap();
        }
    });
    assert_eq!(world.times("floating_ips"), [0, 5, 10, 15]);
    let last = world.times("droplets/29")[0];
    assert!(last <= 10, "{last}");
}

#[test]
fn pages_pay_the_limit_of_their_endpoint_wherever_it_is_declared() {
    let world = World::new(|sent| match sent.number {
        0 => Reply::json(&serde_json::json!({"keys": [1], "next": "/v2/account/keys?page=2"})),
        _ => Reply::json(&serde_json::json!({"keys": [2]})),
    });
    let cloud = world.cloud();
    let account = Account::new(&cloud);
    world.simulation.run(async {
        let (keys, others) = tokio::join!(cloud.keys().collect_all(), account.keys().collect_all());
        assert_eq!(keys.unwrap().len() + others.unwrap().len(), 3);
    });
    let times: Vec<_> = world.server.requests().iter().map(|sent| sent.at).collect();
    assert_eq!(times, [0, 6, 12].map(Duration::from_secs));
}

#[test]
fn retries_pay_the_limit_of_their_endpoint() {
    let world = World::new(|sent| match sent.number {
        0 => Reply::failure(cloudapi::Failure::NotSent),
        _ => Reply::text("fine"),
    });
    let cloud = world.cloud();
    world.simulation.run(cloud.assign()).unwrap();
    assert_eq!(world.times("floating_ips"), [0, 5]);
}

#[test]
fn a_deadline_before_the_next_slot_of_the_endpoint_is_refused_at_once() {
    let world = World::new(fine);
    let cloud = world.cloud();
    let (error, now) = world.simulation.run(async {
        cloud.assign().await.unwrap();
        let error = cloud.assign().deadline(4 * SECOND).await.unwrap_err();
        (error, world.simulation.now())
    });
    assert_eq!((error.kind(), now), (ErrorKind::Deadline, Duration::ZERO));
    assert!(error.to_string().contains("in 5.0 s"), "{error}");
}

#[test]
fn what_matters_goes_first_and_bulk_goes_on() {
    let world = World::new(fine);
    let cloud = Cloud::builder()
        .simulation(&world.simulation)
        .transport(world.server.clone())
        .burst(1)
        .build()
        .unwrap();
    world.simulation.run(async {
        let bulk: Vec<_> = (0..50).map(|id| tokio::spawn(cloud.bulk(id))).collect();
        world.simulation.sleep(SECOND).await;
        let urgent: Vec<_> = (0..30)
            .map(|id| tokio::spawn(cloud.droplet(100 + id)))
            .collect();
        tokio::spawn(cloud.droplet(200).priority(Priority::High))
            .await
            .unwrap()
            .unwrap();
        for call in bulk.into_iter().chain(urgent) {
            call.await.unwrap().unwrap();
        }
    });
    let order = world.order();
    let at = |id: &str| order.iter().position(|other| other == id).unwrap();
    // Two of the bulk had their slots before.
    assert_eq!(at("200"), 2);
    assert_eq!(at("100"), 3);
    assert_eq!(at("2"), 11, "after nine that overtook it");
    assert!(at("129") < at("8"));
}

#[test]
fn pages_have_a_priority_too() {
    let world = World::new(|sent| match sent.url.contains("keys") {
        true => Reply::json(&serde_json::json!({"keys": [1]})),
        false => Reply::text("fine"),
    });
    let cloud = Cloud::builder()
        .simulation(&world.simulation)
        .transport(world.server.clone())
        .burst(1)
        .build()
        .unwrap();
    world.simulation.run(async {
        let others: Vec<_> = (0..5).map(|id| tokio::spawn(cloud.droplet(id))).collect();
        tokio::task::yield_now().await;
        let keys = cloud.keys().priority(Priority::High).collect_all();
        assert_eq!(keys.await.unwrap(), [1]);
        for call in others {
            call.await.unwrap().unwrap();
        }
    });
    assert_eq!(world.order(), ["0", "keys", "1", "2", "3", "4"]);
}

#[test]
fn the_priority_of_a_client_holds_where_nothing_else_is_said() {
    let world = World::new(fine);
    let narrow = world.narrow(WhenFull::Wait);
    world.simulation.run(async {
        let low: Vec<_> = (0..2).map(|id| tokio::spawn(narrow.ask(id))).collect();
        tokio::task::yield_now().await;
        narrow.ask(2).priority(Priority::Normal).await.unwrap();
        for call in low {
            call.await.unwrap().unwrap();
        }
    });
    assert_eq!(world.order(), ["0", "2", "1"]);
}

fn queue_full(error: &Error, seconds: u64, why: &str) {
    assert_eq!(error.kind(), ErrorKind::QueueFull);
    assert!(error.is_retryable() && error.attempts().is_empty());
    let (retry_at, epoch) = (error.retry_at().unwrap(), std::time::SystemTime::UNIX_EPOCH);
    let since = retry_at.duration_since(epoch).unwrap();
    // The simulation begins on a certain day.
    assert_eq!(since.as_secs() % 86_400, seconds);
    let message = error.to_string();
    assert!(
        message.contains("the queue is full") && message.contains(why),
        "{message}"
    );
    assert!(message.contains("in 10 s"), "{message}");
}

#[test]
fn a_full_queue_refuses_and_says_when_there_is_a_place() {
    let world = World::new(fine);
    let narrow = world.narrow(WhenFull::Refuse);
    world.simulation.run(async {
        let calls: Vec<_> = (0..3).map(|id| tokio::spawn(narrow.ask(id))).collect();
        tokio::task::yield_now().await;
        let error = narrow.ask(3).await.unwrap_err();
        queue_full(&error, 10, "`maximum_queue_length`");
        world.simulation.sleep(10 * SECOND).await;
        narrow.ask(4).await.unwrap();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    assert_eq!(world.order(), ["0", "1", "2", "4"]);
}

#[test]
fn callers_of_a_full_queue_wait_outside_in_their_order() {
    let world = World::new(fine);
    let narrow = world.narrow(WhenFull::Wait);
    world.simulation.run(async {
        let calls: Vec<_> = (0..20).map(|id| tokio::spawn(narrow.ask(id))).collect();
        tokio::task::yield_now().await;
        // Who waits outside can leave, and a deadline counts there.
        calls[10].abort();
        let error = narrow.ask(99).deadline(100 * SECOND).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        for (id, call) in calls.into_iter().enumerate() {
            assert_eq!(call.await.is_ok_and(|answer| answer.is_ok()), id != 10);
        }
    });
    let expected = (0..20).filter(|id| *id != 10).map(|id| id.to_string());
    assert_eq!(world.order(), expected.collect::<Vec<_>>());
    let times: Vec<_> = world
        .server
        .requests()
        .iter()
        .map(|sent| sent.at.as_secs())
        .collect();
    assert_eq!(times, (0..19).map(|slot| 10 * slot).collect::<Vec<_>>());
}

#[test]
fn the_oldest_caller_of_a_full_queue_gives_its_place_to_a_newer_one() {
    let world = World::new(fine);
    let narrow = world.narrow(WhenFull::DropOldest);
    world.simulation.run(async {
        let calls: Vec<_> = (0..6).map(|id| tokio::spawn(narrow.ask(id))).collect();
        for (id, call) in calls.into_iter().enumerate() {
            match call.await.unwrap() {
                Ok(_) => assert!([0, 4, 5].contains(&id), "{id}"),
                Err(error) => queue_full(&error, 10, "gave its place to a newer one"),
            }
        }
    });
    assert_eq!(world.order(), ["0", "4", "5"]);
}

#[test]
fn limits_given_at_run_time_are_in_force() {
    let world = World::new(fine);
    let cloud = Cloud::builder()
        .simulation(&world.simulation)
        .transport(world.server.clone())
        .limit(Rate::new(3, MINUTE).burst(3))
        .callratepersecond(20)
        .build()
        .unwrap();
    world.simulation.run(async {
        let calls: Vec<_> = (0..5).map(|id| tokio::spawn(cloud.droplet(id))).collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    // The minute's limit takes the place of the declared one.
    let times: Vec<_> = world
        .server
        .requests()
        .iter()
        .map(|sent| sent.at.as_secs())
        .collect();
    assert_eq!(times, [0, 0, 0, 60, 120]);
}

#[test]
fn clients_that_disagree_on_any_limit_are_told_so() {
    let world = World::new(fine);
    let _cloud = world.cloud();
    let other = Cloud::builder()
        .simulation(&world.simulation)
        .callrateperminute(200);
    let error = other.build().err().unwrap();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    let message = error.to_string();
    for part in [
        "rate(250, per = 60s, burst = 20)",
        "rate(200, per = 60s, burst = 20)",
    ] {
        assert!(message.contains(part), "{message}");
    }
}
