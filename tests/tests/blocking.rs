//! Endpoints that block, on threads of every kind.

use std::thread;

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

#[test]
fn an_error_is_an_error() {
    let server = FaultServer::answering([Answer::new(404, &[], "")]);
    let error = plain(&server).things().unwrap_err();
    assert_eq!(error.status().unwrap(), 404);
}
