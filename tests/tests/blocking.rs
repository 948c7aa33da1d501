//! Endpoints that block, on threads of every kind.

use std::thread;
use std::time::Duration;

use cloudapi::prelude::*;
use tests::faults::{Answer, FaultServer};

#[rest_api(baseurl = "http://127.0.0.1/", callrateperhour = 3_600_000)]
#[derive(Clone)]
struct Plain;

impl Plain {
    #[get("things")]
    fn things(&self) -> Result<String>;

    #[get("things")]
    async fn later(&self) -> Result<String>;

    #[get("things")]
    fn call(&self) -> Call<String>;

    #[get("list", items, next = link)]
    fn list(&self) -> Pages<u32>;
}

fn plain(server: &FaultServer) -> Plain {
    Plain::builder().baseurl(server.url()).build().unwrap()
}

fn server() -> FaultServer {
    FaultServer::answering([Answer::ok("done")])
}

#[test]
fn on_a_thread_of_no_runtime() {
    let server = server();
    assert_eq!(plain(&server).things().unwrap(), "done");
}

#[test]
fn on_many_threads_at_once() {
    let server = server();
    let plain = plain(&server);
    thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert_eq!(plain.things().unwrap(), "done"));
        }
    });
}

#[tokio::test]
async fn inside_a_runtime_of_one_thread_which_stands_still_so_long() {
    let server = server();
    let plain = plain(&server);
    assert_eq!(plain.things().unwrap(), "done");
    assert_eq!(plain.later().await.unwrap(), "done");
    assert_eq!(plain.things().unwrap(), "done");
}

#[tokio::test(flavor = "multi_thread")]
async fn on_a_worker_and_on_a_blocking_thread_of_a_runtime() {
    let server = server();
    let plain = plain(&server);
    let there = plain.clone();
    let blocking = tokio::task::spawn_blocking(move || there.things());
    assert_eq!(plain.things().unwrap(), "done");
    assert_eq!(blocking.await.unwrap().unwrap(), "done");
}

/// Two pages, whoever asks.
fn listing() -> FaultServer {
    FaultServer::new(|request| match request.target.as_str() {
        "/list" => Answer::new(200, &[("Link", "</list?page=2>; rel=next")], "[1, 2]"),
        "/list?page=2" => Answer::ok("[3]"),
        _ => Answer::ok("done"),
    })
}

fn all(list: Pages<u32>) -> Vec<u32> {
    list.blocking_iter().map(Result::unwrap).collect()
}

#[test]
fn a_call_is_adjusted_and_waited_for() {
    let server = server();
    let call = plain(&server).call().header("X-Trace", 7);
    let mut call = call.deadline(Duration::from_secs(60));
    let watch = call.watch();
    assert_eq!(call.wait().unwrap(), "done");
    assert_eq!(server.received()[0].header("x-trace"), ["7"]);
    assert_eq!(watch.status().phase, cloudapi::CallPhase::Over);

    let error = plain(&server).call().header("X Y", 1).wait().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Request);
}

#[test]
fn a_list_is_gone_over_on_a_thread_of_no_runtime() {
    let server = listing();
    assert_eq!(all(plain(&server).list()), [1, 2, 3]);
}

#[tokio::test]
async fn calls_and_lists_are_waited_for_inside_a_runtime_too() {
    let server = listing();
    let plain = plain(&server);
    assert_eq!(plain.call().wait().unwrap(), "done");
    let mut list = plain.list();
    assert_eq!(list.next().await.unwrap().unwrap(), 1);
    // It goes on where the runtime has left it.
    assert_eq!(all(list), [2, 3]);
    let there = plain.clone();
    let there = tokio::task::spawn_blocking(move || all(there.list()));
    assert_eq!(there.await.unwrap(), [1, 2, 3]);
}

#[test]
fn an_error_is_an_error() {
    let server = FaultServer::answering([Answer::new(404, &[], "")]);
    let error = plain(&server).things().unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
}
