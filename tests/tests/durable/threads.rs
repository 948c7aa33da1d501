//! In the time of the machine, on several threads.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use cloudapi::prelude::*;
use cloudapi::store::{JobState, MemoryStore, Settlement, Store as _, StoreError, StoreHandle};
use cloudapi::{Body, Transport, TransportFuture, http};

use crate::world::{Behind, Between, away};

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

/// Answers nothing as long as somebody listens to what comes.
#[derive(Clone, Debug)]
struct Silent(Echo, Arc<Mutex<Option<Sender<()>>>>);

impl Transport for Silent {
    fn send(&self, request: http::Request<Body>) -> TransportFuture {
        let answer = self.0.send(request);
        match &*self.1.lock().unwrap() {
            Some(listener) if listener.send(()).is_ok() => Box::pin(std::future::pending()),
            _ => answer,
        }
    }
}

/// The tasks of a worker end anywhere when its runtime does.
#[test]
fn a_runtime_that_ends_takes_no_call_with_it() {
    let (sender, receiver) = channel();
    let (echo, store) = (Echo::default(), MemoryStore::new());
    let silent = Silent(echo.clone(), Arc::new(Mutex::new(Some(sender))));
    let builder = Example::builder().baseurl("https://endings.example.com/");
    let builder = builder.transport(silent).store(store.clone());
    let example = builder.build().unwrap();
    let runtime = || {
        let mut builder = tokio::runtime::Builder::new_multi_thread();
        builder.worker_threads(2).enable_all().build().unwrap()
    };

    let first = runtime();
    let mut ids = Vec::new();
    for id in 0..20 {
        let ticket = first.block_on(example.create(id).enqueue()).unwrap();
        ids.push(ticket.id());
    }
    let lease = Duration::from_secs(1);
    first.spawn(example.work().concurrency(10).lease(lease).into_future());
    for _ in 0..3 {
        receiver.recv().unwrap();
    }
    drop(first);
    drop(receiver);

    let work = example.work().lease(lease).until_empty();
    let report = runtime().block_on(work.into_future()).unwrap();
    let counts = store.counts(None).unwrap();
    assert_eq!(counts.of(JobState::Done) + counts.of(JobState::Unknown), 20);
    assert!(counts.of(JobState::Unknown) >= 3, "{report}");
    assert!(counts.of(JobState::Done) >= 10, "{report}");
    assert!(echo.0.lock().unwrap().values().all(|count| *count == 1));
}

/// A store that takes in that a request leaves, and says so far too late: by real time,
/// since it is the threads of the runtime that must not go on with it. Nothing depends on
/// how long that is, as long as it is longer than the lease.
struct Slow(AtomicBool);

impl Between for Slow {
    fn before(&self, method: &'static str) -> Result<(), StoreError> {
        match method {
            "heartbeat" => Err(away()),
            _ => Ok(()),
        }
    }

    fn after(&self, method: &'static str) -> Result<(), StoreError> {
        if method == "mark_sent" && !self.0.swap(true, Ordering::Relaxed) {
            std::thread::sleep(Duration::from_secs(3));
        }
        Ok(())
    }
}

/// Meanwhile it may have been found that it had not left, and another worker have sent it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_leaves_once_the_lease_is_over() {
    let (echo, store) = (Echo::default(), MemoryStore::new());
    let client = |store: StoreHandle| {
        let builder = Example::builder().baseurl("https://slow.example.com/");
        builder
            .transport(echo.clone())
            .store(store)
            .build()
            .unwrap()
    };
    let slow = Behind {
        store: store.clone(),
        between: Arc::new(Slow(AtomicBool::new(false))),
    };
    let (slow, quick) = (client(slow.into()), client(store.into()));
    let ticket = quick.create(1).enqueue().await.unwrap();
    let lease = Duration::from_secs(1);
    // It has not arrived yet, so far as anybody can see.
    let work = |client: &Example| {
        let work = client.work().lease(lease).until_empty();
        let work = work.on_unknown(|_| async { Some(Settlement::Again) });
        tokio::spawn(work.into_future())
    };
    let first = work(&slow);
    let jobs = quick.jobs().unwrap();
    while jobs.counts().await.unwrap().of(JobState::Sent) == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    work(&quick).await.unwrap().unwrap();
    first.await.unwrap().unwrap();
    assert_eq!(ticket.await.unwrap(), "/droplets/1");
    assert!(echo.0.lock().unwrap().values().all(|count| *count == 1));
}
