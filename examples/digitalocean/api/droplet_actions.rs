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

    /// Does something with a droplet.
    #[post("{droplet}/actions", unwrap = "action")]
    pub fn act(&self, droplet: u64, #[json] action: &DropletAction<'_>) -> Call<Action>;

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

/// What can be done with a droplet.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum DropletAction<'a> {
    EnableBackups {
        #[serde(skip_serializing_if = "Option::is_none")]
        backup_policy: Option<BackupPlan>,
    },
    DisableBackups,
    ChangeBackupPolicy {
        backup_policy: BackupPlan,
    },
    Reboot,
    PowerCycle,
    Shutdown,
    PowerOff,
    PowerOn,
    PasswordReset,
    /// Puts a backup of it in its place.
    Restore {
        image: u64,
    },
    Resize {
        /// The disk too, for good.
        disk: bool,
        size: &'a str,
    },
    /// Begins anew with another image.
    Rebuild {
        image: ImageId,
    },
    Rename {
        name: &'a str,
    },
    ChangeKernel {
        kernel: u64,
    },
    #[serde(rename = "enable_ipv6")]
    EnableIpv6,
    Snapshot {
        name: &'a str,
    },
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
