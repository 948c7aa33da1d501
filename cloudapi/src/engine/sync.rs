//! What threads and tasks share calls through: the standard library and tokio.
//!
//! With `--cfg shuttle` it is shuttle's, which tries one interleaving of all that
//! happens between two locks after the other; `races.rs` is what is tried.

#[cfg(not(shuttle))]
mod chosen {
    pub(crate) use std::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use std::thread_local;

    pub(crate) use tokio::task::JoinHandle;

    /// Runs a task on a runtime.
    pub(crate) fn spawn(
        runtime: &tokio::runtime::Handle,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> JoinHandle<()> {
        runtime.spawn(task)
    }
}

#[cfg(shuttle)]
mod chosen {
    pub(crate) use shuttle::future::JoinHandle;
    pub(crate) use shuttle::sync::{Condvar, Mutex, MutexGuard};
    pub(crate) use shuttle::thread_local;

    pub(crate) fn spawn(
        _: &tokio::runtime::Handle,
        task: impl Future<Output = ()> + Send + 'static,
    ) -> JoinHandle<()> {
        shuttle::future::spawn(task)
    }
}

pub(crate) use chosen::{Condvar, JoinHandle, Mutex, MutexGuard, spawn, thread_local};
