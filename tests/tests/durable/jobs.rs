//! Looking after the calls that wait.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::store::{Filter, JobId, JobState};
use cloudapi::testing::Reply;

use crate::world::{World, droplet, seconds};

#[test]
fn calls_are_listed_counted_and_forgotten() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        let jobs = client.jobs().unwrap();
        let first = client.create("a").enqueue().await.unwrap().id();
        client.create("b").enqueue().await.unwrap();
        let listed = jobs.list(Filter::default()).await.unwrap();
        let summaries: Vec<_> = listed.iter().map(|job| &*job.new.summary).collect();
        assert_eq!(summaries, ["POST droplets", "POST droplets"]);
        assert_eq!(
            jobs.get(first).await.unwrap().unwrap().new.endpoint,
            "create"
        );
        assert_eq!(jobs.get(JobId::random()).await.unwrap(), None);
        world.work().await;
        assert_eq!(jobs.counts().await.unwrap().of(JobState::Done), 2);
        assert_eq!(jobs.purge(seconds(1_000)).await.unwrap(), 0);
        world.simulation.sleep(seconds(1_000)).await;
        assert_eq!(jobs.purge(seconds(1_000)).await.unwrap(), 2);
        assert_eq!(jobs.counts().await.unwrap().total(), 0);
    });
}

#[test]
fn a_call_that_waits_is_cancelled_at_once() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        let ticket = client.create("a").enqueue().await.unwrap();
        assert_eq!(ticket.cancel().await.unwrap(), JobState::Waiting);
        world.work().await;
        let error = ticket.result().await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Cancelled);
        assert_eq!(ticket.cancel().await.unwrap_err().kind(), ErrorKind::Store);
        assert!(world.server.requests().is_empty());
        client.jobs().unwrap().retry(ticket.id()).await.unwrap();
        world.work().await;
        ticket.await.unwrap();
    });
}

#[test]
fn a_call_that_waits_at_a_worker_is_cancelled_with_its_next_beat() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        client.limited().enqueue().await.unwrap();
        let ticket = client.limited().enqueue().await.unwrap();
        let work = tokio::spawn(client.work().until_empty().into_future());
        world.simulation.sleep(seconds(5)).await;
        assert_eq!(ticket.cancel().await.unwrap(), JobState::Claimed);
        let report = work.await.unwrap().unwrap();
        assert_eq!((report.done, report.cancelled), (1, 1), "{report}");
        assert_eq!(ticket.await.unwrap_err().kind(), ErrorKind::Cancelled);
        assert!(
            world.simulation.now() <= seconds(30),
            "{:?}",
            world.simulation.now()
        );
    });
    assert_eq!(world.server.requests().len(), 1);
}

#[test]
fn a_call_that_is_under_way_ends_as_the_server_answers() {
    let world = World::new(|sent| droplet(sent).after(seconds(25)));
    world.simulation.run(async {
        let client = world.client();
        let ticket = client.create("a").enqueue().await.unwrap();
        let work = tokio::spawn(client.work().until_empty().into_future());
        world.simulation.sleep(seconds(1)).await;
        assert_eq!(ticket.cancel().await.unwrap(), JobState::Sent);
        assert_eq!(work.await.unwrap().unwrap().done, 1);
        ticket.await.unwrap();
    });
}

#[test]
fn a_call_that_is_cancelled_is_not_tried_again() {
    let world = World::new(|_| Reply::status(500).after(seconds(25)));
    world.simulation.run(async {
        let client = world.client();
        let ticket = client.delete("a").enqueue().await.unwrap();
        let work = tokio::spawn(client.work().until_empty().into_future());
        world.simulation.sleep(seconds(1)).await;
        ticket.cancel().await.unwrap();
        assert_eq!(work.await.unwrap().unwrap().cancelled, 1);
        assert_eq!(ticket.await.unwrap_err().kind(), ErrorKind::Cancelled);
    });
    assert_eq!(world.server.requests().len(), 1);
}

#[test]
fn a_client_without_a_store_says_what_to_do() {
    #[rest_api(baseurl = "https://api.example.com/")]
    struct Bare;

    #[rest_api(durable)]
    impl Bare {
        #[get("a")]
        fn a(&self) -> Call<()>;
    }

    let world = World::of_droplets();
    let bare = Bare::builder()
        .simulation(&world.simulation)
        .build()
        .unwrap();
    world.simulation.run(async {
        for error in [
            bare.a().enqueue().await.unwrap_err(),
            bare.jobs().unwrap_err(),
            bare.ticket::<()>(JobId::random()).unwrap_err(),
            bare.work().await.unwrap_err(),
        ] {
            assert_eq!(error.kind(), ErrorKind::Settings);
            assert!(
                error.to_string().contains("give its builder one"),
                "{error}"
            );
        }
    });
}

#[test]
fn settings_of_a_worker_are_checked() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        for worker in [
            client.work().concurrency(0),
            client.work().lease(Duration::ZERO),
        ] {
            let error = worker.await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Settings, "{error}");
        }
    });
}

#[test]
fn outside_a_runtime_nothing_panics() {
    use std::pin::pin;
    use std::task::{Context, Poll, Waker};

    let world = World::of_droplets();
    let client = world.client();
    let mut context = Context::from_waker(Waker::noop());
    let enqueued = pin!(client.create("a").enqueue()).poll(&mut context);
    let Poll::Ready(Ok(ticket)) = enqueued else {
        panic!("the store is asked at once");
    };
    let Poll::Ready(Err(error)) = pin!(ticket.result()).poll(&mut context) else {
        panic!("nothing would wake it");
    };
    assert_eq!(error.kind(), ErrorKind::Runtime);
    let Poll::Ready(Err(error)) = pin!(client.work().run()).poll(&mut context) else {
        panic!("nothing would wake it");
    };
    assert_eq!(error.kind(), ErrorKind::Runtime);
}
