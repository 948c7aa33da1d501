//! What becomes of calls while the store that keeps their limit is away.

use std::time::{Duration, Instant};

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{EventKind, StoreDown, Waits};
use tests::faulty::{Fault, Faulty};

const SECOND: Duration = Duration::from_secs(1);
const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3_600);

#[rest_api(baseurl = "https://store-down.test/", callrateperhour = 1000)]
#[derive(Clone)]
struct Cloud;

impl Cloud {
    #[get("{id}")]
    fn ask(&self, id: usize) -> Call<String>;

    #[put("keys/{id}", callrateperhour = 60)]
    fn put(&self, id: usize) -> Call<String>;
}

struct World {
    simulation: Simulation,
    server: Server,
    store: Faulty,
}

impl World {
    fn new() -> Self {
        let simulation = Simulation::new();
        let server = Server::new(&simulation, |_: &Sent| Reply::text("fine"));
        let store = Faulty::new(&simulation);
        Self {
            simulation,
            server,
            store,
        }
    }

    fn process(&self, number: u32, down: StoreDown) -> Cloud {
        Cloud::builder()
            .simulation(&self.simulation)
            .__process(number)
            .transport(self.server.clone())
            .store(self.store.clone())
            .store_down(down)
            .build()
            .unwrap()
    }

    fn times(&self) -> Vec<Duration> {
        self.server.requests().iter().map(|sent| sent.at).collect()
    }

    /// How many came from the one time on and before the other.
    fn sent(&self, from: Duration, until: Duration) -> usize {
        let times = self.times();
        times.iter().filter(|at| (from..until).contains(at)).count()
    }
}

/// The most that came in any window of that length.
fn densest(times: &[Duration], window: Duration) -> usize {
    let within = |first: &Duration| {
        let window = times
            .iter()
            .filter(|at| *at >= first && **at < *first + window);
        window.count()
    };
    times.iter().map(within).max().unwrap_or(0)
}

#[test]
fn nothing_starts_while_the_store_is_away_and_all_go_on_when_it_is_back() {
    let world = World::new();
    world.simulation.run(async {
        let cloud = world.process(1, StoreDown::Stop);
        let mut events = cloud.events();
        let calls: Vec<_> = (0..100).map(|id| tokio::spawn(cloud.ask(id))).collect();
        world.simulation.sleep(MINUTE).await;
        assert_eq!(cloud.status().store_outage(), None);
        world.store.fails(Fault::Away);
        let asked = world.store.asked();
        world.simulation.sleep(10 * MINUTE).await;
        let status = cloud.status();
        let outage = status.store_outage().unwrap();
        assert_eq!(status.waits, Waits::ForStore);
        assert_eq!(outage.meanwhile, StoreDown::Stop);
        assert!(outage.error.contains("`faulty` is away"), "{outage:?}");
        let line = status.to_string();
        assert!(line.contains("store away for 9 min 5"), "{line}");
        assert!(line.contains("nothing starts (`faulty` is away)"), "{line}");
        // At intervals from a second to a minute.
        let asked = world.store.asked() - asked;
        assert!((10..20).contains(&asked), "{asked}");
        world.store.fails(Fault::None);
        for call in calls {
            call.await.unwrap().unwrap();
        }
        assert_eq!(cloud.status().store_outage(), None);
        drop(cloud);
        let mut told = Vec::new();
        while let Some(event) = events.next().await {
            match event.kind() {
                EventKind::StoreAway => told.push(None),
                EventKind::StoreBack { after } => told.push(Some(after)),
                _ => {}
            }
        }
        let [None, Some(after)] = told[..] else {
            panic!("{told:?}")
        };
        assert!((10 * MINUTE..12 * MINUTE).contains(&after), "{after:?}");
    });
    assert_eq!(world.sent(64 * SECOND, 11 * MINUTE), 0);
    assert_eq!(world.times().len(), 100);
}

#[test]
fn deadlines_count_while_the_store_is_away() {
    let world = World::new();
    world.store.fails(Fault::Away);
    world.simulation.run(async {
        let cloud = world.process(1, StoreDown::Stop);
        let patient = tokio::spawn(cloud.ask(0));
        for deadline in [Duration::ZERO, SECOND, 5 * SECOND, 100 * SECOND] {
            let began = world.simulation.now();
            let error = cloud.ask(1).deadline(deadline).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Deadline, "{error}");
            assert!(world.simulation.now() <= began + deadline + SECOND);
        }
        world.store.fails(Fault::None);
        patient.await.unwrap().unwrap();
    });
    assert_eq!(world.times().len(), 1);
}

