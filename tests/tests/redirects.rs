//! Where a redirect leads may fail in ways of its own. What that says of the call, and of
//! the API's server, in simulated time.

use std::time::Duration;

use cloudapi::http::Method;
use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{ErrorKind, EventKind, Failure, Retry};

#[rest_api(
    baseurl = "https://redirects.test/v2/",
    callratepersecond = 1,
    headers("X-Account" = "7")
)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("droplets/{id}")]
    fn get(&self, id: u64) -> Call<String>;
    #[post("droplets")]
    fn create(&self) -> Call<String>;
    #[post("droplets", idempotent)]
    fn create_once(&self) -> Call<String>;
    #[post("droplets", retry = "always")]
    fn insist(&self) -> Call<String>;
    #[post("tokens")]
    fn token(&self, #[form("client_secret")] secret: &Secret) -> Call<String>;
    #[post("tokens")]
    fn name(&self, #[form("client_name")] name: &str) -> Call<String>;
}

struct World {
    simulation: Simulation,
    server: Server,
    api: Api,
}

impl World {
    fn new(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let api = Api::builder().simulation(&simulation);
        let api = api.transport(server.clone()).build().unwrap();
        Self {
            simulation,
            server,
            api,
        }
    }

    /// Each POST leads to a GET, where `there` answers.
    fn leading(status: u16, there: fn() -> Reply) -> Self {
        Self::new(move |sent| match sent.method {
            Method::POST => Reply::status(status).header("Location", "/v2/droplets/7"),
            _ => there(),
        })
    }
}

const FAILURES: [fn() -> Reply; 6] = [
    || Reply::status(503),
    || Reply::status(429).header("Retry-After", "7200"),
    || Reply::failure(Failure::Interrupted),
    || Reply::failure(Failure::Timeout),
    || Reply::failure(Failure::NotSent),
    || Reply::failure(Failure::Tls),
];

/// Whoever repeats what `is_retryable` says may be repeated would make it twice.
#[test]
fn what_was_carried_out_is_not_called_harmless_if_its_answer_cannot_be_had() {
    for status in [301, 302, 303] {
        for there in FAILURES {
            let world = World::leading(status, there);
            world.simulation.run(async {
                let error = world.api.create().await.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::UnknownOutcome, "{error}");
                assert!(error.is_unknown_outcome() && !error.is_retryable());
                assert!(error.to_string().contains("elsewhere"), "{error}");
            });
        }
    }
}

#[test]
fn what_may_be_repeated_is_as_harmless_as_before() {
    for there in FAILURES {
        let world = World::leading(303, there);
        world.simulation.run(async {
            let error = world.api.create_once().await.unwrap_err();
            assert_ne!(error.kind(), ErrorKind::UnknownOutcome, "{error}");
        });
    }
}

#[test]
fn what_is_said_where_it_leads_is_the_answer() {
    let world = World::leading(303, || Reply::status(404));
    world.simulation.run(async {
        let error = world.api.create().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Status);
        assert_eq!(error.status().unwrap(), 404);
        assert!(!error.is_retryable());
    });
}

#[test]
fn a_deadline_and_a_shutdown_on_the_way_leave_it_unknown() {
    let late = World::leading(303, || Reply::status(503));
    late.simulation.run(async {
        let call = late.api.create().deadline(Duration::from_secs(2));
        let error = call.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownOutcome, "{error}");
    });
    // While it waits for its next slot, and while its request is under way.
    for (there, after) in [
        ((|| Reply::status(503)) as fn() -> Reply, 1_500),
        (Reply::never, 2_500),
    ] {
        let world = World::leading(303, there);
        let mut events = world.api.events();
        world.simulation.run(async {
            let api = world.api.clone();
            let call = tokio::spawn(async move { api.create().await });
            let after = Duration::from_millis(after);
            world.simulation.sleep(after).await;
            world.api.shutdown(Duration::ZERO).await;
            let error = call.await.unwrap().unwrap_err();
            assert_eq!(error.kind(), ErrorKind::UnknownOutcome, "{error}");
            let mut ended = None;
            while ended.is_none() {
                if let EventKind::Ended { kind } = events.next().await.unwrap().kind() {
                    ended = Some(kind);
                }
            }
            assert_eq!(ended, Some(ErrorKind::UnknownOutcome));
        });
    }
}

