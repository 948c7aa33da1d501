//! A redirect may say that a call was carried out, and where its answer is.

use std::sync::Arc;

use cloudapi::http::Method;
use cloudapi::prelude::*;
use cloudapi::store::{JobState, StoreError};
use cloudapi::testing::{Reply, Sent};

use crate::world::{Behind, Between, World, away, seconds};

/// What is made is to be looked at elsewhere, where `there` answers.
fn made(there: impl Fn() -> Reply) -> impl FnMut(&Sent) -> Reply {
    move |sent| match sent.method {
        Method::POST => Reply::status(303).header("location", "/v2/droplets/web"),
        _ => there(),
    }
}

fn made_times(world: &World) -> usize {
    let sent = world.server.requests();
    sent.iter()
        .filter(|sent| sent.method == Method::POST)
        .count()
}

#[test]
fn what_was_made_is_not_made_again_if_its_answer_cannot_be_had() {
    let barred = || Reply::status(429).header("retry-after", "7200");
    let answers: [fn() -> Reply; 4] = [
        || Reply::status(503),
        barred,
        || Reply::failure(cloudapi::Failure::Interrupted),
        || Reply::failure(cloudapi::Failure::Refused),
    ];
    for there in answers {
        let world = World::new(made(there));
        world.simulation.run(async {
            let ticket = world.client().create("web").enqueue().await.unwrap();
            let report = world.work().await;
            assert_eq!(report.unknown, 1, "{report}");
            assert_eq!(world.state(ticket.id()), JobState::Unknown);
            let error = ticket.await.unwrap_err();
            assert!(error.is_unknown_outcome(), "{error}");
        });
        assert_eq!(made_times(&world), 1);
    }
}

#[test]
fn what_was_made_is_not_made_again_by_the_next_worker() {
    let world = World::new(made(|| Reply::status(503)));
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        // It was looked at once.
        let while_waiting = std::time::Duration::from_millis(1_500);
        world.work_and_die(while_waiting, |worker| worker).await;
        assert_eq!(world.server.requests().len(), 2);
        world.simulation.sleep(seconds(100)).await;
        world.work().await;
        assert_eq!(world.state(ticket.id()), JobState::Unknown);
    });
    assert_eq!(made_times(&world), 1);
}

/// The store takes a note that a request is about to leave once, and not again.
struct Once(std::sync::atomic::AtomicU32);

impl Between for Once {
    fn before(&self, method: &'static str) -> Result<(), StoreError> {
        use std::sync::atomic::Ordering;
        match method == "mark_sent" && self.0.fetch_add(1, Ordering::Relaxed) == 1 {
            true => Err(away()),
            false => Ok(()),
        }
    }
}

#[test]
fn what_was_made_is_not_made_again_after_the_store_was_away() {
    let world = World::new(made(|| Reply::status(404)));
    world.simulation.run(async {
        let store = Behind {
            store: world.store.clone(),
            between: Arc::new(Once(0.into())),
        };
        let client = world.client_of(store);
        let ticket = client.create("web").enqueue().await.unwrap();
        client.work().until_empty().await.unwrap();
        assert_eq!(world.state(ticket.id()), JobState::Unknown);
    });
    assert_eq!(made_times(&world), 1);
}

#[test]
fn what_was_made_is_not_made_again_after_a_shutdown() {
    let world = World::new(made(Reply::never));
    world.simulation.run(async {
        let client = world.client();
        let ticket = client.create("web").enqueue().await.unwrap();
        let work = tokio::spawn(client.work().into_future());
        world.simulation.sleep(seconds(3)).await;
        client.shutdown(seconds(2)).await;
        work.await.unwrap().unwrap();
        assert_eq!(world.state(ticket.id()), JobState::Unknown);
    });
    assert_eq!(made_times(&world), 1);
}

#[test]
fn what_was_made_was_not_cancelled() {
    let world = World::new(made(|| Reply::status(429).header("retry-after", "1000")));
    world.simulation.run(async {
        let client = world.client();
        let ticket = client.create("web").enqueue().await.unwrap();
        let work = tokio::spawn(client.work().until_empty().into_future());
        world.simulation.sleep(seconds(5)).await;
        ticket.cancel().await.unwrap();
        work.await.unwrap().unwrap();
        assert_eq!(world.state(ticket.id()), JobState::Unknown);
    });
    assert_eq!(made_times(&world), 1);
}
