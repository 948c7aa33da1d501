//! What can be done with droplets.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Action, DigitalOcean, ImageId};

/// The actions on droplets.
#[rest_api(extends = DigitalOcean, path = "droplets", accessor = droplet_actions)]
#[derive(Clone, Debug)]
pub struct DropletActions;

#[rest_api]
impl DropletActions {
    /// What was done with a droplet.
    #[get("{droplet}/actions", items = "actions", query("per_page" = "200"))]
    pub fn list(&self, droplet: u64) -> Pages<Action>;

    /// Makes backups of it from now on, as the plan says if there is one.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "enable_backups"))]
    pub fn enable_backups(
        &self,
        droplet: u64,
        #[json("backup_policy")] plan: Option<&BackupPlan>,
    ) -> Call<Action>;

    /// Makes no more backups of it.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "disable_backups"))]
    pub fn disable_backups(&self, droplet: u64) -> Call<Action>;

    /// Makes backups of it as another plan says.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "change_backup_policy"))]
    pub fn change_backup_policy(
        &self,
        droplet: u64,
        #[json("backup_policy")] plan: &BackupPlan,
    ) -> Call<Action>;

    /// Restarts its operating system.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "reboot"))]
    pub fn reboot(&self, droplet: u64) -> Call<Action>;

    /// Turns it off and on again, as one pulls a plug.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "power_cycle"))]
    pub fn power_cycle(&self, droplet: u64) -> Call<Action>;

    /// Shuts its operating system down.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "shutdown"))]
    pub fn shutdown(&self, droplet: u64) -> Call<Action>;

    /// Turns it off, as one pulls a plug.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "power_off"))]
    pub fn power_off(&self, droplet: u64) -> Call<Action>;

    /// Turns it on.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "power_on"))]
    pub fn power_on(&self, droplet: u64) -> Call<Action>;

    /// Has a new password for root sent by mail.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "password_reset"))]
    pub fn reset_password(&self, droplet: u64) -> Call<Action>;

    /// Puts a backup of it in its place.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "restore"))]
    pub fn restore(&self, droplet: u64, #[json("image")] image: u64) -> Call<Action>;

    /// Gives it another size; with the disk, that is for good.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "resize"))]
    pub fn resize(
        &self,
        droplet: u64,
        #[json("size")] size: &str,
        #[json("disk")] disk: bool,
    ) -> Call<Action>;

    /// Begins anew with another image.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "rebuild"))]
    pub fn rebuild(&self, droplet: u64, #[json("image")] image: &ImageId) -> Call<Action>;

    /// Gives it another name.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "rename"))]
    pub fn rename(&self, droplet: u64, #[json("name")] name: &str) -> Call<Action>;

    /// Gives an old one another kernel.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "change_kernel"))]
    pub fn change_kernel(&self, droplet: u64, #[json("kernel")] kernel: u64) -> Call<Action>;

    /// Gives it an IPv6 address.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "enable_ipv6"))]
    pub fn enable_ipv6(&self, droplet: u64) -> Call<Action>;

    /// Takes a snapshot of it.
    #[post("{droplet}/actions", unwrap = "action", json("type" = "snapshot"))]
    pub fn snapshot(&self, droplet: u64, #[json("name")] name: &str) -> Call<Action>;

    /// Does something with all droplets that have this tag.
    #[post("actions", unwrap = "actions")]
    pub fn act_on_tagged(
        &self,
        #[query] tag_name: &str,
        #[json] action: &TaggedDropletAction<'_>,
    ) -> Call<Vec<Action>>;

    /// One action on a droplet.
    #[get("{droplet}/actions/{id}", unwrap = "action")]
    pub async fn action(&self, droplet: u64, id: u64) -> Result<Option<Action>>;
}

/// What can be done with all droplets of a tag.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TaggedDropletAction<'a> {
    EnableBackups,
    DisableBackups,
    PowerCycle,
    Shutdown,
    PowerOff,
    PowerOn,
    #[serde(rename = "enable_ipv6")]
    EnableIpv6,
    Snapshot {
        name: &'a str,
    },
}

/// How often backups are made, and when.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct BackupPlan {
    /// `daily` or `weekly`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub plan: Option<String>,
    /// `SUN`, `MON`, ..
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weekday: Option<String>,
    /// 0, 4, 8, 12, 16 or 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hour: Option<u8>,
    #[serde(skip_serializing)]
    pub window_length_hours: Option<u8>,
    #[serde(skip_serializing)]
    pub retention_period_days: Option<u32>,
}
