//! Workers that end in order.

use cloudapi::prelude::*;
use cloudapi::store::JobState;

use crate::world::{World, droplet, seconds};

#[test]
fn a_shutdown_gives_back_what_waits() {
    let world = World::new(|sent| droplet(sent).after(seconds(5)));
    let (report, ids) = world.simulation.run(async {
        let client = world.client();
        let mut ids = Vec::new();
        for name in ["a", "b", "c", "d"] {
            ids.push(client.create(name).enqueue().await.unwrap().id());
        }
        let work = tokio::spawn(client.work().into_future());
        world
            .simulation
            .sleep(std::time::Duration::from_millis(1_500))
            .await;
        client.shutdown(seconds(60)).await;
        (work.await.unwrap().unwrap(), ids)
    });
    assert_eq!((report.done, report.put_back), (2, 2), "{report}");
    let states: Vec<_> = ids.iter().map(|id| world.state(*id)).collect();
    use JobState::{Done, Waiting};
    assert_eq!(states, [Done, Done, Waiting, Waiting]);
    // They have kept their places, and nothing is counted against them.
    let later = world.simulation.run(world.work());
    assert_eq!(later.done, 2, "{later}");
    assert_eq!(world.job(ids[2]).failed_attempts, 0);
}

#[test]
fn what_is_stopped_is_unknown_unless_it_may_be_repeated() {
    let world = World::new(|_| cloudapi::testing::Reply::never());
    world.simulation.run(async {
        let client = world.client();
        let harmful = client.create("a").enqueue().await.unwrap();
        let harmless = client.delete("a").enqueue().await.unwrap();
        let work = tokio::spawn(client.work().into_future());
        world.simulation.sleep(seconds(3)).await;
        client.shutdown(seconds(2)).await;
        let report = work.await.unwrap().unwrap();
        assert_eq!((report.unknown, report.put_back), (1, 1), "{report}");
        assert!(harmful.await.unwrap_err().is_unknown_outcome());
        assert_eq!(world.state(harmless.id()), JobState::Waiting);
    });
}

#[test]
fn a_drained_worker_finishes_what_it_has() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        for name in ["a", "b", "c", "d"] {
            client.create(name).enqueue().await.unwrap();
        }
        let work = tokio::spawn(client.work().concurrency(2).into_future());
        world
            .simulation
            .sleep(std::time::Duration::from_millis(500))
            .await;
        client.drain().await;
        let report = work.await.unwrap().unwrap();
        let counts = world.client().jobs().unwrap().counts().await.unwrap();
        assert_eq!(report.done as u64, counts.of(JobState::Done));
        assert_eq!(counts.of(JobState::Done) + counts.of(JobState::Waiting), 4);
        assert!(counts.of(JobState::Waiting) >= 1);
    });
}

#[test]
fn a_worker_goes_on_until_it_is_told_to_end() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        let work = tokio::spawn(client.work().into_future());
        for name in ["a", "b"] {
            world.simulation.sleep(seconds(10_000)).await;
            let ticket = client.create(name).enqueue().await.unwrap();
            ticket.await.unwrap();
        }
        assert!(!work.is_finished());
        client.shutdown(seconds(1)).await;
        assert_eq!(work.await.unwrap().unwrap().done, 2);
    });
}
