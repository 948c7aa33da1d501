//! Calls that block their thread until they have their answer.
//!
//! They run on a runtime of their own, so that they can be made on any thread:
//! on one of no runtime, and on one of a runtime too, which then stands still
//! for so long.

use std::future::poll_fn;
use std::io;
use std::sync::{OnceLock, mpsc};

use tokio::runtime::{Builder, Runtime};

use crate::call::{Answer, RawCall};
use crate::engine::Clock;
use crate::error::Error;

/// Waits for the response to a call.
pub(crate) fn wait(mut call: RawCall) -> Answer {
    let clock = call.clock().cloned().unwrap_or_default();
    run(&clock, poll_fn(move |context| call.poll(context)))?
}

/// Waits for the output of a future.
pub(crate) fn run<T: Send + 'static>(
    clock: &Clock,
    future: impl Future<Output = T> + Send + 'static,
) -> Result<T, Error> {
    #[cfg(feature = "testing")]
    if let Some(simulation) = clock.simulation() {
        return Ok(simulation.run(future));
    }
    #[cfg(not(feature = "testing"))]
    let Clock::System = clock;
    let runtime = runtime().map_err(|error| {
        Error::settings("the runtime for blocking calls cannot be started".to_owned())
            .caused_by(error)
    })?;
    let (answer, answered) = mpsc::sync_channel(1);
    runtime.spawn(async move {
        // Nobody receives it only if the thread has ended meanwhile.
        let _ = answer.send(future.await);
    });
    answered.recv().map_err(|_| Error::abandoned())
}

/// The runtime of all blocking calls in the process. It is never dropped, so
/// that calls can be made until the process ends.
fn runtime() -> io::Result<&'static Runtime> {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    if let Some(runtime) = RUNTIME.get() {
        return Ok(runtime);
    }
    let runtime = Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name("cloudapi-blocking")
        .enable_all()
        .build()?;
    if let Err(other) = RUNTIME.set(runtime) {
        // Another thread was faster. A runtime may not be dropped by waiting
        // for its threads where this thread belongs to a runtime itself.
        other.shutdown_background();
    }
    RUNTIME
        .get()
        .ok_or_else(|| io::Error::other("the runtime is gone"))
}
