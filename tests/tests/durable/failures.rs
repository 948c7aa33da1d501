//! Failures, refusals, deadlines and order.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use cloudapi::prelude::*;
use cloudapi::store::JobState;
use cloudapi::testing::Reply;

use crate::world::{Script, World, droplet, seconds};

#[test]
fn a_spent_series_goes_to_the_back_of_the_store() {
    // Two attempts are a series here, and there is one requeue.
    let world = World::new(|sent| match sent.url.contains("bad") {
        true => Reply::status(500),
        false => droplet(sent),
    });
    world.simulation.run(async {
        let client = world.client();
        let bad = client.droplet("bad", None).enqueue().await.unwrap();
        for name in ["b", "c", "d", "e"] {
            client.droplet(name, None).enqueue().await.unwrap();
        }
        let report = client.work().concurrency(1).until_empty().await.unwrap();
        assert_eq!(
            (report.done, report.failed, report.put_back),
            (4, 1, 1),
            "{report}"
        );
        let job = world.job(bad.id());
        assert_eq!((job.attempts, job.failed_attempts), (4, 1));
        let error = bad.await.unwrap_err();
        assert_eq!(error.status().unwrap(), 500);
    });
    let names = ["bad", "bad", "b", "c", "d", "e", "bad", "bad"];
    let paths: Vec<_> = names
        .iter()
        .map(|name| format!("droplets/{name}"))
        .collect();
    assert_eq!(world.paths(), paths);
}

#[test]
fn the_count_of_series_is_kept_over_a_restart() {
    let world = World::new(|_| Reply::status(500));
    world.simulation.run(async {
        let ticket = world.client().droplet("x", None).enqueue().await.unwrap();
        // Dies after the first series, whose second attempt is 3 s after the first.
        world.work_and_die(seconds(3), |worker| worker).await;
        world.simulation.sleep(seconds(61)).await;
        let before = world.server.requests().len();
        world.work().await;
        assert_eq!(world.state(ticket.id()), JobState::Failed);
        assert!(world.server.requests().len() - before <= 2);
    });
}

#[test]
fn a_refusal_spends_nothing() {
    let world = World::new(|sent| match sent.number {
        0..20 => Reply::status(429).header("retry-after", "5"),
        _ => droplet(sent),
    });
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        let report = world.work().await;
        assert_eq!((report.done, report.put_back), (1, 0), "{report}");
        assert_eq!(world.job(ticket.id()).failed_attempts, 0);
        ticket.await.unwrap();
    });
}

/// For longer than a call alone would go on.
#[test]
fn many_refusals_spend_nothing() {
    let world = World::new(|sent| match sent.at < seconds(3 * 3_600) {
        true => Reply::status(429).header("retry-after", "1"),
        false => droplet(sent),
    });
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        world.work().await;
        assert_eq!(world.job(ticket.id()).failed_attempts, 0);
        assert!(world.job(ticket.id()).attempts > 150);
        ticket.await.unwrap();
    });
}

#[test]
fn a_long_refusal_is_waited_out_in_the_store() {
    // Longer than `maximum_retry_after`, an hour.
    let world = World::new(|sent| match sent.number {
        0 => Reply::status(429).header("retry-after", "7200"),
        _ => droplet(sent),
    });
    world.simulation.run(async {
        let ticket = world.client().create("web").enqueue().await.unwrap();
        world.work().await;
        assert_eq!(world.job(ticket.id()).failed_attempts, 0);
        ticket.await.unwrap();
    });
    let times = world.times();
    assert_eq!(times.len(), 2);
    assert!((7_200..7_205).contains(&times[1]), "{times:?}");
}

/// None of them could be made, so it would do no more than work.
#[test]
fn a_queue_that_is_refused_for_long_is_not_claimed_to_its_end() {
    let world = World::new(|sent| match sent.number {
        0 => Reply::status(429).header("retry-after", "7200"),
        _ => droplet(sent),
    });
    let script = Script::failing(&[]);
    world.simulation.run(async {
        let client = world.client_of(script.before(&world.store));
        for number in 0..500 {
            let call = client.droplet(&number.to_string(), None);
            call.enqueue().await.unwrap();
        }
        let back = || {
            let asked = script.asked.lock().unwrap();
            asked.iter().filter(|method| **method == "requeue").count()
        };
        tokio::select! {
            _ = client.work().into_future() => {}
            () = world.simulation.sleep(seconds(60)) => {}
        }
        assert!((16..=7 * 16).contains(&back()), "{}", back());
        let report = world.work().await;
        assert!(report.done >= 484, "{report}");
    });
}

