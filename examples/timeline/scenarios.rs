//! What is drawn: each scenario is a client, a server, and some callers.

use std::time::{Duration, SystemTime};

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};

use crate::story::{Story, Teller};

/// A picture by its name.
type Scenario = (&'static str, fn() -> Story);

pub(crate) const ALL: [Scenario; 3] = [
    ("failing", failing),
    ("throttled", throttled),
    ("priorities", priorities),
];

#[rest_api(baseurl = "https://api.example.com/")]
#[derive(Clone, Debug)]
struct Api;

impl Api {
    #[get("things/{id}")]
    fn get(&self, id: u32) -> Call<String>;
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What the clock on the wall says in a simulation that has just begun.
fn beginning() -> SystemTime {
    SystemTime::UNIX_EPOCH + seconds(1_577_836_800)
}

/// Callers and the times at which they come.
struct World {
    simulation: Simulation,
    api: Api,
    teller: Teller,
    calls: Vec<(Duration, Call<String>)>,
}

impl World {
    fn new(rate: u32, answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let api = Api::builder()
            .callrateperhour(rate)
            .simulation(&simulation)
            .transport(server)
            .build()
            .expect("the settings are fine");
        Self {
            teller: Teller::new(api.events(), beginning()),
            simulation,
            api,
            calls: Vec::new(),
        }
    }

    /// A call that is made so many seconds after the beginning.
    fn call(&mut self, at: u64, name: &str, adjust: impl FnOnce(Call<String>) -> Call<String>) {
        let id = self.calls.len() as u32;
        self.teller.expect(name);
        self.calls.push((seconds(at), adjust(self.api.get(id))));
    }

    /// Runs all calls to their end.
    fn tell(self, title: &str, window: Duration, limit: u32) -> Story {
        let Self {
            simulation,
            api,
            teller,
            calls,
        } = self;
        let clock = simulation.clone();
        simulation.run(async {
            let calls: Vec<_> = calls
                .into_iter()
                .map(|(at, call)| {
                    let clock = clock.clone();
                    tokio::spawn(async move {
                        clock.sleep(at).await;
                        // How it ends is in the events.
                        drop(call.await);
                    })
                })
                .collect();
            for call in calls {
                call.await.expect("no call panics");
            }
        });
        let end = simulation.now();
        drop(api);
        let told = teller.tell(title, end, (window.as_secs_f64(), limit));
        simulation.run(told)
    }
}

fn id(sent: &Sent) -> u32 {
    let id = sent.url.rsplit('/').next().and_then(|id| id.parse().ok());
    id.expect("all paths end with the number of the call")
}

/// One call that fails whatever is done, among others that do not.
fn failing() -> Story {
    let mut world = World::new(360, |sent| match id(sent) {
        2 => Reply::status(500).after(seconds(2)),
        _ => Reply::text("fine").after(seconds(3)),
    });
    for number in 0..12 {
        let at = if number < 8 { 0 } else { 620 };
        let name = if number == 2 { "always 500" } else { "GET" };
        world.call(at, name, |call| call);
    }
    let title = "One call fails for good: it waits aside, and then at the back of the queue";
    world.tell(title, seconds(60), 6)
}

/// A server that has had enough for two minutes.
fn throttled() -> Story {
    let mut world = World::new(360, |sent| match sent.number {
        4..=6 => Reply::status(429)
            .header("Retry-After", "120")
            .after(seconds(25)),
        7 => Reply::text("fine").after(seconds(9)),
        _ => Reply::text("fine").after(seconds(4)),
    });
    for _ in 0..14 {
        world.call(0, "GET", |call| call);
    }
    let title = "The server wants two minutes: the gate closes for all, and one call goes ahead";
    world.tell(title, seconds(60), 6)
}

/// Bulk work, and a person at a prompt.
fn priorities() -> Story {
    let mut world = World::new(360, |_| Reply::text("fine").after(seconds(6)));
    for _ in 0..12 {
        world.call(0, "bulk", |call| call.priority(Priority::Low));
    }
    for at in [25, 28, 75] {
        world.call(at, "a person", |call| call.priority(Priority::High));
    }
    let title = "Bulk work yields to a person at a prompt";
    world.tell(title, seconds(60), 6)
}
