//! Refusals as vendors mean them, from the response to the next attempt.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::vendor::{self, VendorProfile};

#[rest_api(baseurl = "https://vendors.test/", callrateperhour = 3600)]
struct Api;

impl Api {
    #[get("things")]
    fn get(&self) -> Call<Response<String>>;

    #[post("things")]
    fn post(&self) -> Call<Response<String>>;
}

struct World {
    simulation: Simulation,
    server: Server,
    api: Api,
}

fn world(vendor: impl VendorProfile, answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> World {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = Api::builder()
        .vendor(vendor)
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    World {
        simulation,
        server,
        api,
    }
}

impl World {
    /// When the requests came, in seconds.
    fn times(&self) -> Vec<u64> {
        let sent = self.server.requests().into_iter();
        sent.map(|sent| sent.at.as_secs()).collect()
    }
}

/// Refuses the first requests.
fn refusing(times: usize, refusal: fn() -> Reply) -> impl FnMut(&Sent) -> Reply + Send {
    move |sent| match sent.number < times {
        true => refusal(),
        false => Reply::text("fine"),
    }
}

#[test]
fn a_403_of_github_that_says_so_is_waited_out_and_also_for_a_post() {
    let refusal = || {
        let message = "You have exceeded a secondary rate limit. Please wait.";
        Reply::json(&serde_json::json!({ "message": message })).with_status(403)
    };
    let world = world(vendor::GitHub, refusing(2, refusal));
    let answer = world.simulation.run(world.api.post()).unwrap();
    assert_eq!(answer.attempts(), 3);
    // A minute at least, and then longer.
    assert_eq!(world.times(), [0, 60, 180]);
}

#[test]
fn a_403_of_github_that_does_not_is_an_error() {
    let world = world(vendor::GitHub, refusing(9, || Reply::status(403)));
    let error = world.simulation.run(world.api.get()).unwrap_err();
    assert_eq!(error.status().unwrap(), 403);
    assert_eq!(world.times(), [0]);
}

#[test]
fn to_others_a_403_is_one_whatever_it_says() {
    let refusal = || Reply::status(403).header("Retry-After", "30");
    let world = world(vendor::Standard, refusing(9, refusal));
    assert!(world.simulation.run(world.api.get()).is_err());
    assert_eq!(world.times(), [0]);
}

#[test]
fn stripe_says_itself_what_is_tried_again() {
    let conflict = || Reply::status(409).header("Stripe-Should-Retry", "true");
    let first = world(vendor::Stripe, refusing(1, conflict));
    assert!(first.simulation.run(first.api.post()).is_ok());
    let never = || Reply::status(500).header("Stripe-Should-Retry", "false");
    let second = world(vendor::Stripe, refusing(9, never));
    let error = second.simulation.run(second.api.get()).unwrap_err();
    assert_eq!(error.status().unwrap(), 500);
    assert_eq!(second.times(), [0]);
}

#[test]
fn a_wait_that_a_profile_gives_holds_however_short_our_own_delays_are() {
    #[derive(Debug)]
    struct Calm;

    impl VendorProfile for Calm {
        fn least_wait(&self) -> Duration {
            Duration::from_secs(100)
        }
    }

    let world = world(Calm, refusing(2, || Reply::status(429)));
    world.simulation.run(world.api.get()).unwrap();
    assert_eq!(world.times(), [0, 100, 300]);
}

/// A server of DigitalOcean's kind, and how often it was asked in the first hour.
mod budgets {
    use super::*;

    #[rest_api(
        baseurl = "https://budgets.test/",
        callrateperhour = 36000,
        vendor = "digitalocean"
    )]
    struct Cloud;

    impl Cloud {
        #[get("things")]
        fn get(&self) -> Call<String>;
    }

    #[test]
    fn what_remains_is_spread_over_the_time_to_the_reset() {
        let simulation = Simulation::new();
        // 2020-01-01, the beginning of simulated time, and an hour.
        let reset = (1_577_836_800 + 3_600).to_string();
        let server = Server::new(&simulation, move |sent| {
            let remaining = 100_usize.saturating_sub(sent.number + 1);
            Reply::text("fine")
                .header("RateLimit-Limit", "5000")
                .header("RateLimit-Remaining", &remaining.to_string())
                .header("RateLimit-Reset", &reset)
        });
        let cloud = Cloud::builder()
            .simulation(&simulation)
            .transport(server.clone())
            .build()
            .unwrap();
        simulation.run(async {
            for _ in 0..100 {
                cloud.get().await.unwrap();
            }
        });
        let sent = server.requests();
        // At our own rate it would have been ten seconds.
        let last = sent.last().unwrap().at.as_secs();
        assert!((3_000..3_700).contains(&last), "{last}");
        for two in sent.windows(2) {
            let gap = two[1].at - two[0].at;
            assert!(
                gap >= Duration::from_millis(100),
                "never faster than declared: {gap:?}"
            );
        }
    }

    #[test]
    fn nonsense_is_ignored() {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |sent| {
            let reply = Reply::text("fine").header("RateLimit-Limit", "5000");
            match sent.number % 4 {
                0 => reply.header("RateLimit-Remaining", "-1"),
                1 => reply
                    .header("RateLimit-Remaining", "0")
                    .header("RateLimit-Reset", "soon"),
                2 => reply.header("RateLimit", "\"default\";r=;t="),
                _ => reply
                    .header("RateLimit-Remaining", "1")
                    .header("RateLimit-Remaining", "2"),
            }
        });
        let cloud = Cloud::builder()
            .simulation(&simulation)
            .transport(server.clone())
            .build()
            .unwrap();
        simulation.run(async {
            for _ in 0..20 {
                cloud.get().await.unwrap();
            }
        });
        assert_eq!(
            server.requests().last().unwrap().at,
            Duration::from_millis(1_900)
        );
    }
}

