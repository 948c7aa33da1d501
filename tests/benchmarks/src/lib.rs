//! What the benchmarks share.
//!
//! The machine they run on is seldom quiet, so they go by CPU time, counts and
//! ratios of rounds that alternate, and show the range with the median.

mod allocations;
mod cpu;
mod memory;
mod report;
pub mod server;
mod statistics;
pub mod transport;

pub use allocations::Allocations;
pub use cpu::CpuTime;
pub use memory::{resident, trim};
pub use report::{Report, Target};
pub use statistics::{Spread, percentile};

/// Whether to measure: `cargo bench` says so, and `cargo test` does not.
pub fn wanted() -> bool {
    let wanted = std::env::args().any(|argument| argument == "--bench");
    if !wanted {
        println!("nothing is measured without `--bench`");
    }
    wanted
}
