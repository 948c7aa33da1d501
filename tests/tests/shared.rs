//! Limits that several processes share through a store, in simulated time.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::store::MemoryStore;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{StoreDown, Waits};
use tests::faulty::Faulty;

const MILLI: Duration = Duration::from_millis(1);
const SECOND: Duration = Duration::from_secs(1);
const HOUR: Duration = Duration::from_secs(3_600);

/// The slots of a store are a little further apart than `3,600 s / 1,000`.
const PERIOD: Duration = Duration::from_micros(3_600_010);

#[rest_api(baseurl = "https://shared.test/v1/", callrateperhour = 1000)]
#[derive(Clone, Debug)]
struct Cloud;

impl Cloud {
    #[get("{id}")]
    fn ask(&self, id: usize) -> Call<String>;

    #[get("last/{id}", priority = "low")]
    fn ask_last(&self, id: usize) -> Call<String>;

    #[put("keys/{id}", callrateperhour = 60)]
    fn put(&self, id: usize) -> Call<String>;
}

/// Several processes that send to one server and have one store.
struct World {
    simulation: Simulation,
    server: Server,
    store: Faulty,
}

impl World {
    fn new(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, answer);
        let store = Faulty::new(&simulation);
        Self {
            simulation,
            server,
            store,
        }
    }

    /// Its store tells nobody that a gate is closed.
    fn deaf(self) -> Self {
        let store = self.store.deaf();
        Self { store, ..self }
    }

    fn process(&self, number: u32) -> Cloud {
        Cloud::builder()
            .simulation(&self.simulation)
            .__process(number)
            .transport(self.server.clone())
            .store(self.store.clone())
            .build()
            .unwrap()
    }

    fn times(&self) -> Vec<Duration> {
        self.server.requests().iter().map(|sent| sent.at).collect()
    }

    /// When requests came whose URL ends so.
    fn times_of(&self, end: &str) -> Vec<Duration> {
        let sent = self.server.requests();
        let sent = sent.iter().filter(|sent| sent.url.ends_with(end));
        sent.map(|sent| sent.at).collect()
    }
}

