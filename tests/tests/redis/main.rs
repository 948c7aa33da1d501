//! The store in Redis on real servers: one that all share (`.ci/servers`), and such as are
//! started here to be stopped, filled, or to take over.

mod access;
mod cluster;
mod conformance;
mod failures;
mod links;
mod listening;
mod model;
mod processes;
mod purging;
mod servers;
mod survival;