/// Fields that make no sense, and who is told.
mod unreadable {
    use std::pin::Pin;
    use std::task::{Context, Poll, Waker};

    use cloudapi::vendor::{ResponseView, Unreadable};
    use cloudapi::{Event, EventKind, Events};
    use futures_core::Stream as _;

    use super::*;

    /// All that there is without waiting.
    fn told(events: &mut Events) -> Vec<Event> {
        let mut context = Context::from_waker(Waker::noop());
        let mut all = Vec::new();
        while let Poll::Ready(Some(event)) = Pin::new(&mut *events).poll_next(&mut context) {
            all.push(event);
        }
        all
    }

    /// What is told of fields that make no sense, in the order of the attempts.
    fn ignored(events: &mut Events) -> Vec<(u32, &'static str)> {
        let told = told(events);
        let ignored = told.iter().filter_map(|event| match event.kind() {
            EventKind::Unreadable { field } => Some((event.attempt(), field)),
            _ => None,
        });
        ignored.collect()
    }

    #[test]
    fn a_field_that_makes_no_sense_is_told_once_and_without_what_stood_in_it() {
        let world = world(vendor::Standard, |sent| {
            let reply = Reply::text("fine").header("RateLimit-Remaining", "7");
            match sent.number {
                10.. => reply
                    .header("RateLimit-Reset", "soon")
                    .header("Retry-After", "hunter2"),
                _ => reply.header("RateLimit-Reset", "soon"),
            }
        });
        let mut events = world.api.events();
        for _ in 0..10 {
            world.simulation.run(world.api.get()).unwrap();
        }
        assert_eq!(ignored(&mut events), [(1, "ratelimit-reset")]);
        // Another one is news, also beside the first; and it is told among what happens
        // to its call.
        world.simulation.run(world.api.get()).unwrap();
        let told = told(&mut events);
        let lines: Vec<_> = told.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                "GET things: in the queue",
                "GET things, attempt 1: started",
                "GET things, attempt 1: 200 OK",
                "GET things, attempt 1: the field `retry-after` is ignored",
                "GET things, attempt 1: done",
            ]
        );
        world.simulation.run(world.api.get()).unwrap();
        assert_eq!(ignored(&mut events), []);
    }

    #[test]
    fn a_field_of_an_attempt_that_fails_is_told_with_it() {
        let world = world(vendor::Standard, |sent| match sent.number {
            0 => Reply::text("fine"),
            1 | 2 => Reply::status(429).header("Retry-After", "soon"),
            _ => Reply::text("fine"),
        });
        let mut events = world.api.events();
        world.simulation.run(world.api.get()).unwrap();
        world.simulation.run(world.api.get()).unwrap();
        assert_eq!(ignored(&mut events), [(1, "retry-after")]);
    }

    /// A gate that goes on for months does not collect what a profile makes up.
    #[test]
    fn no_more_fields_are_told_than_a_profile_has_use_for() {
        #[derive(Debug)]
        struct Inventive;

        impl VendorProfile for Inventive {
            fn should_retry(
                &self,
                response: &ResponseView<'_>,
            ) -> Result<Option<bool>, Unreadable> {
                let text = response.text("x-name").ok().flatten().unwrap_or_default();
                Err(Unreadable {
                    field: String::leak(text.to_owned()),
                    reason: "it is made up",
                })
            }
        }

        let world = world(Inventive, |sent| {
            Reply::text("fine").header("X-Name", &format!("x-{}", sent.number))
        });
        let mut events = world.api.events();
        for _ in 0..40 {
            world.simulation.run(world.api.get()).unwrap();
        }
        assert_eq!(ignored(&mut events).len(), 32);
    }
}