/// The most that came in any window of that length.
fn densest(times: &[Duration], window: Duration) -> usize {
    let mut first = 0;
    let mut most = 0;
    for (last, at) in times.iter().enumerate() {
        while times[first] + window <= *at {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// The times between the starts.
fn gaps(times: &[Duration]) -> Vec<Duration> {
    times.windows(2).map(|pair| pair[1] - pair[0]).collect()
}

fn fine(_: &Sent) -> Reply {
    Reply::text("fine")
}

/// Makes so many calls of a process, and says how many were answered well.
async fn calls(cloud: Cloud, count: usize) -> usize {
    let calls: Vec<_> = (0..count).map(|id| tokio::spawn(cloud.ask(id))).collect();
    let mut fine = 0;
    for call in calls {
        fine += usize::from(call.await.unwrap().is_ok());
    }
    fine
}

#[test]
fn eight_processes_together_keep_to_one_limit_and_use_it() {
    let world = World::new(fine);
    world.simulation.run(async {
        let all: Vec<_> = (0..8)
            .map(|number| tokio::spawn(calls(world.process(number), 400)))
            .collect();
        for one in all {
            assert_eq!(one.await.unwrap(), 400);
        }
    });
    let times = world.times();
    assert_eq!(times.len(), 3_200);
    let most = densest(&times, HOUR);
    assert!((970..=1_000).contains(&most), "{most}");
    let slots = (times[3_199] - times[0]).as_secs_f64() / 3.6;
    assert!(slots * 0.97 <= 3_199.0, "{slots} slots for 3,200 calls");
}

#[test]
fn a_process_that_ends_loses_one_slot_at_most() {
    let world = World::new(fine);
    world.simulation.run(async {
        let cloud = world.process(1);
        let dropped: Vec<_> = (0..100).map(|id| tokio::spawn(cloud.ask(id))).collect();
        let other = tokio::spawn(calls(world.process(2), 100));
        world.simulation.sleep(60 * SECOND + 500 * MILLI).await;
        for call in dropped {
            call.abort();
        }
        drop(cloud);
        assert_eq!(other.await.unwrap(), 100);
    });
    let gaps = gaps(&world.times());
    let lost = gaps.iter().filter(|gap| **gap > PERIOD + MILLI);
    assert_eq!(lost.collect::<Vec<_>>().len(), 1, "{gaps:?}");
    assert!(gaps.iter().all(|gap| *gap < 2 * PERIOD + MILLI));
    let sent = world.times().len() as u64;
    assert_eq!(world.store.reserved(), sent + 1);
}

#[test]
fn a_call_that_goes_costs_no_slot() {
    let world = World::new(fine);
    world.simulation.run(async {
        let cloud = world.process(1);
        let first = tokio::spawn(cloud.ask(0));
        let dropped = tokio::spawn(cloud.ask(1));
        let other = tokio::spawn(cloud.ask(2));
        first.await.unwrap().unwrap();
        world.simulation.sleep(SECOND).await;
        // Its slot has been reserved.
        assert_eq!(world.store.reserved(), 2);
        dropped.abort();
        other.await.unwrap().unwrap();
    });
    assert_eq!(world.times_of("2"), [PERIOD]);
    assert_eq!(world.store.reserved(), 2);
}

#[test]
fn a_slot_goes_to_whoever_is_first_when_it_is_due() {
    let world = World::new(fine);
    world.simulation.run(async {
        let cloud = world.process(1);
        cloud.ask(0).await.unwrap();
        let last = tokio::spawn(cloud.ask_last(1));
        world.simulation.sleep(SECOND).await;
        // It comes after the slot was reserved.
        let urgent = tokio::spawn(cloud.ask(2));
        last.await.unwrap().unwrap();
        urgent.await.unwrap().unwrap();
    });
    assert_eq!(world.times_of("v1/2"), [PERIOD]);
    assert_eq!(world.times_of("last/1"), [2 * PERIOD]);
}

/// Refuses one request, for a minute.
fn refuses(number: usize) -> impl FnMut(&Sent) -> Reply + Send + 'static {
    move |sent| match sent.number == number {
        true => Reply::status(429).header("retry-after", "60"),
        false => Reply::text("fine"),
    }
}

fn all_wait_for_a_minute(world: &World) {
    world.simulation.run(async {
        let all: Vec<_> = (0..4)
            .map(|number| tokio::spawn(calls(world.process(number), 10)))
            .collect();
        for one in all {
            assert_eq!(one.await.unwrap(), 10);
        }
    });
    let times = world.times();
    assert_eq!(times.len(), 41);
    let closed = gaps(&times)[20];
    assert!((60 * SECOND..62 * SECOND).contains(&closed), "{closed:?}");
}

#[test]
fn a_refusal_of_one_process_closes_the_gates_of_all() {
    all_wait_for_a_minute(&World::new(refuses(20)));
}

#[test]
fn a_process_that_sleeps_towards_its_slot_finds_the_gate_closed_by_another() {
    all_wait_for_a_minute(&World::new(refuses(20)).deaf());
}

#[test]
fn a_new_run_of_the_program_goes_on_where_the_last_one_was() {
    let world = World::new(fine);
    for run in 0..5 {
        let cloud = world.process(run);
        world.simulation.run(cloud.ask(0)).unwrap();
        drop(cloud);
    }
    assert!(
        gaps(&world.times())
            .iter()
            .all(|gap| *gap >= PERIOD - MILLI)
    );
}

#[test]
fn a_limit_of_an_endpoint_is_shared_and_holds_up_nobody_else() {
    let world = World::new(fine);
    world.simulation.run(async {
        let mut all = Vec::new();
        for number in 0..2 {
            let cloud = world.process(number);
            all.extend((0..5).map(|id| tokio::spawn(cloud.put(id))));
            all.extend((0..20).map(|id| tokio::spawn(cloud.ask(id))));
        }
        for one in all {
            one.await.unwrap().unwrap();
        }
    });
    let sent = world.server.requests();
    let puts: Vec<_> = sent.iter().filter(|sent| sent.method == "PUT").collect();
    let puts: Vec<_> = puts.iter().map(|sent| sent.at).collect();
    assert_eq!(puts.len(), 10);
    assert!(gaps(&puts).iter().all(|gap| *gap >= 60 * SECOND));
    assert!(*puts.last().unwrap() < 10 * 65 * SECOND);
    let others: Vec<_> = sent.iter().filter(|sent| sent.method == "GET").collect();
    assert!(others.last().unwrap().at < 55 * PERIOD);
}

#[test]
fn a_call_whose_slot_comes_too_late_is_told_when_it_would_be() {
    let world = World::new(fine);
    world.simulation.run(async {
        let (one, other) = (world.process(1), world.process(2));
        one.ask(0).await.unwrap();
        let waiting = tokio::spawn(one.ask(1));
        world.simulation.sleep(MILLI).await;
        let began = world.simulation.now();
        let late = other.ask(0).deadline(5 * SECOND);
        let error = late.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert_eq!(world.simulation.now(), began, "it is told at once");
        // The slot is for the next one.
        other.ask(1).deadline(8 * SECOND).await.unwrap();
        waiting.await.unwrap().unwrap();
    });
    assert_eq!(world.store.reserved(), 3);
    assert_eq!(gaps(&world.times()).len(), 2);
}

#[test]
fn the_next_slot_is_the_one_that_the_store_gave() {
    let world = World::new(fine);
    world.simulation.run(async {
        let (one, other) = (world.process(1), world.process(2));
        one.ask(0).await.unwrap();
        let _first = tokio::spawn(one.ask(1));
        world.simulation.sleep(MILLI).await;
        let second = tokio::spawn(other.ask(1));
        let third = tokio::spawn(other.ask(2));
        world.simulation.sleep(MILLI).await;
        let status = other.status();
        assert_eq!(status.waits, Waits::ForSlot);
        let slot = world.simulation.now() + status.next_slot;
        assert!(slot.abs_diff(2 * PERIOD) < MILLI, "{slot:?}");
        // The least that it can be: it is not known what others take.
        assert!(status.eta.abs_diff(status.next_slot + PERIOD) < MILLI);
        second.await.unwrap().unwrap();
        third.await.unwrap().unwrap();
    });
}

#[test]
fn clients_of_one_process_have_to_agree_on_the_store() {
    let world = World::new(fine);
    let _kept = world.process(1);
    let builder = || Cloud::builder().simulation(&world.simulation).__process(1);
    let error = builder().build().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Conflict);
    assert!(
        error.to_string().contains("the store `faulty memory:"),
        "{error}"
    );
    let other = builder().store(MemoryStore::new()).build().unwrap_err();
    assert!(other.to_string().contains("the store `memory:"), "{other}");
    let down = builder().store(world.store.clone());
    let down = down.store_down(StoreDown::Share(8)).build().unwrap_err();
    assert!(
        down.to_string().contains("`store_down = Share(8)`"),
        "{down}"
    );
    let none = builder().store(world.store.clone());
    let none = none.store_down(StoreDown::Share(0)).build().unwrap_err();
    assert_eq!(none.kind(), ErrorKind::Settings);
}
