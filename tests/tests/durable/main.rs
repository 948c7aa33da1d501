//! Calls that outlive the process that makes them, in simulated time.

mod callbacks;
mod crashes;
mod enqueueing;
mod failures;
mod jobs;
mod notes;
mod outages;
mod panics;
mod redirects;
mod results;
mod secrets;
mod shutdown;
mod storms;
mod threads;
mod versions;
mod world;
