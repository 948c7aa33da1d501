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
