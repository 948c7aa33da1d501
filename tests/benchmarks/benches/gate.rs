//! What it costs to pass an open gate: everything between the submission of a
//! call and its slot, reading the clock included, and what the end of its attempt
//! costs there. Beside it the `check` of governor, a plain rate limiter.
//!
//! Contended figures are the time of both threads for each of their passes.

use std::hint::black_box;
use std::num::NonZeroU32;
use std::time::{Duration, Instant};

use benchmarks::{Report, Spread, Target, wanted};
use cloudapi::prelude::*;
use cloudapi::testing::bench::{Gate, Passed};
use governor::{Quota, RateLimiter};

/// So many calls are in flight between their pass and their finish.
const BATCH: usize = 64;
const BATCHES: usize = 6_000;
const ROUNDS: usize = 15;

#[rest_api(baseurl = "https://gate.test/")]
struct Api;

impl Api {
    #[get("users/{id}")]
    fn user(&self, id: u64) -> Call<()>;
}

/// What a pass and a finish take in nanoseconds.
struct Measured {
    pass: f64,
    finish: f64,
}

fn round(gate: &Gate) -> Measured {
    let mut passed: Vec<Passed> = Vec::with_capacity(BATCH);
    let (mut pass, mut finish) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..BATCHES {
        let start = Instant::now();
        passed.extend((0..BATCH).map(|_| gate.pass()));
        let middle = Instant::now();
        for one in passed.drain(..) {
            gate.finish(one);
        }
        pass += middle - start;
        finish += middle.elapsed();
    }
    Measured {
        pass: nanoseconds(pass, BATCH * BATCHES),
        finish: nanoseconds(finish, BATCH * BATCHES),
    }
}

/// A pass with its finish on each of two threads at the same time.
fn contended(gates: &[Gate; 2]) -> f64 {
    let passes = BATCH * BATCHES / 2;
    on_two_threads(2 * passes, |number| {
        for _ in 0..passes {
            let passed = gates[number].pass();
            gates[number].finish(passed);
        }
    })
}

fn on_two_threads(operations: usize, work: impl Fn(usize) + Sync) -> f64 {
    let start = Instant::now();
    std::thread::scope(|threads| {
        threads.spawn(|| work(0));
        work(1);
    });
    nanoseconds(start.elapsed(), operations)
}

fn nanoseconds(time: Duration, operations: usize) -> f64 {
    time.as_secs_f64() * 1e9 / operations as f64
}

fn main() {
    if !wanted() {
        return;
    }
    let api = Api::new().expect("a client");
    let gate = || Gate::of(&api.user(7)).expect("a call that has not begun");
    let gates = [gate(), gate()];
    let quota = Quota::per_second(NonZeroU32::MAX).allow_burst(NonZeroU32::MAX);
    let governor = RateLimiter::direct(quota);
    let check = |times: usize| {
        for _ in 0..times {
            black_box(governor.check()).expect("an open gate");
        }
    };

    let (mut passes, mut finishes, mut both) = (Vec::new(), Vec::new(), Vec::new());
    let (mut checks, mut clocks) = (Vec::new(), Vec::new());
    let (mut contended_both, mut contended_checks) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let measured = round(&gates[0]);
        passes.push(measured.pass);
        finishes.push(measured.finish);
        both.push(measured.pass + measured.finish);
        contended_both.push(contended(&gates));

        let operations = BATCH * BATCHES;
        let start = Instant::now();
        check(operations);
        checks.push(nanoseconds(start.elapsed(), operations));
        contended_checks.push(on_two_threads(2 * operations, |_| check(operations)));

        let start = Instant::now();
        for _ in 0..operations {
            black_box(Instant::now());
        }
        clocks.push(nanoseconds(start.elapsed(), operations));
    }

    let mut report = Report::new(&format!(
        "gate: {ROUNDS} rounds of {} passes",
        BATCH * BATCHES
    ));
    let mut line = |figure: &str, measured: Vec<f64>, target| {
        // The least is what it costs when nobody else has the CPU.
        let spread = Spread::of(measured);
        report.line(figure, spread.least, &format!("{spread:.0} ns"), target);
    };
    line("pass", passes, Target::AtMost(60.0));
    line("finish", finishes, Target::None);
    line("pass and finish", both, Target::None);
    line(
        "pass and finish, two threads, each operation",
        contended_both.iter().map(|both| both / 2.0).collect(),
        Target::AtMost(120.0),
    );
    line("governor: check", checks, Target::None);
    line(
        "governor: check, two threads",
        contended_checks,
        Target::None,
    );
    line("reading the clock", clocks, Target::None);
}
