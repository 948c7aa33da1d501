//! Who goes when, among callers that all want something at once.

use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Failure, Retry};

#[rest_api(baseurl = "https://order.test/")]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("{caller}")]
    fn ask(&self, caller: usize) -> Call<String>;

    #[post("{caller}")]
    fn tell(&self, caller: usize) -> Call<String>;
}

fn world(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> (Simulation, Server, Api) {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, answer);
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .build()
        .unwrap();
    (simulation, server, api)
}

fn caller(sent: &Sent) -> usize {
    let path = sent.url.rsplit('/').next().unwrap();
    path.parse().unwrap()
}

/// Who came when, in seconds.
fn arrivals(server: &Server) -> Vec<(usize, u64)> {
    let sent = server.requests();
    sent.iter().map(|s| (caller(s), s.at.as_secs())).collect()
}

/// One slot after the other, from the first.
fn every_slot(callers: impl IntoIterator<Item = usize>) -> Vec<(usize, u64)> {
    callers.into_iter().zip((0..).step_by(10)).collect()
}

#[test]
fn a_hundred_callers_from_a_hundred_tasks_are_served_first_come_first_served() {
    let (simulation, server, api) = world(|_| Reply::text("fine"));
    simulation.run(async {
        let tasks: Vec<_> = (0..100)
            .map(|caller| tokio::spawn(api.ask(caller)))
            .collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    assert_eq!(arrivals(&server), every_slot(0..100));
}

#[test]
fn a_caller_who_comes_later_goes_later_though_slots_were_free_in_between() {
    let (simulation, server, api) = world(|_| Reply::text("fine"));
    simulation.run(async {
        for caller in 0..3 {
            api.ask(caller).await.unwrap();
        }
        simulation.sleep(Duration::from_secs(1_000)).await;
        tokio::try_join!(api.ask(3), api.ask(4), api.ask(5)).unwrap();
    });
    let times: Vec<u64> = arrivals(&server).iter().map(|(_, at)| *at).collect();
    assert_eq!(times, [0, 10, 20, 1_020, 1_030, 1_040], "nothing made up");
}

#[test]
fn the_place_is_taken_when_the_call_is_awaited_not_when_it_is_made() {
    let (simulation, server, api) = world(|_| Reply::text("fine"));
    simulation.run(async {
        let made_first = api.ask(1);
        tokio::try_join!(api.ask(2), made_first).unwrap();
    });
    assert_eq!(arrivals(&server), every_slot([2, 1]));
}

#[test]
fn callers_who_fail_delay_nobody() {
    let (simulation, server, api) = world(|sent| match caller(sent) {
        0 => Reply::status(500),
        1 => Reply::failure(Failure::NotSent),
        2 => Reply::failure(Failure::Interrupted),
        3 => Reply::status(404),
        _ => Reply::text("fine"),
    });
    simulation.run(async {
        let tasks: Vec<_> = (0..50)
            .map(|caller| tokio::spawn(api.ask(caller).retry(Retry::Standard)))
            .collect();
        for (caller, task) in tasks.into_iter().enumerate() {
            assert_eq!(task.await.unwrap().is_ok(), caller > 3, "{caller}");
        }
    });
    let arrivals = arrivals(&server);
    let at_work: Vec<u64> = arrivals.iter().map(|(_, at)| *at).take(60).collect();
    let every: Vec<u64> = (0..60).map(|slot| slot * 10).collect();
    assert_eq!(at_work, every, "no slot is left out while somebody waits");
    let others = arrivals.iter().filter(|(caller, _)| *caller > 3);
    assert!(
        others.map(|(caller, _)| *caller).eq(4..50),
        "in their order"
    );
    let retries_before = |end| {
        let failing = arrivals.iter().take_while(|(caller, _)| *caller != end);
        failing.filter(|(caller, _)| *caller < 3).count()
    };
    // Each has its first attempt and its whole first series, and no more.
    assert!(retries_before(49) <= 3 * 6, "their retries and no more");
}

#[test]
fn callers_who_hang_delay_nobody() {
    let (simulation, server, api) = world(|sent| match caller(sent) % 2 {
        0 => Reply::never(),
        _ => Reply::text("fine"),
    });
    simulation.run(async {
        let hour = Duration::from_secs(3_600);
        let tasks: Vec<_> = (0..40)
            .map(|caller| tokio::spawn(api.ask(caller).request_timeout(hour)))
            .collect();
        for (caller, task) in tasks.into_iter().enumerate() {
            if caller % 2 == 1 {
                task.await.unwrap().unwrap();
            }
        }
    });
    assert_eq!(arrivals(&server), every_slot(0..40));
}

#[test]
fn at_most_so_many_are_under_way_and_the_next_goes_as_soon_as_one_is_back() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| {
        Reply::text("slow").after(Duration::from_secs(if caller(sent) < 2 { 100 } else { 1 }))
    });
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .maximum_in_flight(2)
        .request_timeout(Duration::from_secs(1_000))
        .build()
        .unwrap();
    simulation.run(async {
        let tasks: Vec<_> = (0..5).map(|caller| tokio::spawn(api.ask(caller))).collect();
        for task in tasks {
            task.await.unwrap().unwrap();
        }
    });
    let expected = [(0, 0), (1, 10), (2, 100), (3, 110), (4, 120)];
    assert_eq!(arrivals(&server), expected);
}

