//! Simulated time and a server in memory, for tests of code that uses a client.
//!
//! An hour of pacing and retries runs in the blink of an eye, and what was sent
//! when is there to be looked at:
//!
//! ```
//! use std::time::Duration;
//!
//! use cloudapi::prelude::*;
//! use cloudapi::testing::{Reply, Server, Simulation};
//!
//! #[rest_api(baseurl = "https://api.example.com/")]
//! struct Example;
//!
//! impl Example {
//!     #[get("droplets")]
//!     async fn droplets(&self) -> Result<String>;
//! }
//!
//! # fn main() -> Result<()> {
//! let simulation = Simulation::new();
//! let server = Server::new(&simulation, |request| match request.number {
//!     0 => Reply::status(500),
//!     _ => Reply::text("all of them"),
//! });
//! let example = Example::builder()
//!     .simulation(&simulation)
//!     .transport(server.clone())
//!     .build()?;
//! let answer = simulation.run(example.droplets())?;
//! assert_eq!(answer, "all of them");
//! let times: Vec<u64> = server.requests().iter().map(|sent| sent.at.as_secs()).collect();
//! assert_eq!(times, [0, 20]);
//! # Ok(())
//! # }
//! ```

#[doc(hidden)]
pub mod bench;
#[cfg(test)]
mod page_tests;
mod pieces;
mod server;
#[cfg(test)]
mod tests;

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Waker;
use std::time::Duration;

pub use self::server::{Reply, Sent, Server};
use crate::engine::Clock;
use crate::engine::manual::{ManualClock, Sleep};
use crate::schedule::Time;

/// A world with a time of its own, which passes only while all tasks in it
/// wait. Clients join it when they are built.
///
/// Scopes are not shared with clients outside, nor between simulations.
#[derive(Clone, Debug, Default)]
pub struct Simulation(ManualClock);

impl Simulation {
    /// A new world, at time zero.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// How much time has passed in it.
    #[must_use]
    pub fn now(&self) -> Duration {
        self.0.now().since(Time::ZERO)
    }

    /// Runs a future, and the tasks it spawns, to its end. Whenever none of them
    /// has anything to do, the time moves on to the next moment at which
    /// something happens.
    ///
    /// # Panics
    ///
    /// If the future waits for something that never comes: everything in it has
    /// to run on the time of the simulation, not on that of the machine. And if
    /// it is called inside a tokio runtime.
    pub fn run<F: Future>(&self, future: F) -> F::Output {
        let clock = self.0.clone();
        let main = Arc::new(Mutex::new(Waker::noop().clone()));
        let woken = Arc::clone(&main);
        let runtime = tokio::runtime::Builder::new_current_thread()
            .on_thread_park(move || {
                assert!(
                    clock.step(),
                    "the simulation is stuck: every task in it waits, and nothing is due"
                );
                // What was due may have given nobody anything to do. The runtime
                // must come back here then, and not go to sleep.
                lock(&woken).wake_by_ref();
            })
            .build()
            .expect("a runtime without drivers needs nothing that could be lacking");
        let mut future = pin!(future);
        runtime.block_on(poll_fn(|context| {
            lock(&main).clone_from(context.waker());
            future.as_mut().poll(context)
        }))
    }

    /// Waits in simulated time.
    pub async fn sleep(&self, time: Duration) {
        self.wait(time).await;
    }

    /// Lets time pass in which nothing happens, as while the machine is suspended, or a
    /// thread is held up. What came due meanwhile happens late, as soon as this returns
    /// to [`run`](Self::run).
    ///
    /// ```
    /// # use std::time::Duration;
    /// # use cloudapi::testing::Simulation;
    /// let simulation = Simulation::new();
    /// simulation.run(async {
    ///     let due = simulation.sleep(Duration::from_secs(1));
    ///     simulation.stall(Duration::from_secs(5));
    ///     due.await;
    ///     assert_eq!(simulation.now(), Duration::from_secs(6));
    /// });
    /// ```
    pub fn stall(&self, time: Duration) {
        self.0.stall(time);
    }

    fn wait(&self, time: Duration) -> Sleep {
        self.0.sleep_until(self.0.now().after(time))
    }

    #[cfg(feature = "blocking")]
    pub(crate) fn of(clock: &ManualClock) -> Self {
        Self(clock.clone())
    }

    pub(crate) fn clock(&self) -> Clock {
        Clock::Manual(self.0.clone())
    }
}

fn lock(waker: &Mutex<Waker>) -> MutexGuard<'_, Waker> {
    waker.lock().unwrap_or_else(PoisonError::into_inner)
}
