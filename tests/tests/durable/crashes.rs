//! Workers that end without a word.

use cloudapi::prelude::*;
use cloudapi::store::{Filter, JobState, Settlement};
use cloudapi::testing::{Reply, Sent};

use crate::world::{Droplet, Script, World, droplet, seconds};

/// The first request gets no answer before its worker has died.
fn slow_at_first(sent: &Sent) -> Reply {
    match sent.number {
        0 => Reply::never(),
        _ => droplet(sent),
    }
}

#[test]
fn the_next_worker_repeats_a_keyed_call_with_the_same_key() {
    let world = World::new(slow_at_first);
    let ticket = world.simulation.run(async {
        let ticket = world.client().keyed("web").enqueue().await.unwrap();
        world.work_and_die(seconds(10), |worker| worker).await;
        assert_eq!(world.state(ticket.id()), JobState::Sent);
        world.work().await;
        ticket
    });
    let droplet = world.simulation.run(ticket.result()).unwrap();
    assert_eq!(droplet.name, "web");
    let sent = world.server.requests();
    let keys: Vec<_> = sent
        .iter()
        .map(|sent| &sent.headers["idempotency-key"])
        .collect();
    assert_eq!(keys.len(), 2);
    assert_eq!(keys[0], keys[1]);
    // A lease of a minute, since the worker was last heard of.
    assert!(sent[1].at >= seconds(60), "{:?}", sent[1].at);
    assert_eq!(world.job(ticket.id()).crashes, 1);
}

#[test]
fn a_call_that_must_not_be_repeated_is_never_sent_twice() {
    let world = World::new(slow_at_first);
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        world.work_and_die(seconds(10), |worker| worker).await;
        world.simulation.sleep(seconds(100)).await;
        let report = world.work().await;
        assert_eq!((report.unknown, report.done), (1, 0), "{report}");
        let error = ticket.result().await.unwrap_err();
        assert!(error.is_unknown_outcome(), "{error}");
        world.work().await;
        assert_eq!(world.server.requests().len(), 1);
        // A person has looked.
        world
            .client()
            .jobs()
            .unwrap()
            .retry(ticket.id())
            .await
            .unwrap();
        world.work().await;
        assert_eq!(ticket.result().await.unwrap().name, "web");
    });
    assert_eq!(world.server.requests().len(), 2);
}

#[test]
fn a_call_that_was_not_sent_yet_goes_on_at_its_place() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        for name in ["a", "b", "c"] {
            client.create(name).enqueue().await.unwrap();
        }
        // `a` has the slot at once, and the others wait for theirs.
        world
            .work_and_die(std::time::Duration::from_millis(500), |worker| worker)
            .await;
        let report = world.work().await;
        assert_eq!(report.done, 2, "{report}");
    });
    let bodies: Vec<Droplet> = world
        .server
        .requests()
        .iter()
        .map(|sent| serde_json::from_slice(&sent.body).unwrap())
        .collect();
    let names: Vec<_> = bodies.iter().map(|droplet| &*droplet.name).collect();
    assert_eq!(names, ["a", "b", "c"]);
}

#[test]
fn a_callback_settles_what_is_unknown() {
    for (settlement, sent) in [
        (
            Settlement::answered(r#"{"droplet": {"name": "found"}}"#, "it is there"),
            1,
        ),
        (
            Settlement::Failed {
                reason: "it is not there".to_owned(),
            },
            1,
        ),
        (Settlement::Again, 2),
    ] {
        let world = World::new(slow_at_first);
        let chosen = settlement.clone();
        let result = world.simulation.run(async {
            let ticket = world.client().create("web").enqueue().await.unwrap();
            world.work_and_die(seconds(10), |worker| worker).await;
            let client = world.client();
            let work = client.work().until_empty().on_unknown(move |job| {
                assert_eq!(job.new.summary, "POST droplets");
                assert_eq!(job.path_and_query().unwrap(), "droplets");
                assert_eq!(job.body().unwrap(), r#"{"name":"web"}"#);
                let chosen = chosen.clone();
                async move { Some(chosen) }
            });
            work.await.unwrap();
            ticket.result().await
        });
        match settlement {
            Settlement::Done { .. } => assert_eq!(result.unwrap().name, "found"),
            Settlement::Failed { .. } => {
                let error = result.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Cancelled);
                assert!(error.to_string().contains("it is not there"), "{error}");
            }
            Settlement::Again => assert_eq!(result.unwrap().name, "web"),
        }
        assert_eq!(world.server.requests().len(), sent);
    }
}

#[test]
fn a_callback_is_asked_for_what_was_unknown_before() {
    let world = World::new(|_| Reply::failure(cloudapi::Failure::Interrupted));
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        world.work().await;
        assert_eq!(world.state(ticket.id()), JobState::Unknown);
        let client = world.client();
        let settle = |_| async { Some(Settlement::answered(r#"{"droplet": {"name": "x"}}"#, "")) };
        let report = client
            .work()
            .until_empty()
            .on_unknown(settle)
            .await
            .unwrap();
        assert_eq!(report.done, 1, "{report}");
        assert_eq!(ticket.await.unwrap().name, "x");
    });
    assert_eq!(world.server.requests().len(), 1);
}

#[test]
fn an_outcome_that_was_unknown_to_the_caller_is_so_in_the_store() {
    let world = World::new(|_| Reply::failure(cloudapi::Failure::Interrupted));
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        let report = world.work().await;
        assert_eq!(report.unknown, 1, "{report}");
        let error = ticket.await.unwrap_err();
        assert!(error.is_unknown_outcome(), "{error}");
        assert_eq!(error.attempts().len(), 1);
    });
}