#[test]
fn half_of_a_thousand_leave_and_the_others_use_every_slot() {
    let (simulation, server, api) = world(|_| Reply::text("fine"));
    simulation.run(async {
        let tasks: Vec<_> = (0..1_000)
            .map(|caller| tokio::spawn(api.ask(caller)))
            .collect();
        // The first is under way; a few more have their turn before the rest
        // leave, as it happens.
        simulation.sleep(Duration::from_secs(25)).await;
        for task in tasks.iter().skip(3).step_by(2) {
            task.abort();
        }
        for (caller, task) in tasks.into_iter().enumerate() {
            if caller < 3 || caller % 2 == 0 {
                task.await.unwrap().unwrap();
            } else {
                assert!(task.await.unwrap_err().is_cancelled());
            }
        }
    });
    let stayed = (0..1_000).filter(|caller| *caller < 3 || caller % 2 == 0);
    assert_eq!(arrivals(&server), every_slot(stayed));
}

#[test]
fn a_caller_who_leaves_at_the_moment_of_its_slot_takes_no_other_along() {
    let (simulation, server, api) = world(|_| Reply::text("fine"));
    let last = simulation.run(async {
        let ten = Duration::from_secs(10);
        api.ask(0).await.unwrap();
        for caller in 1..20 {
            // Which of the two comes first is open.
            tokio::select! {
                _ = api.ask(caller) => {}
                () = simulation.sleep(ten) => {}
            }
        }
        let left = simulation.now();
        api.ask(20).await.unwrap();
        simulation.now() - left
    });
    assert!(last <= Duration::from_secs(10), "{last:?}");
    let arrivals = arrivals(&server);
    assert!(arrivals.windows(2).all(|two| two[1].1 - two[0].1 >= 10));
    assert!(arrivals.iter().all(|(_, at)| at % 10 == 0), "{arrivals:?}");
}

#[test]
fn a_call_that_is_dropped_under_way_frees_its_place_in_flight() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| match caller(sent) {
        0 => Reply::never(),
        _ => Reply::text("fine"),
    });
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .maximum_in_flight(1)
        .build()
        .unwrap();
    simulation.run(async {
        let hanging = tokio::spawn(api.ask(0));
        let waiting = tokio::spawn(api.ask(1));
        simulation.sleep(Duration::from_secs(13)).await;
        assert_eq!(server.requests().len(), 1, "one at a time");
        hanging.abort();
        waiting.await.unwrap().unwrap();
    });
    assert_eq!(arrivals(&server), [(0, 0), (1, 13)]);
    assert_eq!(simulation.now(), Duration::from_secs(13));
}

#[test]
fn a_call_that_is_dropped_while_it_backs_off_is_not_tried_again() {
    let (simulation, server, api) = world(|_| Reply::status(500));
    simulation.run(async {
        let failing = tokio::spawn(api.ask(0));
        simulation.sleep(Duration::from_secs(65)).await;
        failing.abort();
        simulation.sleep(Duration::from_secs(10_000)).await;
    });
    assert_eq!(arrivals(&server), [(0, 0), (0, 20), (0, 60)]);
}

#[test]
fn a_retry_keeps_its_seniority_and_a_requeued_call_goes_to_the_back() {
    let simulation = Simulation::new();
    let server = Server::new(&simulation, |sent| match caller(sent) {
        0 => Reply::status(500),
        _ => Reply::text("fine"),
    });
    let api = Api::builder()
        .simulation(&simulation)
        .transport(server.clone())
        .maximum_geometric_delay_multiplications(1)
        .build()
        .unwrap();
    simulation.run(async {
        let failing = tokio::spawn(api.ask(0));
        let others: Vec<_> = (1..8).map(|caller| tokio::spawn(api.ask(caller))).collect();
        for task in others {
            task.await.unwrap().unwrap();
        }
        failing.await.unwrap().unwrap_err();
    });
    // Its retry is due at 20 s, and it is the most senior then; spent, it
    // waits until all who came before have gone.
    let order = arrivals(&server);
    assert_eq!(order[..9], every_slot([0, 1, 0, 2, 3, 4, 5, 6, 7]));
    assert_eq!(order[9..], [(0, 90), (0, 110)]);
}

#[test]
fn posts_wait_in_the_same_line() {
    let (simulation, server, api) = world(|_| Reply::text("fine"));
    simulation.run(async {
        tokio::try_join!(api.ask(0), api.tell(1), api.ask(2)).unwrap();
    });
    assert_eq!(arrivals(&server), every_slot(0..3));
}
