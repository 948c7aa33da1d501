//! What a million waiting calls take, each in a task of its own, besides their
//! requests.
//!
//! Each figure is of a process of its own, since memory that was freed is not
//! given back.

use std::hint::black_box;
use std::process::Command;

use benchmarks::transport::AtOnce;
use benchmarks::{Allocations, Report, Target, resident, wanted};
use cloudapi::prelude::*;
use cloudapi::testing::bench::request_memory;
use tokio::runtime::Runtime;

const CALLS: usize = 1_000_000;

#[rest_api(baseurl = "https://memory.test/v2/", callrateperhour = 1)]
#[derive(Clone)]
struct Api;

impl Api {
    #[get("users/{id}")]
    fn call(&self, id: u64, #[query] page: u32) -> Call<()>;

    #[get("users/{id}")]
    async fn user(&self, id: u64, #[query] page: u32) -> Result<()>;
}

/// What each of the tasks takes.
#[derive(Debug)]
struct Taken {
    resident: f64,
    allocated: f64,
    request: f64,
}

/// Spawns the tasks and waits until each has been polled.
fn measure<F: Future<Output = ()> + Send + 'static>(
    runtime: &Runtime,
    request: usize,
    task: impl Fn(usize) -> F,
) -> Taken {
    // Tasks are polled in the order in which they were spawned.
    let wait_for_all = || {
        let last = runtime.spawn(async {});
        runtime.block_on(last).expect("it does not panic");
    };
    // The first takes the only slot, and what it needs is there from then on.
    runtime.spawn(task(0));
    wait_for_all();
    let (allocations, before) = (Allocations::now(), resident().unwrap_or(0));
    for number in 1..=CALLS {
        runtime.spawn(task(number));
        if number % 1_000 == 0 {
            wait_for_all();
        }
    }
    let after = resident().unwrap_or(0);
    Taken {
        resident: (after as f64 - before as f64) / CALLS as f64,
        allocated: allocations.live_per(CALLS),
        request: request as f64,
    }
}

fn calls(runtime: &Runtime) -> Taken {
    let api = Api::builder()
        .transport(AtOnce::default())
        .build()
        .expect("a client");
    let request = request_memory(&api.call(1_000_000, 2)).expect("a call that has not begun");
    measure(runtime, request, move |number| {
        let api = api.clone();
        async move {
            api.user(1_000_000 + number as u64, 2)
                .await
                .expect("no answer comes");
        }
    })
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime");
    let taken = match arguments.get(1).map(String::as_str) {
        Some("--calls") => calls(&runtime),
        Some("--tasks") => measure(&runtime, 0, |number| {
            // As much as a call and its arguments.
            let room = [number; 12];
            async move {
                std::future::pending::<()>().await;
                black_box(room);
            }
        }),
        _ => {
            if wanted() {
                report();
            }
            return;
        }
    };
    println!("{} {} {}", taken.resident, taken.allocated, taken.request);
    // A million tasks need not be dropped one by one.
    std::process::exit(0);
}

fn in_a_process(argument: &str) -> Taken {
    let program = std::env::current_exe().expect("this program has a path");
    let output = Command::new(program).arg(argument).output();
    let output = output.expect("this program can be started again").stdout;
    let text = String::from_utf8_lossy(&output);
    let numbers: Vec<f64> = text
        .split_whitespace()
        .map(|number| number.parse().expect("a number"))
        .collect();
    Taken {
        resident: numbers[0],
        allocated: numbers[1],
        request: numbers[2],
    }
}

fn report() {
    let tasks = in_a_process("--tasks");
    let calls = in_a_process("--calls");
    let mut report = Report::new("memory: 1,000,000 waiting calls");
    let mut line = |figure: &str, bytes: f64, target| {
        report.line(figure, bytes, &format!("{bytes:.0} B"), target);
    };
    line(
        "RAM of a task of that size that only waits",
        tasks.resident,
        Target::None,
    );
    line("RAM of a call and its task", calls.resident, Target::None);
    line(
        "its request: method, URL, headers, options",
        calls.request,
        Target::None,
    );
    line(
        "RAM of a call and its task, besides the request",
        calls.resident - calls.request,
        Target::AtMost(464.0),
    );
    line(
        "allocated for a task of that size that only waits",
        tasks.allocated,
        Target::None,
    );
    line(
        "allocated for a call and its task",
        calls.allocated,
        Target::None,
    );
    line(
        "allocated, besides the request",
        calls.allocated - calls.request,
        Target::None,
    );
}
