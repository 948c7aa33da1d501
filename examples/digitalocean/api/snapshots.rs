//! Snapshots of droplets and volumes.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::DigitalOcean;

/// All snapshots of the account.
#[rest_api(extends = DigitalOcean, path = "snapshots", accessor = snapshots)]
#[derive(Clone, Debug)]
pub struct Snapshots;

#[rest_api]
impl Snapshots {
    /// All snapshots, or those of droplets, or those of volumes.
    #[get("", items = "snapshots", query("per_page" = "200"))]
    pub fn list(&self, #[query] resource_type: Option<SnapshotSource>) -> Pages<Snapshot>;

    /// One snapshot.
    #[get("{id}", unwrap = "snapshot")]
    pub async fn snapshot(&self, id: &str) -> Result<Option<Snapshot>>;

    /// Deletes a snapshot.
    #[delete("{id}")]
    pub async fn delete(&self, id: &str) -> Result<()>;
}

/// What snapshots are taken of.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum SnapshotSource {
    Droplet,
    Volume,
}

/// A snapshot.
#[derive(Clone, Debug, Deserialize)]
pub struct Snapshot {
    /// A number for droplets, a UUID for volumes.
    pub id: String,
    pub name: String,
    pub created_at: String,
    pub regions: Vec<String>,
    pub min_disk_size: u64,
    pub size_gigabytes: f64,
    pub resource_id: String,
    pub resource_type: SnapshotSource,
    pub tags: Option<Vec<String>>,
}
