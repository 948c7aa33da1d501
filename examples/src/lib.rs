//! What the examples share: a server to try them against without an account,
//! and a client of the whole API.

pub mod arguments;
#[path = "../digitalocean/api/mod.rs"]
pub mod digitalocean;
pub mod lookalike;
