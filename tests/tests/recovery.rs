//! A limit that is set higher than the server's, in simulated time.

use std::sync::Mutex;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Server, Simulation};

#[rest_api(baseurl = "https://recovery.test/v1/", callratepersecond = 10)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("things/{id}")]
    fn get(&self, id: u64) -> Call<String>;
}

async fn run(call: Call<String>) -> Result<String> {
    call.await
}

/// Makes 1,000 calls to a server that takes one request each `spacing`: how many
/// requests it refused, and how long all that took.
fn bulk(spacing: Duration, refusal: fn() -> Reply) -> (usize, Duration) {
    let simulation = Simulation::new();
    let next = Mutex::new(Duration::ZERO);
    let server = Server::new(&simulation, move |sent| {
        let mut next = next.lock().unwrap();
        if sent.at < *next {
            return refusal();
        }
        *next = sent.at + spacing;
        Reply::text("fine")
    });
    let api = Api::builder().simulation(&simulation);
    let api = api.transport(server.clone()).build().unwrap();
    simulation.run(async {
        let calls: Vec<_> = (0..1_000)
            .map(|id| tokio::spawn(run(api.get(id))))
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    (server.requests().len() - 1_000, simulation.now())
}

#[test]
fn a_limit_that_is_too_high_finds_the_pace_of_the_server() {
    for (spacing, name) in [(200, "half"), (110, "nearly"), (900, "a ninth")] {
        let spacing = Duration::from_millis(spacing);
        for refusal in [
            || Reply::status(429),
            || Reply::status(429).header("Retry-After", "1"),
        ] {
            let (refused, took) = bulk(spacing, refusal);
            // At the full pace 999 would be, or more.
            assert!(refused < 100, "{name}: {refused} refused in {took:?}");
            let best = spacing * 1_000;
            assert!(took < best * 2, "{name}: {took:?} instead of {best:?}");
        }
    }
}

#[test]
fn the_status_tells_how_far_it_is_slowed_down() {
    let simulation = Simulation::new();
    // Each fifth request until the thirtieth.
    let server = Server::new(&simulation, |sent| match sent.number {
        number if number % 5 == 0 && number < 30 => Reply::status(429),
        _ => Reply::text("fine"),
    });
    let api = Api::builder().simulation(&simulation);
    let api = api.transport(server.clone()).build().unwrap();
    simulation.run(async {
        assert_eq!(api.status().pace, 1.0);
        let calls: Vec<_> = (0..200).map(|id| tokio::spawn(run(api.get(id)))).collect();
        while server.requests().len() < 30 {
            simulation.sleep(Duration::from_millis(10)).await;
        }
        let status = api.status();
        assert!((0.2..0.6).contains(&status.pace), "{status:?}");
        assert!(status.to_string().contains("% by refusals"), "{status}");
        // At the pace of now, which does not stay so low.
        let waiting = u32::try_from(status.waiting).unwrap();
        let usual = Duration::from_millis(100) * (waiting - 1);
        assert!(status.eta > usual.mul_f64(1.5), "{status}");
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(api.status().pace, 1.0);
    });
}
