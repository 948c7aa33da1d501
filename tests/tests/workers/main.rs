//! Workers as processes of their own, on a real server and a real store: they are killed
//! at random moments, and share one limit.
//!
//! The processes are this test's own program, which runs one of the tests that are
//! ignored otherwise.

#![cfg(unix)]

mod api;
mod kills;
mod limits;
mod process;
mod server;
mod stores;
