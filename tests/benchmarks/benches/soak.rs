//! A million calls that wait, are dropped, and run to their end: what each takes,
//! whether that grows with their number, and whether all of it comes back.

use std::process::Command;
use std::time::Instant;

use benchmarks::{Allocations, CpuTime, Report, Target, resident, trim, wanted};
use cloudapi::prelude::*;
use cloudapi::{Body, Bytes, Transport, TransportFuture, http};
use tokio::runtime::Runtime;

const CALLS: usize = 1_000_000;
const STEPS: usize = 4;

#[rest_api(baseurl = "https://soak.test/v2/", maximum_in_flight = 64)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("users/{id}")]
    async fn user(&self, id: usize, #[query] page: u32) -> Result<()>;
}

#[derive(Debug)]
struct Empty;

impl Transport for Empty {
    fn send(&self, _: http::Request<Body>) -> TransportFuture {
        let response = http::Response::new(Body::from(Bytes::new()));
        Box::pin(std::future::ready(Ok(response)))
    }
}

fn api(callrateperhour: u32) -> Api {
    Api::builder()
        .callrateperhour(callrateperhour)
        .transport(Empty)
        .build()
        .expect("a client")
}

fn runtime() -> Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// The memory of the process.
#[derive(Clone, Copy)]
struct Memory {
    allocated: f64,
    resident: f64,
}

impl Memory {
    /// What is free is given back before.
    fn now() -> Self {
        trim();
        Self {
            allocated: Allocations::now().live as f64,
            resident: resident().unwrap_or(0) as f64,
        }
    }

    fn since(self, floor: Self) -> Self {
        Self {
            allocated: self.allocated - floor.allocated,
            resident: self.resident - floor.resident,
        }
    }
}

fn spawn(runtime: &Runtime, api: &Api, numbers: std::ops::Range<usize>) {
    for number in numbers {
        let api = api.clone();
        runtime.spawn(async move {
            let _answer = api.user(1_000_000 + number, 2).await;
        });
        if number % 1_000 == 999 {
            let last = runtime.spawn(async {});
            runtime.block_on(last).expect("it does not panic");
        }
    }
}

/// Prints a line for the report: a figure and its value in the unit of its own.
fn tell(figure: &str, value: f64) {
    println!("{figure}\t{value}");
}

/// The floor is what is there when one call has gone the whole way.
fn floor() -> Memory {
    let (first, api) = (runtime(), api(4_000_000_000));
    first.block_on(api.user(0, 2)).expect("an answer");
    drop((first, api));
    Memory::now()
}

/// Queued, and then dropped at once.
fn queued() {
    let floor = floor();
    let (runtime, api) = (runtime(), api(1));
    let mut last = 0;
    for step in 1..=STEPS {
        let calls = CALLS / STEPS * step;
        spawn(&runtime, &api, last..calls);
        last = calls;
        let memory = Memory::now().since(floor);
        tell(
            &format!("RAM of each of {calls} calls, B"),
            memory.resident / calls as f64,
        );
        tell(
            &format!("allocated for each of {calls} calls, B"),
            memory.allocated / calls as f64,
        );
    }
    let before = Instant::now();
    drop(runtime);
    tell(
        "dropping all of them at once, s",
        before.elapsed().as_secs_f64(),
    );
    let memory = Memory::now().since(floor);
    tell(
        "allocated after that, per call, B",
        memory.allocated / CALLS as f64,
    );
    tell(
        "RAM after that, per call, B",
        memory.resident / CALLS as f64,
    );
    // The gate is forgotten when another one is made.
    drop(api);
    let memory = after_another().since(floor);
    tell(
        "allocated once the client has gone, KiB",
        memory.allocated / 1_024.0,
    );
    tell(
        "RAM once the client has gone, KiB",
        memory.resident / 1_024.0,
    );
}

/// Run to the end of all.
fn run() {
    let floor = floor();
    let (runtime, api) = (runtime(), api(4_000_000_000));
    let (time, cpu) = (Instant::now(), CpuTime::now());
    let tasks: Vec<_> = (0..CALLS)
        .map(|number| {
            let api = api.clone();
            runtime.spawn(async move { api.user(1_000_000 + number, 2).await })
        })
        .collect();
    let ended = runtime.block_on(async {
        let mut ended = 0;
        for task in tasks {
            task.await.expect("it does not panic").expect("an answer");
            ended += 1;
        }
        ended
    });
    assert_eq!(ended, CALLS);
    tell(
        "running all of them to their end, s",
        time.elapsed().as_secs_f64(),
    );
    tell(
        "CPU of each, µs",
        cpu.elapsed().as_secs_f64() * 1e6 / CALLS as f64,
    );
    drop(runtime);
    let memory = Memory::now().since(floor);
    tell(
        "allocated after their end, per call, B",
        memory.allocated / CALLS as f64,
    );
    drop(api);
    let memory = after_another().since(floor);
    tell(
        "allocated once that client has gone, KiB",
        memory.allocated / 1_024.0,
    );
    tell(
        "RAM once that client has gone, KiB",
        memory.resident / 1_024.0,
    );
}

fn after_another() -> Memory {
    let other = Api::builder()
        .baseurl("https://other.test/")
        .transport(Empty)
        .build();
    drop(other);
    Memory::now()
}

fn main() {
    match std::env::args().nth(1).as_deref() {
        Some("--queued") => return queued(),
        Some("--run") => return run(),
        _ => {}
    }
    if !wanted() {
        return;
    }
    let mut report = Report::new("soak: 1,000,000 calls");
    for part in ["--queued", "--run"] {
        let program = std::env::current_exe().expect("this program has a path");
        let output = Command::new(program).arg(part).output();
        let output = output.expect("this program can be started again");
        assert!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        let text = String::from_utf8_lossy(&output.stdout);
        for line in text.lines() {
            let (figure, value) = line.split_once('\t').expect("a figure and its value");
            let value: f64 = value.parse().expect("a number");
            let target = match figure {
                // A thousandth of what was taken.
                figure if figure.contains("has gone") && figure.starts_with("alloc") => {
                    Target::AtMost(1_024.0)
                }
                _ => Target::None,
            };
            report.line(figure, value, &format!("{value:.1}"), target);
        }
    }
}