#[test]
fn calls_are_made_in_their_order() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        for number in 0..40 {
            client
                .droplet(&number.to_string(), None)
                .enqueue()
                .await
                .unwrap();
        }
        let urgent = client.droplet("urgent", None).priority(Priority::High);
        urgent.enqueue().await.unwrap();
        world.work().await;
    });
    let mut expected: Vec<_> = (0..40).map(|number| format!("droplets/{number}")).collect();
    expected.insert(0, "droplets/urgent".to_owned());
    assert_eq!(world.paths(), expected);
    // With the slots of the client, a second apart.
    assert_eq!(world.times(), (0..41).collect::<Vec<_>>());
}

#[test]
fn a_worker_has_no_more_calls_than_it_was_told() {
    let most = Arc::new(AtomicUsize::new(0));
    let world = World::new(|sent| droplet(sent).after(seconds(10)));
    let seen = Arc::clone(&most);
    world.simulation.run(async {
        let client = world.client();
        for number in 0..30 {
            client
                .droplet(&number.to_string(), None)
                .enqueue()
                .await
                .unwrap();
        }
        let watched = async {
            loop {
                world.simulation.sleep(seconds(1)).await;
                let counts = client.jobs().unwrap().counts().await.unwrap();
                let held = counts.of(JobState::Claimed) + counts.of(JobState::Sent);
                seen.fetch_max(usize::try_from(held).unwrap(), Ordering::Relaxed);
            }
        };
        tokio::select! {
            report = client.work().concurrency(3).until_empty().into_future() => {
                assert_eq!(report.unwrap().done, 30);
            }
            () = watched => {}
        }
    });
    assert_eq!(most.load(Ordering::Relaxed), 3);
}

#[test]
fn a_deadline_is_a_point_in_time() {
    let world = World::of_droplets();
    world.simulation.run(async {
        let client = world.client();
        let call = || client.create("web").deadline(seconds(100));
        let (early, late) = (
            call().enqueue().await.unwrap(),
            call().enqueue().await.unwrap(),
        );
        tokio::select! {
            _ = client.work().concurrency(1).into_future() => {}
            _ = early.result() => {}
        }
        assert!(early.result().await.is_ok());
        world.client().jobs().unwrap().cancel(late.id()).await.ok();
        let late = call().enqueue().await.unwrap();
        world.simulation.sleep(seconds(101)).await;
        let sent = world.server.requests().len();
        world.work().await;
        assert_eq!(world.server.requests().len(), sent);
        let error = late.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Deadline);
        assert!(
            error
                .to_string()
                .contains("droplets: its deadline had passed"),
            "{error}"
        );
    });
}

#[test]
fn a_deadline_holds_for_what_is_left_of_it() {
    let world = World::new(|_| Reply::never());
    world.simulation.run(async {
        let client = world.client();
        let call = client
            .delete("web")
            .deadline(seconds(100))
            .request_timeout(seconds(1_000));
        let ticket = call.enqueue().await.unwrap();
        world.simulation.sleep(seconds(60)).await;
        world.work().await;
        let error = ticket.await.unwrap_err();
        assert!(error.is_timeout(), "{error}");
        assert!(
            world.simulation.now() < seconds(103),
            "{:?}",
            world.simulation.now()
        );
    });
}

#[test]
fn a_calls_own_settings_are_kept() {
    let world = World::new(|_| Reply::never());
    world.simulation.run(async {
        let client = world.client();
        let call = client
            .delete("web")
            .request_timeout(seconds(7))
            .retry(Retry::Never);
        let ticket = call.enqueue().await.unwrap();
        world.work().await;
        let error = ticket.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Timeout);
    });
    assert_eq!(world.server.requests().len(), 1);
    assert!(world.simulation.now() < seconds(10));
}

#[test]
fn the_limit_of_an_endpoint_holds() {
    let world = World::new(|_| Reply::status(204));
    world.simulation.run(async {
        let client = world.client();
        for _ in 0..3 {
            client.limited().enqueue().await.unwrap();
        }
        world.work().await;
    });
    assert_eq!(world.times(), [0, 3_600, 7_200]);
}
