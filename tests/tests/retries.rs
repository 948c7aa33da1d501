//! The retry budget and jitter, as a program sees them, in simulated time.

use std::collections::HashSet;
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Server, Simulation};

#[rest_api(baseurl = "https://retries.test/v1/", callratepersecond = 10)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("things/{id}")]
    fn get(&self, id: u64) -> Call<String>;
}

async fn run(call: Call<String>) -> Result<String> {
    call.await
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn client(
    simulation: &Simulation,
    server: &Server,
    settings: impl FnOnce(ApiBuilder<Api>) -> ApiBuilder<Api>,
) -> Api {
    settings(Api::builder())
        .simulation(simulation)
        .transport(server.clone())
        .build()
        .unwrap()
}

/// Half of a minute in which all that is asked fails, and a thousand calls: how many
/// first attempts and how many retries went out meanwhile.
fn storm(settings: impl FnOnce(ApiBuilder<Api>) -> ApiBuilder<Api>) -> (usize, usize) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| match sent.at < seconds(30) {
        true => Reply::status(503),
        false => Reply::text("fine"),
    });
    let api = client(&simulation, &server, settings);
    simulation.run(async {
        let calls: Vec<_> = (0..1_000)
            .map(|id| tokio::spawn(run(api.get(id))))
            .collect();
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    let requests = server.requests().into_iter();
    let meanwhile = requests.filter(|sent| sent.at < seconds(30));
    let urls: Vec<_> = meanwhile.map(|sent| sent.url).collect();
    let firsts = urls.iter().collect::<HashSet<_>>().len();
    (firsts, urls.len() - firsts)
}

#[test]
fn retries_are_put_off_so_that_those_who_come_have_their_turn() {
    let (firsts, retries) = storm(|settings| settings);
    // A hundred were saved up, one is earned by five calls, and one comes each second.
    assert!(retries <= 100 + firsts / 5 + 30, "{retries}");
    let (fewer, more) = storm(|settings| settings.retry_budget(None));
    assert_eq!(firsts + retries, fewer + more, "every slot is used");
    assert!(firsts > fewer, "{firsts} {fewer}");
}

#[test]
fn the_status_tells_how_many_are_put_off_and_none_is_lost() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| match sent.at < seconds(60) {
        true => Reply::status(500),
        false => Reply::text("fine"),
    });
    let api = client(&simulation, &server, |settings| settings.retry_budget(0.0));
    simulation.run(async {
        let calls: Vec<_> = (0..200).map(|id| tokio::spawn(run(api.get(id)))).collect();
        simulation.sleep(seconds(59)).await;
        let status = api.status();
        assert!(status.put_off > 100, "{status:?}");
        assert!(status.put_off <= status.backing_off);
        let told = format!("{} put off by the retry budget", status.put_off);
        assert!(status.to_string().contains(&told), "{status}");
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(api.status().put_off, 0);
    });
}

#[test]
fn clients_that_failed_together_come_back_apart_and_the_same_way_each_time() {
    let second_attempts = || {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |sent| match sent.number < 20 {
            true => Reply::status(500),
            false => Reply::text("fine"),
        });
        simulation.run(async {
            // Each stands for a process: they share nothing.
            let clients: Vec<_> = (0..20)
                .map(|process| {
                    client(&simulation, &server, |settings| {
                        let settings = settings.scope(process.to_string());
                        settings.minimum_delay(seconds(10)).jitter(0.5)
                    })
                })
                .collect();
            let calls = clients.iter().map(|api| tokio::spawn(run(api.get(1))));
            for call in calls.collect::<Vec<_>>() {
                call.await.unwrap().unwrap();
            }
        });
        let sent = server.requests().into_iter().skip(20);
        sent.map(|sent| sent.at).collect::<Vec<_>>()
    };
    let times = second_attempts();
    assert_eq!(times.len(), 20);
    assert!(
        times
            .iter()
            .all(|at| (seconds(10)..seconds(15)).contains(at))
    );
    assert!(times.windows(2).all(|pair| pair[0] < pair[1]), "{times:?}");
    assert!(times[19] - times[0] > seconds(3), "{times:?}");
    assert_eq!(times, second_attempts());
}
