//! Droplets: virtual machines.

use std::collections::HashMap;

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::{
    BackupPlan, DigitalOcean, DiskInfo, Firewall, GpuInfo, Image, ImageId, Region, Size, SshKeyId,
};

/// The droplets of the account.
#[rest_api(extends = DigitalOcean, path = "droplets", accessor = droplets)]
#[derive(Clone, Debug)]
pub struct Droplets;

#[rest_api]
impl Droplets {
    /// All droplets, or those that match.
    #[get("", items = "droplets", query("per_page" = "200"))]
    pub fn list(&self, #[query] filter: &DropletFilter<'_>) -> Pages<Droplet>;

    /// Creates a droplet. It is `New` at first, and `Active` within a minute.
    #[post("", unwrap = "droplet")]
    pub fn create(&self, #[json] new: &NewDroplet<'_>) -> Call<Droplet>;

    /// Creates up to ten droplets that are alike.
    #[post("", unwrap = "droplets")]
    pub fn create_many(&self, #[json] new: &NewDroplets<'_>) -> Call<Vec<Droplet>>;

    /// One droplet.
    #[get("{id}", unwrap = "droplet")]
    pub fn droplet(&self, id: u64) -> Call<Option<Droplet>>;

    /// Deletes a droplet and what is on it.
    #[delete("{id}")]
    pub async fn delete(&self, id: u64) -> Result<()>;

    /// Deletes all droplets that have this tag.
    #[delete("")]
    pub async fn delete_tagged(&self, #[query] tag_name: &str) -> Result<()>;

    /// The backups of a droplet.
    #[get("{id}/backups", items = "backups", query("per_page" = "200"))]
    pub fn backups(&self, id: u64) -> Pages<DropletImage>;

    /// When backups are made of a droplet.
    #[get("{id}/backups/policy", unwrap = "policy")]
    pub async fn backup_policy(&self, id: u64) -> Result<Option<BackupPolicy>>;

    /// When backups are made of each droplet that has them, by its number: one
    /// page, since what is in it is no list.
    #[get("backups/policies", unwrap = "policies")]
    pub async fn backup_policies(
        &self,
        #[query] page: u32,
        #[query] per_page: u32,
    ) -> Result<HashMap<String, BackupPolicy>>;

    /// When backups can be made.
    #[get("backups/supported_policies", unwrap = "supported_policies")]
    pub async fn supported_backup_policies(&self) -> Result<Vec<SupportedBackupPolicy>>;

    /// The snapshots of a droplet.
    #[get("{id}/snapshots", items = "snapshots", query("per_page" = "200"))]
    pub fn snapshots(&self, id: u64) -> Pages<DropletImage>;

    /// The kernels that a droplet can be given.
    #[get("{id}/kernels", items = "kernels", query("per_page" = "200"))]
    pub fn kernels(&self, id: u64) -> Pages<Kernel>;

    /// The firewalls that a droplet is behind.
    #[get("{id}/firewalls", items = "firewalls", query("per_page" = "200"))]
    pub fn firewalls(&self, id: u64) -> Pages<Firewall>;

    /// The droplets on the same machine as this one.
    #[get("{id}/neighbors", unwrap = "droplets")]
    pub async fn neighbors(&self, id: u64) -> Result<Vec<Droplet>>;
}

/// A droplet.
#[derive(Clone, Debug, Deserialize)]
pub struct Droplet {
    pub id: u64,
    pub name: String,
    /// In MB.
    pub memory: u64,
    pub vcpus: u32,
    /// In GB.
    pub disk: u64,
    #[serde(default)]
    pub disk_info: Vec<DiskInfo>,
    pub locked: bool,
    pub status: DropletStatus,
    pub kernel: Option<Kernel>,
    pub created_at: String,
    pub features: Vec<String>,
    pub backup_ids: Vec<u64>,
    pub next_backup_window: Option<BackupWindow>,
    pub snapshot_ids: Vec<u64>,
    pub image: Image,
    pub volume_ids: Vec<String>,
    pub size: Size,
    pub size_slug: String,
    pub networks: Networks,
    pub region: Region,
    pub tags: Vec<String>,
    pub vpc_uuid: Option<String>,
    pub gpu_info: Option<GpuInfo>,
}

/// What a droplet is doing.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum DropletStatus {
    New,
    Active,
    Off,
    Archive,
    /// One that the vendor's document does not have.
    #[serde(other)]
    Other,
}

/// The kernel of an old droplet; a new one has its own.
#[derive(Clone, Debug, Deserialize)]
pub struct Kernel {
    pub id: u64,
    pub name: String,
    pub version: String,
}

/// The addresses of a droplet.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Networks {
    #[serde(default)]
    pub v4: Vec<NetworkV4>,
    #[serde(default)]
    pub v6: Vec<NetworkV6>,
}

/// An IPv4 address.
#[derive(Clone, Debug, Deserialize)]
pub struct NetworkV4 {
    pub ip_address: String,
    pub netmask: String,
    /// `nil` for some private ones.
    pub gateway: Option<String>,
    /// `public` or `private`.
    #[serde(rename = "type")]
    pub kind: String,
}

/// An IPv6 address.
#[derive(Clone, Debug, Deserialize)]
pub struct NetworkV6 {
    pub ip_address: String,
    pub netmask: u8,
    pub gateway: String,
    #[serde(rename = "type")]
    pub kind: String,
}

/// A backup or a snapshot of a droplet.
#[derive(Clone, Debug, Deserialize)]
pub struct DropletImage {
    pub id: u64,
    pub name: String,
    pub created_at: String,
    pub regions: Vec<String>,
    pub min_disk_size: u64,
    pub size_gigabytes: f64,
    #[serde(rename = "type")]
    pub kind: String,
}

/// When backups are made of a droplet.
#[derive(Clone, Debug, Deserialize)]
pub struct BackupPolicy {
    pub droplet_id: u64,
    pub backup_enabled: bool,
    pub backup_policy: Option<BackupPlan>,
    pub next_backup_window: Option<BackupWindow>,
}

/// The time in which the next backup is made.
#[derive(Clone, Debug, Deserialize)]
pub struct BackupWindow {
    pub start: String,
    pub end: String,
}

/// When backups can be made.
#[derive(Clone, Debug, Deserialize)]
pub struct SupportedBackupPolicy {
    pub name: String,
    pub possible_window_starts: Vec<u8>,
    pub window_length_hours: u8,
    pub retention_period_days: u32,
    pub possible_days: Vec<String>,
}

/// Which droplets are wanted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct DropletFilter<'a> {
    pub tag_name: Option<&'a str>,
    pub name: Option<&'a str>,
    #[serde(rename = "type")]
    pub kind: Option<DropletKind>,
}

/// The kinds of droplets that a list can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum DropletKind {
    /// Without graphics processors.
    Droplets,
    /// With some.
    Gpus,
}

/// A droplet to be created.
#[derive(Clone, Debug, Serialize)]
pub struct NewDroplet<'a> {
    pub name: &'a str,
    pub size: &'a str,
    pub image: ImageId,
    #[serde(flatten)]
    pub options: DropletOptions<'a>,
}

/// Droplets to be created that differ in their names.
#[derive(Clone, Debug, Serialize)]
pub struct NewDroplets<'a> {
    pub names: &'a [&'a str],
    pub size: &'a str,
    pub image: ImageId,
    #[serde(flatten)]
    pub options: DropletOptions<'a>,
}

/// What a new droplet need not have.
#[derive(Clone, Debug, Default, Serialize)]
pub struct DropletOptions<'a> {
    /// The vendor takes one if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub ssh_keys: &'a [SshKeyId],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backups: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_policy: Option<BackupPlan>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ipv6: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitoring: Option<bool>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tags: &'a [&'a str],
    /// For cloud-init.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_data: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub volumes: &'a [&'a str],
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_uuid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub with_droplet_agent: Option<bool>,
}