/// The rule says to repeat it, and not that it does no harm.
#[test]
fn what_was_repeated_by_its_rule_is_not_called_harmless() {
    for failure in [Failure::Timeout, Failure::Interrupted] {
        let world = World::new(move |_| Reply::failure(failure));
        world.simulation.run(async {
            let error = world.api.insist().await.unwrap_err();
            assert!(error.attempts().len() > 1 && !error.is_retryable());
        });
    }
    let world = World::new(|_| Reply::failure(Failure::NotSent));
    world.simulation.run(async {
        let error = world.api.insist().await.unwrap_err();
        assert!(error.is_retryable(), "nothing was sent: {error}");
    });
}

fn elsewhere(sent: &Sent) -> bool {
    sent.url.starts_with("https://cdn.test/")
}

/// It would be in force for every client of this one, and in all processes.
#[test]
fn a_refusal_elsewhere_closes_no_gate() {
    let mut refusals = 0;
    let world = World::new(move |sent| match elsewhere(sent) {
        _ if sent.url.ends_with("/1") => Reply::text("fine"),
        true if refusals < 3 => {
            refusals += 1;
            Reply::status(429).header("Retry-After", "100")
        }
        true => Reply::text("image"),
        false => Reply::status(302).header("Location", "https://cdn.test/image"),
    });
    world.simulation.run(async {
        let api = world.api.clone();
        let far = tokio::spawn(async move { api.get(7).await });
        world.simulation.sleep(Duration::from_millis(3_500)).await;
        // One slot a second, as ever.
        for second in 3..7 {
            assert_eq!(world.api.get(1).await.unwrap(), "fine");
            assert_eq!(world.simulation.now().as_secs(), second);
        }
        assert_eq!(far.await.unwrap().unwrap(), "image");
        // Nobody asks again before the time that was given.
        let asked: Vec<_> = world.server.requests();
        let asked: Vec<_> = asked.iter().filter(|sent| elsewhere(sent)).collect();
        assert_eq!(asked.len(), 4);
        for pair in asked.windows(2) {
            assert!(pair[1].at - pair[0].at >= Duration::from_secs(100));
        }
    });
}

#[test]
fn a_long_wait_elsewhere_ends_its_own_call_only() {
    let world = World::new(|sent| match elsewhere(sent) {
        true => Reply::status(429).header("Retry-After", "7200"),
        false if sent.url.ends_with("/1") => Reply::text("fine"),
        false => Reply::status(302).header("Location", "https://cdn.test/image"),
    });
    world.simulation.run(async {
        let error = world.api.get(7).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        let wait = error.retry_at().unwrap() - Duration::from_secs(7200);
        assert_eq!(world.api.status().at, wait);
        assert_eq!(world.api.get(1).await.unwrap(), "fine");
        assert_eq!(world.simulation.now().as_secs(), 2);
    });
}

#[test]
fn a_refusal_elsewhere_ends_after_as_many_as_one_at_home() {
    let world = World::new(|sent| match elsewhere(sent) {
        true => Reply::status(429),
        false => Reply::status(302).header("Location", "https://cdn.test/image"),
    });
    let fast = Api::builder().scope("fast").callratepersecond(1_000);
    let fast = fast
        .simulation(&world.simulation)
        .transport(world.server.clone());
    let fast = fast.build().unwrap();
    world.simulation.run(async {
        let error = fast.get(7).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Throttled);
        // The last waits are of 32 s each.
        let minutes = world.simulation.now().as_secs() / 60;
        assert!((30..60).contains(&minutes), "{minutes}");
    });
}

#[test]
fn a_secret_in_a_body_and_what_was_meant_for_the_api_do_not_leave_it() {
    let world = World::new(|sent| match elsewhere(sent) {
        true => Reply::text("thanks"),
        false => Reply::status(307).header("Location", "https://cdn.test/"),
    });
    world.simulation.run(async {
        let error = world.api.token(&Secret::new("s3cret")).await.unwrap_err();
        assert_eq!(error.status().unwrap(), 307);
        let call = world.api.name("web").header("X-Functions-Key", "k");
        assert_eq!(call.await.unwrap(), "thanks");
    });
    let sent = world.server.requests();
    let sent: Vec<_> = sent.iter().filter(|sent| elsewhere(sent)).collect();
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].body, "client_name=web");
    assert!(sent[0].headers.contains_key("content-type"));
    for name in ["x-functions-key", "x-account"] {
        assert!(!sent[0].headers.contains_key(name), "{name}");
    }
}

#[test]
fn a_rule_of_never_leaves_it_unknown_too() {
    let world = World::leading(303, || Reply::status(500));
    world.simulation.run(async {
        let error = world.api.create().retry(Retry::Never).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::UnknownOutcome, "{error}");
    });
}
