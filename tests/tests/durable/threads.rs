//! In the time of the machine, on several threads.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use cloudapi::prelude::*;
use cloudapi::store::MemoryStore;
use cloudapi::{Body, Transport, TransportFuture, http};

#[rest_api(baseurl = "https://threads.example.com/", callratepersecond = 1_000)]
#[derive(Clone)]
struct Example;

#[rest_api(durable)]
impl Example {
    #[post("droplets/{id}")]
    fn create(&self, id: u64) -> Call<String>;
}

/// Answers with the path, and counts.
#[derive(Clone, Debug, Default)]
struct Echo(Arc<Mutex<HashMap<String, u32>>>);

impl Transport for Echo {
    fn send(&self, request: http::Request<Body>) -> TransportFuture {
        let path = request.uri().path().to_owned();
        *self.0.lock().unwrap().entry(path.clone()).or_default() += 1;
        Box::pin(async move { Ok(http::Response::new(Body::from(path))) })
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn several_workers_make_each_call_once() {
    let (echo, store) = (Echo::default(), MemoryStore::new());
    let builder = Example::builder().transport(echo.clone()).store(store);
    let example = builder.build().unwrap();
    let mut tickets = Vec::new();
    for id in 0..200 {
        tickets.push(example.create(id).enqueue().await.unwrap());
    }
    let worker = || tokio::spawn(example.work().concurrency(8).until_empty().into_future());
    let workers = [worker(), worker(), worker()];
    for (id, ticket) in tickets.into_iter().enumerate() {
        assert_eq!(ticket.await.unwrap(), format!("/droplets/{id}"));
    }
    let mut done = 0;
    for worker in workers {
        let report = worker.await.unwrap().unwrap();
        assert_eq!(report.failed + report.unknown + report.lost, 0, "{report}");
        done += report.done;
    }
    assert_eq!(done, 200);
    let counts = echo.0.lock().unwrap();
    assert_eq!(counts.len(), 200);
    assert!(counts.values().all(|count| *count == 1));
}
