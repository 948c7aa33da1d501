//! What servers say about the pace.
//!
//! ```text
//! status, headers, body, time of day -> VendorProfile -> Said
//! ```
//!
//! A [`VendorProfile`] reads a response and gives a [`Said`]: whether it is a
//! refusal, how long to wait, and what remains of which [`Budget`]. Fields that
//! make no sense are ignored and named in it. What follows from it is
//! [`Pace`](super::pace::Pace)'s and the verdict's to say.

mod fields;
mod response;
mod said;
mod triple;
mod unit;
mod vendor;

#[cfg(test)]
mod tests;

pub use response::ResponseView;
pub use said::{Budget, Partition, Refill, Said, Unreadable};
pub use unit::ResetUnit;
pub use vendor::{Cloudflare, DigitalOcean, GitHub, Hetzner, Standard, Stripe, VendorProfile};
