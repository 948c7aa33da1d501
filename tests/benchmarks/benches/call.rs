//! What a declared call costs beside the same call by hand on reqwest, and on
//! hyper-util's client; and a declared call whose transport is hyper-util.
//!
//! A declared call has its attempt in a task of its own, and ends it in time,
//! whatever its caller does; so there is a line for reqwest in a task too.
//!
//! One thread makes `GET /users/{id}?page=..&verbose=..` with 64 in flight,
//! against a server in another process, and reads a struct from the JSON. The
//! gate is wide open. The variants take turns, each round beginning with
//! another; ratios are of the rounds of one turn.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use benchmarks::server::{Server, serve_if_asked};
use benchmarks::transport::{HyperClient, HyperUtil, hyper_client};
use benchmarks::{Allocations, CpuTime, Report, Spread, Target, wanted};
use bytes::Bytes;
use cloudapi::prelude::*;
use http_body_util::{BodyExt, Full};
use serde::Deserialize;
use tokio::runtime::{Builder, Runtime};

const IN_FLIGHT: u64 = 64;
const CALLS: u64 = 64 * IN_FLIGHT;
const ROUNDS: usize = 61;
const TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Debug, Deserialize)]
struct User {
    id: u64,
    name: String,
    email: String,
    active: bool,
}

impl User {
    fn check(&self) {
        assert!(self.id == 7 && self.active && self.name.len() + self.email.len() == 27);
    }
}

#[rest_api(baseurl = "http://127.0.0.1/", callrateperhour = 4_294_967_295)]
struct Users;

impl Users {
    #[get("users/{id}")]
    async fn user(&self, id: u64, #[query] page: u32, #[query] verbose: bool) -> Result<User>;
}

async fn by_hand(client: &reqwest::Client, baseurl: &str, id: u64) -> reqwest::Result<User> {
    client
        .get(format!("{baseurl}users/{id}"))
        .query(&[("page", 2)])
        .query(&[("verbose", true)])
        .send()
        .await?
        .error_for_status()?
        .json()
        .await
}

async fn by_hyper(client: &HyperClient, baseurl: &str, id: u64) -> User {
    let uri = format!("{baseurl}users/{id}?page=2&verbose=true");
    let request = http::Request::get(uri)
        .body(Full::<Bytes>::default())
        .expect("a request");
    let response = client.request(request).await.expect("a response");
    assert!(response.status().is_success());
    let body = response.into_body().collect().await.expect("a body");
    serde_json::from_slice(&body.to_bytes()).expect("a user")
}

/// A way to make the call, and what it cost in each round.
struct Variant<'a> {
    name: &'a str,
    round: Box<dyn Fn() + 'a>,
    cpu: Vec<Duration>,
    allocations: Vec<f64>,
}

impl<'a> Variant<'a> {
    fn new<F, A>(name: &'a str, runtime: &'a Runtime, call: F) -> Self
    where
        F: Fn(u64) -> A + Send + Sync + 'static,
        A: Future<Output = User> + Send + 'static,
    {
        let call = Arc::new(call);
        let round = move || {
            let caller = |first| {
                let call = Arc::clone(&call);
                runtime.spawn(async move {
                    for id in (first..CALLS).step_by(IN_FLIGHT as usize) {
                        call(id).await.check();
                    }
                })
            };
            let callers: Vec<_> = (0..IN_FLIGHT).map(caller).collect();
            for caller in callers {
                runtime.block_on(caller).expect("a caller that gets users");
            }
        };
        Self {
            name,
            round: Box::new(round),
            cpu: Vec::new(),
            allocations: Vec::new(),
        }
    }

    fn measure(&mut self) {
        let (cpu, allocations) = (CpuTime::now(), Allocations::now());
        (self.round)();
        self.cpu.push(cpu.elapsed());
        self.allocations.push(allocations.count_per(CALLS as usize));
    }

    /// The CPU time of each round, as a share of another variant's.
    fn cpu_beside(&self, other: &Self) -> Spread {
        let pairs = self.cpu.iter().zip(&other.cpu);
        Spread::of(pairs.map(|(own, other)| own.as_secs_f64() / other.as_secs_f64()))
    }

