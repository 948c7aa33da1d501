//! Who is asked what became of a call.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloudapi::RestApi;
use cloudapi::store::{JobState, Settlement};
use cloudapi::testing::Reply;

use crate::world::{Script, World, seconds};

#[test]
fn a_callback_is_asked_even_if_the_store_was_away_at_first() {
    for method in ["jobs", "job"] {
        let world = World::new(|_| Reply::failure(cloudapi::Failure::Interrupted));
        world.simulation.run(async {
            let ticket = world.client().create("web").enqueue().await.unwrap();
            world.work().await;
            assert_eq!(world.state(ticket.id()), JobState::Unknown);
            let script = Script::failing(&[(method, 1)]);
            let client = world.client_of(script.before(&world.store));
            let settle =
                |_| async { Some(Settlement::answered(r#"{"droplet": {"name": "x"}}"#, "")) };
            let work = client.work().on_unknown(settle).into_future();
            tokio::select! {
                _ = work => {}
                () = world.simulation.sleep(seconds(100)) => {}
            }
            assert_eq!(world.state(ticket.id()), JobState::Done, "{method}");
        });
    }
}

/// It has looked before the call was sent once more.
#[test]
fn an_opinion_that_is_out_of_date_settles_nothing() {
    let world = World::new(|_| Reply::failure(cloudapi::Failure::Interrupted));
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        world.work().await;
        let time = world.simulation.clone();
        let asked = Arc::new(AtomicUsize::new(0));
        let settle = move |_| {
            let (time, is_first) = (time.clone(), asked.fetch_add(1, Ordering::Relaxed) == 0);
            async move {
                time.sleep(seconds(100)).await;
                is_first.then_some(Settlement::Again)
            }
        };
        let slow = world.client();
        let work = tokio::spawn(slow.work().on_unknown(settle).into_future());
        world.simulation.sleep(seconds(10)).await;
        let jobs = world.client().jobs().unwrap();
        jobs.retry(ticket.id()).await.unwrap();
        world.simulation.sleep(seconds(50)).await;
        assert_eq!(world.server.requests().len(), 2);
        world.simulation.sleep(seconds(200)).await;
        slow.shutdown(seconds(1)).await;
        work.await.unwrap().unwrap();
        assert_eq!(world.server.requests().len(), 2);
    });
}

/// There may be ten thousand, and each asks the server what is there.
#[test]
fn no_more_are_asked_about_at_a_time_than_the_worker_may_have_calls() {
    let world = World::new(|_| Reply::failure(cloudapi::Failure::Interrupted));
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    world.simulation.run(async {
        for number in 0..50 {
            let call = world.client().create(&number.to_string());
            call.enqueue().await.unwrap();
        }
        world.work().await;
        let (time, seen) = (world.simulation.clone(), Arc::clone(&most));
        let settle = move |_| {
            let (time, now) = (time.clone(), Arc::clone(&now));
            seen.fetch_max(now.fetch_add(1, Ordering::Relaxed) + 1, Ordering::Relaxed);
            async move {
                time.sleep(seconds(1)).await;
                now.fetch_sub(1, Ordering::Relaxed);
                Some(Settlement::answered("{}", "it is there"))
            }
        };
        let client = world.client();
        let work = client.work().concurrency(4).until_empty();
        let report = work.on_unknown(settle).await.unwrap();
        assert_eq!(report.done, 50, "{report}");
    });
    assert_eq!(most.load(Ordering::Relaxed), 4);
}
