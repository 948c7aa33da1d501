//! Block storage: volumes, what is done with them, and their snapshots.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Action, DigitalOcean, Region, Snapshot};

/// The volumes of the account.
#[rest_api(extends = DigitalOcean, path = "volumes", accessor = volumes)]
#[derive(Clone, Debug)]
pub struct Volumes;

#[rest_api]
impl Volumes {
    /// All volumes, or those that match.
    #[get("", items = "volumes", query("per_page" = "200"))]
    pub fn list(&self, #[query] filter: &VolumeFilter<'_>) -> Pages<Volume>;

    /// Makes a volume.
    #[post("", unwrap = "volume")]
    pub fn create(&self, #[json] new: &NewVolume<'_>) -> Call<Volume>;

    /// One volume.
    #[get("{id}", unwrap = "volume")]
    pub async fn volume(&self, id: &str) -> Result<Option<Volume>>;

    /// Deletes a volume and what is on it.
    #[delete("{id}")]
    pub async fn delete(&self, id: &str) -> Result<()>;

    /// Deletes the volume of this name in a region.
    #[delete("")]
    pub async fn delete_by_name(&self, #[query] name: &str, #[query] region: &str) -> Result<()>;

    /// What was done with a volume.
    #[get("{id}/actions", items = "actions", query("per_page" = "200"))]
    pub fn actions(&self, id: &str) -> Pages<Action>;

    /// Attaches a volume to a droplet.
    #[post("{id}/actions", unwrap = "action", json("type" = "attach"))]
    pub fn attach(
        &self,
        id: &str,
        #[json("droplet_id")] droplet: u64,
        #[json("region")] region: Option<&str>,
    ) -> Call<Action>;

    /// Detaches a volume from a droplet.
    #[post("{id}/actions", unwrap = "action", json("type" = "detach"))]
    pub fn detach(
        &self,
        id: &str,
        #[json("droplet_id")] droplet: u64,
        #[json("region")] region: Option<&str>,
    ) -> Call<Action>;

    /// Enlarges a volume.
    #[post("{id}/actions", unwrap = "action", json("type" = "resize"))]
    pub fn resize(
        &self,
        id: &str,
        #[json("size_gigabytes")] size_gigabytes: u64,
        #[json("region")] region: Option<&str>,
    ) -> Call<Action>;

    /// Attaches the volume of a name.
    #[post("actions", unwrap = "action", json("type" = "attach"))]
    pub fn attach_by_name(
        &self,
        #[json("volume_name")] name: &str,
        #[json("droplet_id")] droplet: u64,
        #[json("region")] region: Option<&str>,
    ) -> Call<Action>;

    /// Detaches the volume of a name.
    #[post("actions", unwrap = "action", json("type" = "detach"))]
    pub fn detach_by_name(
        &self,
        #[json("volume_name")] name: &str,
        #[json("droplet_id")] droplet: u64,
        #[json("region")] region: Option<&str>,
    ) -> Call<Action>;

    /// One action on a volume.
    #[get("{id}/actions/{action}", unwrap = "action")]
    pub async fn action(&self, id: &str, action: u64) -> Result<Option<Action>>;

    /// The snapshots of a volume.
    #[get("{id}/snapshots", items = "snapshots", query("per_page" = "200"))]
    pub fn snapshots(&self, id: &str) -> Pages<Snapshot>;

    /// Takes a snapshot of a volume.
    #[post("{id}/snapshots", unwrap = "snapshot")]
    pub fn take_snapshot(
        &self,
        id: &str,
        #[json("name")] name: &str,
        #[json("tags")] tags: &[&str],
    ) -> Call<Snapshot>;

    /// One snapshot of whatever volume.
    #[get("snapshots/{snapshot}", unwrap = "snapshot")]
    pub async fn snapshot(&self, snapshot: &str) -> Result<Option<Snapshot>>;

    /// Deletes a snapshot of whatever volume.
    #[delete("snapshots/{snapshot}")]
    pub async fn delete_snapshot(&self, snapshot: &str) -> Result<()>;
}

/// A volume.
#[derive(Clone, Debug, Deserialize)]
pub struct Volume {
    pub id: String,
    pub name: String,
    pub description: Option<String>,
    pub size_gigabytes: u64,
    pub created_at: String,
    /// The one droplet that it is attached to, if it is.
    pub droplet_ids: Option<Vec<u64>>,
    pub region: Region,
    pub filesystem_type: Option<String>,
    pub filesystem_label: Option<String>,
    pub tags: Option<Vec<String>>,
}

/// Which volumes are wanted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct VolumeFilter<'a> {
    pub name: Option<&'a str>,
    pub region: Option<&'a str>,
}

/// A volume to be made.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NewVolume<'a> {
    pub name: &'a str,
    pub region: &'a str,
    pub size_gigabytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_id: Option<&'a str>,
    /// `ext4` or `xfs`; without it the volume is not formatted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystem_type: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filesystem_label: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tags: &'a [&'a str],
}