/// A worker whose future is dropped is no worker that has died.
#[test]
fn a_worker_that_is_dropped_gives_back_what_may_be_repeated() {
    let world = World::new(|_| Reply::never());
    world.simulation.run(async {
        let client = world.client();
        let repeatable = client.delete("a").enqueue().await.unwrap().id();
        let harmful = client.create("b").enqueue().await.unwrap().id();
        let waiting = client.create("c").enqueue().await.unwrap().id();
        let worker = client.work();
        tokio::select! {
            _ = worker.into_future() => unreachable!("nothing is answered"),
            () = world.simulation.sleep(std::time::Duration::from_millis(1_500)) => {}
        }
        // Tasks that were aborted are dropped by the runtime.
        world.simulation.sleep(seconds(1)).await;
        assert_eq!(world.server.requests().len(), 2);
        assert_eq!(world.state(repeatable), JobState::Waiting);
        assert_eq!(world.state(waiting), JobState::Waiting);
        assert_eq!(world.state(harmful), JobState::Sent);
        world.simulation.sleep(seconds(61)).await;
        let store = world.store.clone();
        let reclaim = |queue: &str| cloudapi::store::Store::reclaim(&store, queue).unwrap();
        reclaim(&world.job(harmful).new.queue);
        assert_eq!(world.state(harmful), JobState::Unknown);
    });
}

/// Whatever becomes of the worker after that.
#[test]
fn a_refusal_is_noted_before_the_next_attempt() {
    let world = World::new(|sent| match sent.number {
        0 => Reply::status(429).header("retry-after", "1000"),
        _ => droplet(sent),
    });
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        world.work_and_die(seconds(500), |worker| worker).await;
        assert_eq!(world.state(ticket.id()), JobState::Claimed);
        world.simulation.sleep(seconds(100)).await;
        world.work().await;
        assert_eq!(ticket.await.unwrap().name, "web");
    });
    assert_eq!(world.server.requests().len(), 2);
}

#[test]
fn nothing_is_sent_that_the_store_does_not_know_of() {
    let world = World::of_droplets();
    let script = Script::failing(&[("mark_sent", 2)]);
    world.simulation.run(async {
        let client = world.client_of(script.before(&world.store));
        let ticket = client.create("web").enqueue().await.unwrap();
        let report = client.work().until_empty().await.unwrap();
        assert_eq!((report.done, report.put_back), (1, 2), "{report}");
        assert_eq!(ticket.await.unwrap().name, "web");
    });
    assert_eq!(world.server.requests().len(), 1);
    let asked = script.asked.lock().unwrap();
    let sent = asked
        .iter()
        .filter(|method| **method == "mark_sent")
        .count();
    assert_eq!(sent, 3);
}

#[test]
fn an_answer_is_kept_until_the_store_takes_it() {
    let world = World::of_droplets();
    let script = Script::failing(&[("finish", 6)]);
    world.simulation.run(async {
        let client = world.client_of(script.before(&world.store));
        let ticket = client.create("web").enqueue().await.unwrap();
        let report = client.work().until_empty().await.unwrap();
        assert_eq!(report.done, 1, "{report}");
        assert_eq!(ticket.await.unwrap().name, "web");
    });
    assert_eq!(world.server.requests().len(), 1);
}

/// The lease runs out while the store is away, and another worker takes it for lost.
#[test]
fn an_answer_that_comes_after_the_lease_still_settles_the_call() {
    let world = World::of_droplets();
    let script = Script::failing(&[("finish", 30), ("heartbeat", 1_000)]);
    world.simulation.run(async {
        let client = world.client_of(script.before(&world.store));
        let ticket = client.create("web").enqueue().await.unwrap();
        let work = client.work().until_empty();
        let report = work.await.unwrap();
        assert_eq!(report.done, 1, "{report}");
        assert_eq!(ticket.await.unwrap().name, "web");
    });
    assert_eq!(world.server.requests().len(), 1);
}

#[test]
fn a_job_that_ends_its_workers_is_parked() {
    let world = World::new(|_| Reply::never());
    world.simulation.run(async {
        let ticket = world.client().keyed("web").enqueue().await.unwrap();
        for _ in 0..5 {
            // In the middle of the attempt.
            world.work_and_die(seconds(20), |worker| worker).await;
            world.simulation.sleep(seconds(61)).await;
        }
        let report = world.work().await;
        assert_eq!(report.done, 0, "{report}");
        let error = ticket.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Parked);
        let parked = Filter {
            states: vec![JobState::Parked],
            ..Filter::default()
        };
        assert_eq!(
            world
                .client()
                .jobs()
                .unwrap()
                .list(parked)
                .await
                .unwrap()
                .len(),
            1
        );
    });
}
