//! `kill -9` at random moments, of those who enqueue and those who work.

use std::collections::HashSet;
use std::time::Duration;
use std::{env, thread};

use cloudapi::store::{Filter, Job, JobId, JobState, StoreHandle, open};
use cloudapi::{ErrorKind, RestApi as _};

use super::api::Api;
use super::process::{Process, alone, say};
use super::server::Server;
use super::stores;

/// How many processes are killed; more with this in the environment.
const KILLS: &str = "CLOUDAPI_KILLS";
const USUALLY: usize = 120;

/// So many live at a time.
const TOGETHER: usize = 6;

/// Of which number an enqueuer begins.
const FIRST: &str = "CLOUDAPI_TESTS_WORKERS_FIRST";

/// So many calls one enqueuer makes, unless it is killed before.
const EACH: u64 = 60;

#[test]
fn of_sqlite() {
    let _alone = alone();
    let folder = tempfile::tempdir().expect("a folder");
    storm(&stores::sqlite(folder.path()));
}

#[test]
fn of_redis() {
    let _alone = alone();
    if let Some(store) = stores::redis() {
        storm(&store);
    }
}

fn storm(address: &str) {
    let kills = env::var(KILLS).map_or(USUALLY, |kills| kills.parse().expect("a number"));
    let server = Server::start(23);
    let store = open(address).expect("a store");
    let mut random = Random(0x9e37_79b9_7f4a_7c15 ^ u64::from(std::process::id()));
    let mut alive: Vec<Process> = Vec::new();
    let mut acknowledged = HashSet::new();
    let mut next = 0;
    for _ in 0..kills {
        while alive.len() < TOGETHER {
            let test = if random.below(3) == 0 {
                "enqueuer"
            } else {
                "worker"
            };
            let first = [(FIRST, next.to_string())];
            next += EACH;
            let test = format!("kills::{test}");
            alive.push(Process::start(&test, server.address(), address, &first));
        }
        thread::sleep(Duration::from_millis(5 + random.below(60)));
        let victim = random.below(TOGETHER as u64) as usize;
        acknowledged.extend(alive.swap_remove(victim).kill());
    }
    for process in alive {
        acknowledged.extend(process.kill());
    }
    finish(&server, &store, address);
    judge(&server, &store, &acknowledged);
}

/// One worker in peace ends all that can be ended.
fn finish(server: &Server, store: &StoreHandle, address: &str) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let api = Api::at(server.address(), address, |settings| settings);
    loop {
        let work = api.work().lease(Duration::from_secs(1)).until_empty();
        runtime.block_on(work.run()).expect("a report");
        // Those that were under way too often when their workers were killed.
        let parked = of(server, store, &[JobState::Parked]);
        if parked.is_empty() {
            return;
        }
        for job in parked {
            let reason = job.reason.expect("a reason");
            assert!(reason.contains("ended without a word"), "{reason}");
            store.retry(job.new.id).expect("one that is parked");
        }
    }
}

/// The jobs of this server.
fn of(server: &Server, store: &StoreHandle, states: &[JobState]) -> Vec<Job> {
    let filter = Filter {
        queue: Some(server.address().to_owned()),
        states: states.to_vec(),
        ..Filter::default()
    };
    store.jobs(&filter).expect("jobs")
}

fn judge(server: &Server, store: &StoreHandle, acknowledged: &HashSet<String>) {
    let jobs = of(server, store, &[]);
    let known: HashSet<JobId> = jobs.iter().map(|job| job.new.id).collect();
    let (mut unknown, mut repeated) = (0, 0);
    for job in &jobs {
        let path = path(job);
        let seen = server.seen(&path);
        let case = format!("{path} {} {seen:?} {:?}", job.state, job.reason);
        repeated += usize::from(seen.requests > 1);
        match (job.new.endpoint.as_str(), job.state) {
            // What must not be repeated is not, whatever happens.
            ("order", JobState::Done) => assert_eq!(seen.requests, 1, "{case}"),
            ("order", JobState::Unknown) => {
                unknown += 1;
                assert!(seen.requests <= 1, "{case}");
            }
            // The key is the same over all lives.
            ("pay", JobState::Done) => {
                assert_eq!((seen.effects, seen.keys.len()), (1, 1), "{case}");
            }
            ("record", JobState::Done) => assert!(seen.requests >= 1, "{case}"),
            _ => panic!("neither done nor unknown: {case}"),
        }
    }
    for word in acknowledged {
        let id: JobId = word.parse().expect("the name of a job");
        assert!(known.contains(&id), "{id} was enqueued and is lost");
    }
    println!(
        "{} jobs ({} of them acknowledged), {} requests, {repeated} repeated, {unknown} unknown",
        jobs.len(),
        acknowledged.len(),
        server.requests()
    );
    assert!(acknowledged.len() > 50, "{}", acknowledged.len());
    assert!(
        unknown > 0 && repeated > 0,
        "nobody was killed at the wrong moment"
    );
}

/// Where the request of a job went.
fn path(job: &Job) -> String {
    let request: serde_json::Value =
        serde_json::from_slice(&job.new.request).expect("what cloudapi stores");
    let url = request["url"].as_str().expect("a URL");
    format!("/{}", url.trim_start_matches('/'))
}

#[test]
#[ignore = "a process of the others"]
fn enqueuer() {
    let api = Api::of_child(|settings| settings);
    let first: u64 = env::var(FIRST)
        .expect("a number")
        .parse()
        .expect("a number");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        for number in first..first + EACH {
            let ticket = match number % 3 {
                0 => api.order(number).enqueue().await,
                1 => api.pay(number).enqueue().await,
                _ => api.record(number).enqueue().await,
            };
            match ticket {
                Ok(ticket) => say(&ticket.id().to_string()),
                Err(error) => assert_eq!(error.kind(), ErrorKind::Store, "{error}"),
            }
        }
    });
}

#[test]
#[ignore = "a process of the others"]
fn worker() {
    let api = Api::of_child(|settings| settings);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let work = api.work().concurrency(4).lease(Duration::from_secs(1));
    runtime.block_on(work.run()).expect("a report");
}

/// Moments that differ from run to run.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        // Xorshift.
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % end
    }
}
