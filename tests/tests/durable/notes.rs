//! Notes that come to a store late.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudapi::RestApi;
use cloudapi::store::{Filter, JobState, Lease, MemoryStore, Settlement, Store, StoreError};
use cloudapi::testing::{Reply, Simulation};

use crate::world::{Behind, Between, World, away, droplet, seconds};

/// The first note that an attempt is over gets no answer in time, and comes to the store
/// late: after the note that the next one leaves.
struct Late {
    store: MemoryStore,
    is_on_its_way: AtomicBool,
}

impl Between for Late {
    fn before(&self, method: &'static str) -> Result<(), StoreError> {
        match method {
            "mark_answered" => {
                self.is_on_its_way.store(true, Ordering::Relaxed);
                Err(away())
            }
            _ => Ok(()),
        }
    }

    fn after(&self, method: &'static str) -> Result<(), StoreError> {
        if method == "mark_sent" && self.is_on_its_way.load(Ordering::Relaxed) {
            let job = self.store.jobs(&Filter::default()).unwrap().remove(0);
            // That of the first claim.
            let lease = Lease {
                job: job.new.id,
                queue: job.new.queue,
                worker: job.worker.unwrap(),
                number: 1,
            };
            let _ = self.store.mark_answered(&lease);
        }
        Ok(())
    }
}

#[test]
fn a_note_that_comes_late_does_not_hide_the_next_attempt() {
    let world = World::new(|sent| match sent.number {
        0 => Reply::status(429).header("retry-after", "5"),
        1 => Reply::never(),
        _ => droplet(sent),
    });
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        let late = Late {
            store: world.store.clone(),
            is_on_its_way: AtomicBool::new(false),
        };
        let worker = |worker| worker;
        // In the middle of the second attempt.
        let second = async {
            while world.server.requests().len() < 2 {
                world.simulation.sleep(seconds(1)).await;
            }
        };
        let dies = world.work_badly_and_die(seconds(1_000), worker, Some(Arc::new(late)));
        tokio::select! {
            () = dies => panic!("it ended by itself"),
            () = second => {}
        }
        world.simulation.sleep(seconds(100)).await;
        world.work().await;
        assert_eq!(world.state(ticket.id()), JobState::Unknown);
    });
    assert_eq!(world.server.requests().len(), 2);
}

/// A store that is away from one point of time to another.
struct Away {
    simulation: Simulation,
    from: Duration,
    until: Duration,
}

impl Between for Away {
    fn before(&self, _: &'static str) -> Result<(), StoreError> {
        match (self.from..self.until).contains(&self.simulation.now()) {
            true => Err(away()),
            false => Ok(()),
        }
    }
}

/// The worker comes back before anybody has taken the call for one of unknown outcome.
#[test]
fn an_answer_outlasts_a_store_that_is_away_for_longer_than_the_lease() {
    for until in 60..100 {
        let world = World::new(|sent| droplet(sent).after(seconds(3)));
        world.simulation.run(async {
            let between = Away {
                simulation: world.simulation.clone(),
                from: seconds(2),
                until: seconds(until),
            };
            let store = Behind {
                store: world.store.clone(),
                between: Arc::new(between),
            };
            let client = world.client_of(store);
            let ticket = client.create("web").enqueue().await.unwrap();
            let report = client.work().until_empty().await.unwrap();
            let job = world.job(ticket.id());
            assert_eq!(
                (job.state, report.done),
                (JobState::Done, 1),
                "{until}: {report}"
            );
        });
        assert_eq!(world.server.requests().len(), 1);
    }
}

/// A store that is slow to note that a request leaves.
struct Slow {
    simulation: Simulation,
    by: Mutex<Vec<Duration>>,
}

impl Between for Slow {
    fn before(&self, _: &'static str) -> Result<(), StoreError> {
        Ok(())
    }

    fn after(&self, method: &'static str) -> Result<(), StoreError> {
        if method == "mark_sent"
            && let Some(by) = self.by.lock().unwrap().pop()
        {
            self.simulation.stall(by);
        }
        Ok(())
    }
}

fn slow(world: &World, by: impl IntoIterator<Item = Duration>) -> Behind<Slow> {
    Behind {
        store: world.store.clone(),
        between: Arc::new(Slow {
            simulation: world.simulation.clone(),
            by: Mutex::new(by.into_iter().collect()),
        }),
    }
}

/// Many that waited for one store would leave together, whatever the limit.
#[test]
fn a_request_that_is_noted_late_takes_another_slot() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client_of(slow(&world, [seconds(3)]));
        let ticket = client.create("web").enqueue().await.unwrap();
        let report = client.work().until_empty().await.unwrap();
        assert_eq!((report.done, report.put_back), (1, 1), "{report}");
        assert_eq!(world.state(ticket.id()), JobState::Done);
    });
    let sent = world.server.requests();
    assert_eq!(sent.len(), 1);
    assert!(sent[0].at > seconds(30), "{:?}", sent[0].at);
}

#[test]
fn the_time_for_an_answer_begins_when_the_request_leaves() {
    let world = World::new(|sent| droplet(sent).after(seconds(30) - Duration::from_millis(1)));
    world.simulation.run(async {
        let client = world.client_of(slow(&world, [Duration::from_millis(900)]));
        client.create("web").enqueue().await.unwrap();
        let report = client.work().until_empty().await.unwrap();
        assert_eq!(report.done, 1, "{report}");
    });
    let sent = world.server.requests();
    assert_eq!(sent[0].at, Duration::from_millis(900));
}

/// What another worker has sent since may have taken effect as well.
#[test]
fn a_worker_that_was_away_does_not_settle_what_another_has_sent() {
    let world = World::new(|sent| droplet(sent).after(seconds(3)));
    world.simulation.run(async {
        let between = Away {
            simulation: world.simulation.clone(),
            from: seconds(2),
            until: seconds(400),
        };
        let client = world.client_of(Behind {
            store: world.store.clone(),
            between: Arc::new(between),
        });
        let id = client.create("web").enqueue().await.unwrap().id();
        let work = tokio::spawn(client.work().until_empty().into_future());
        let queue = world.job(id).new.queue;
        world.simulation.sleep(seconds(100)).await;
        world.store.reclaim(&queue).unwrap();
        assert_eq!(world.state(id), JobState::Unknown);
        world.store.settle(id, &Settlement::Again).unwrap();
        let other = world.store.claim(&queue, "another", seconds(60)).unwrap();
        world.store.mark_sent(&other.unwrap().lease).unwrap();
        world.simulation.sleep(seconds(100)).await;
        world.store.reclaim(&queue).unwrap();
        assert_eq!(world.state(id), JobState::Unknown);

        let report = work.await.unwrap().unwrap();
        assert_eq!((report.done, report.lost), (0, 1), "{report}");
        assert_eq!(world.state(id), JobState::Unknown);
    });
    assert_eq!(world.server.requests().len(), 1);
}