    fn microseconds(&self) -> Spread {
        let each = |cpu: &Duration| cpu.as_secs_f64() * 1e6 / CALLS as f64;
        Spread::of(self.cpu.iter().map(each))
    }

    fn allocations(&self) -> Spread {
        Spread::of(self.allocations.iter().copied())
    }
}

fn main() {
    serve_if_asked();
    if !wanted() {
        return;
    }
    // reqwest asks for one when two crates of the graph could bring it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let server = Server::start();
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");

    let build = || Users::builder().baseurl(server.baseurl());
    let declared = Arc::new(build().build().expect("a client"));
    let transport = HyperUtil(hyper_client());
    let on_hyper = build().transport(transport).build().expect("a client");
    let on_hyper = Arc::new(on_hyper);
    let baseurl: Arc<str> = server.baseurl().into();
    let (reqwest, hyper) = (reqwest::Client::new(), hyper_client());

    let mut variants = [
        Variant::new("reqwest", &runtime, {
            let (client, baseurl) = (reqwest.clone(), Arc::clone(&baseurl));
            move |id| {
                let (client, baseurl) = (client.clone(), Arc::clone(&baseurl));
                async move { by_hand(&client, &baseurl, id).await.expect("a user") }
            }
        }),
        Variant::new("reqwest in a task with a timeout", &runtime, {
            let (client, baseurl) = (reqwest.clone(), Arc::clone(&baseurl));
            move |id| {
                let (client, baseurl) = (client.clone(), Arc::clone(&baseurl));
                let call = async move { by_hand(&client, &baseurl, id).await };
                let task = tokio::spawn(tokio::time::timeout(TIMEOUT, call));
                async move {
                    let in_time = task.await.expect("it does not panic");
                    in_time.expect("an answer in time").expect("a user")
                }
            }
        }),
        Variant::new("cloudapi", &runtime, move |id| {
            let api = Arc::clone(&declared);
            async move { api.user(id, 2, true).await.expect("a user") }
        }),
        Variant::new("cloudapi on hyper-util", &runtime, move |id| {
            let api = Arc::clone(&on_hyper);
            async move { api.user(id, 2, true).await.expect("a user") }
        }),
        Variant::new("hyper-util", &runtime, move |id| {
            let (client, baseurl) = (hyper.clone(), Arc::clone(&baseurl));
            async move { by_hyper(&client, &baseurl, id).await }
        }),
    ];

    // For connections, caches and the like; not counted.
    for variant in &variants {
        (variant.round)();
    }
    for round in 0..ROUNDS {
        for turn in 0..variants.len() {
            let turn = (round + turn) % variants.len();
            variants[turn].measure();
        }
    }
    report(&variants);
}

fn report(variants: &[Variant<'_>]) {
    let mut report = Report::new(&format!(
        "call: {CALLS} calls, {IN_FLIGHT} in flight, {ROUNDS} rounds in turn"
    ));
    let reqwest = &variants[0];
    for (variant, most) in variants
        .iter()
        .zip([None, None, Some(1.02), Some(0.75), None])
    {
        let ratio = variant.cpu_beside(reqwest);
        report.line(
            &format!("CPU, {} / reqwest", variant.name),
            ratio.median,
            &format!("{ratio:.3}"),
            most.map_or(Target::None, Target::AtMost),
        );
    }
    for variant in variants {
        let time = variant.microseconds();
        report.line(
            &format!("CPU of a call, {}", variant.name),
            time.median,
            &format!("{time:.2} µs"),
            Target::None,
        );
    }
    let own = reqwest.allocations().median.round();
    for (variant, most) in variants
        .iter()
        .zip([None, None, Some(own), Some(own), None])
    {
        let count = variant.allocations();
        report.line(
            &format!("allocations of a call, {}", variant.name),
            count.median.round(),
            &format!("{count:.1}"),
            most.map_or(Target::None, Target::AtMost),
        );
    }
}