#[test]
fn each_process_keeps_to_its_share_while_the_store_is_away() {
    let world = World::new();
    let away = (30 * MINUTE, 3 * HOUR);
    world.simulation.run(async {
        let mut calls = Vec::new();
        for number in 0..8 {
            let cloud = world.process(number, StoreDown::Share(8));
            calls.extend((0..600).map(|id| tokio::spawn(cloud.ask(id))));
            calls.extend((0..10).map(|id| tokio::spawn(cloud.put(id))));
        }
        world.simulation.sleep(away.0).await;
        world.store.fails(Fault::Away);
        world.simulation.sleep(MINUTE).await;
        let cloud = world.process(0, StoreDown::Share(8));
        let line = cloud.status().to_string();
        assert!(line.contains("1/8 of the limit is used"), "{line}");
        world.simulation.sleep(away.1 - away.0 - MINUTE).await;
        world.store.fails(Fault::None);
        for call in calls {
            call.await.unwrap().unwrap();
        }
    });
    let while_away = world.times().into_iter();
    let while_away: Vec<_> = while_away.filter(|at| *at < away.1).collect();
    let most = densest(&while_away, HOUR);
    assert!((950..=1_000).contains(&most), "{most}");
    let puts = world.server.requests();
    let puts: Vec<_> = puts.iter().filter(|sent| sent.method == "PUT").collect();
    let puts: Vec<_> = puts.iter().map(|sent| sent.at).collect();
    assert!(densest(&puts, HOUR) <= 60, "{puts:?}");
    // Some are back a minute before others.
    let most = densest(&world.times(), HOUR);
    assert!(most <= 1_025, "{most}");
}

#[test]
fn a_store_that_panics_is_away() {
    let world = World::new();
    world.store.fails(Fault::Panics);
    world.simulation.run(async {
        let cloud = world.process(1, StoreDown::Stop);
        let call = tokio::spawn(cloud.ask(0));
        world.simulation.sleep(MINUTE).await;
        let status = cloud.status();
        let error = &status.store_outage().unwrap().error;
        assert!(error.contains("panicked"), "{error}");
        world.store.fails(Fault::None);
        call.await.unwrap().unwrap();
    });
}

/// Whatever fails when: each call is answered once, and no window is over.
fn every_call_ends(down: StoreDown, most_in_an_hour: usize) {
    let world = World::new();
    world.store.fails(Fault::Some(5));
    world.simulation.run(async {
        let mut calls = Vec::new();
        for number in 0..4 {
            let cloud = world.process(number, down);
            calls.extend((0..100).map(|id| tokio::spawn(cloud.ask(id))));
            calls.extend((0..5).map(|id| tokio::spawn(cloud.put(id))));
            let late = |id| cloud.ask(id).deadline(20 * MINUTE);
            calls.extend((0..100).map(|id| tokio::spawn(late(id))));
        }
        let mut answered = 0;
        for call in calls {
            match call.await.unwrap() {
                Ok(_) => answered += 1,
                Err(error) => assert_eq!(error.kind(), ErrorKind::Deadline),
            }
        }
        let status = world.process(0, down).status();
        assert_eq!(status.open(), 0);
        assert_eq!(world.times().len(), answered);
    });
    let most = densest(&world.times(), HOUR);
    assert!(most <= most_in_an_hour, "{most}");
}

#[test]
fn every_call_ends_once_whatever_the_store_does_and_nothing_starts_without_it() {
    every_call_ends(StoreDown::Stop, 1_000);
}

#[test]
fn every_call_ends_once_where_parts_of_the_limit_are_used_now_and_then() {
    every_call_ends(StoreDown::Share(4), 2_000);
}

#[rest_api(baseurl = "https://without-store.test/")]
struct Other;

impl Other {
    #[get("{id}")]
    fn ask(&self, id: usize) -> Call<String>;
}

#[tokio::test]
async fn a_store_that_hangs_holds_up_neither_a_deadline_nor_another_gate() {
    let server = Server::new(&Simulation::new(), |_: &Sent| Reply::text("fine"));
    let store = Faulty::in_real_time();
    store.fails(Fault::Hangs);
    let cloud = Cloud::builder()
        .transport(server.clone())
        .store(store.clone())
        .build()
        .unwrap();
    let waiting = tokio::spawn(cloud.ask(0));
    let late = cloud.ask(1).deadline(Duration::from_millis(50));
    assert_eq!(late.await.unwrap_err().kind(), ErrorKind::Deadline);
    let other = Other::builder().transport(server.clone()).build().unwrap();
    other.ask(2).await.unwrap();
    assert_eq!(server.requests().len(), 1);
    store.fails(Fault::None);
    waiting.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn threads_that_share_a_fast_limit_keep_to_it_in_real_time() {
    let server = Server::new(&Simulation::new(), |_: &Sent| Reply::text("fine"));
    let store = Faulty::in_real_time();
    let began = Instant::now();
    let mut calls = Vec::new();
    for number in 0..4 {
        let cloud = Cloud::builder()
            .baseurl("https://fast.store-down.test/")
            .callrateperhour(720_000)
            .__process(number)
            .transport(server.clone())
            .store(store.clone())
            .build()
            .unwrap();
        calls.extend((0..100).map(|id| tokio::spawn(cloud.ask(id))));
    }
    for call in calls {
        call.await.unwrap().unwrap();
    }
    let took = began.elapsed();
    println!("{took:?}, {} slots for 400 calls", store.reserved());
    assert!(took >= 399 * Duration::from_millis(5), "{took:?}");
}
