//! What the examples share: a server to try them against without an account.

pub mod arguments;
pub mod lookalike;
