//! DigitalOcean's API, version 2, as far as droplets and what belongs to them
//! go: nothing but declarations.
//!
//! ```
//! use cloudapi::prelude::*;
//! use examples::digitalocean::{DigitalOcean, DropletFilter};
//!
//! # async fn run() -> Result<()> {
//! let cloud = DigitalOcean::new(Secret::from_env("DIGITALOCEAN_ACCESS_TOKEN")?)?;
//! let mut droplets = cloud.droplets().list(&DropletFilter::default());
//! while let Some(droplet) = droplets.next().await {
//!     println!("{}", droplet?.name);
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`DigitalOcean`] holds the token, the settings and the gate; [`Droplets`],
//! [`Volumes`] and the others are its parts, each a method of it, and share all
//! of that. Lists ask for 200 items a page, the most there can be, since every
//! page takes a slot. What is not there is `None`. What creates something is a
//! [`Call`], which takes a deadline.
//!
//! [`Call`]: cloudapi::Call
#![expect(
    missing_docs,
    reason = "fields have the names and meanings that the vendor's document gives them"
)]

mod account;
mod actions;
mod domains;
mod droplet_actions;
mod droplets;
mod firewalls;
mod images;
mod projects;
mod reserved_ips;
mod snapshots;
mod tags;
mod teardown;
mod volumes;

use std::fmt;

use cloudapi::prelude::*;
use serde::Deserialize;

pub use account::*;
pub use actions::*;
pub use domains::*;
pub use droplet_actions::*;
pub use droplets::*;
pub use firewalls::*;
pub use images::*;
pub use projects::*;
pub use reserved_ips::*;
pub use snapshots::*;
pub use tags::*;
pub use teardown::*;
pub use volumes::*;

/// A client of DigitalOcean's API for one account.
///
/// DigitalOcean allows 5,000 requests an hour and token, so each token has a
/// gate of its own.
#[rest_api(
    baseurl = "https://api.digitalocean.com/v2/",
    callrateperhour = 5000,
    bearer = "{token}",
    scope = "{token}",
    pages(next = "links.pages.next"),
    error = DigitalOceanError
)]
#[derive(Clone, Debug)]
pub struct DigitalOcean {
    token: Secret,
}

/// What DigitalOcean says of a request that it does not carry out.
#[derive(Clone, Debug, Deserialize)]
pub struct DigitalOceanError {
    /// A word for programs, such as `not_found`.
    pub id: String,
    pub message: String,
    /// What the support wants to know.
    pub request_id: Option<String>,
}

impl fmt::Display for DigitalOceanError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.message.trim_end_matches('.'))?;
        match &self.request_id {
            Some(id) => write!(formatter, " (request {id})"),
            None => Ok(()),
        }
    }
}

#[rest_api]
impl DigitalOcean {
    /// The account that the token belongs to.
    #[get("account", unwrap = "account")]
    pub async fn account(&self) -> Result<Account>;

    /// All data centers.
    #[get("regions", items = "regions", query("per_page" = "200"))]
    pub fn regions(&self) -> Pages<Region>;

    /// All sizes that a droplet can have.
    #[get("sizes", items = "sizes", query("per_page" = "200"))]
    pub fn sizes(&self) -> Pages<Size>;
}

/// A data center.
#[derive(Clone, Debug, Deserialize)]
pub struct Region {
    pub name: String,
    pub slug: String,
    pub features: Vec<String>,
    pub available: bool,
    pub sizes: Vec<String>,
}

/// A size that a droplet can have.
#[derive(Clone, Debug, Deserialize)]
pub struct Size {
    pub slug: String,
    /// In MB.
    pub memory: u64,
    pub vcpus: u32,
    /// In GB.
    pub disk: u64,
    /// In TB.
    pub transfer: f64,
    /// In US dollars.
    pub price_monthly: f64,
    /// In US dollars.
    pub price_hourly: f64,
    pub regions: Vec<String>,
    pub available: bool,
    pub description: String,
    #[serde(default)]
    pub disk_info: Vec<DiskInfo>,
    pub gpu_info: Option<GpuInfo>,
}

/// A disk of a size.
#[derive(Clone, Debug, Deserialize)]
pub struct DiskInfo {
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub size: Option<Amount>,
}

/// The graphics processors of a size.
#[derive(Clone, Debug, Deserialize)]
pub struct GpuInfo {
    pub count: Option<u32>,
    pub model: Option<String>,
    pub vram: Option<Amount>,
}

/// A number with its unit.
#[derive(Clone, Debug, Deserialize)]
pub struct Amount {
    pub amount: Option<u64>,
    pub unit: Option<String>,
}
