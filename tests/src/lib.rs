//! What the tests share: a server of faults on a real socket, a store that fails, start
//! times that can
//! be trusted although they are taken from outside, and the way to real servers.

pub mod contract;
pub mod faults;
pub mod faulty;
pub mod starts;
pub mod used;

/// A runtime with one thread, for what needs one of its own.
pub fn current_thread() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
}

/// An error and all its causes, in every form that could end up in a log.
pub fn everything_shown(error: &cloudapi::Error) -> String {
    let mut shown = format!("{error}\n{error:?}\n{error:#?}\n");
    let mut cause = std::error::Error::source(error);
    while let Some(deeper) = cause {
        shown.push_str(&format!("{deeper}\n{deeper:?}\n{deeper:#?}\n"));
        cause = deeper.source();
    }
    shown
}

/// The declaration in the README compiles.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
