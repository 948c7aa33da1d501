//! Reserved IP addresses, which move from droplet to droplet.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Action, DigitalOcean, Droplet, Region};

/// The reserved IPs of the account.
#[rest_api(extends = DigitalOcean, path = "reserved_ips", accessor = reserved_ips)]
#[derive(Clone, Debug)]
pub struct ReservedIps;

#[rest_api]
impl ReservedIps {
    /// All reserved IPs.
    #[get("", items = "reserved_ips", query("per_page" = "200"))]
    pub fn list(&self) -> Pages<ReservedIp>;

    /// Reserves an address for a droplet or in a region.
    #[post("", unwrap = "reserved_ip")]
    pub fn create(&self, #[json] new: &NewReservedIp<'_>) -> Call<ReservedIp>;

    /// One reserved IP.
    #[get("{ip}", unwrap = "reserved_ip")]
    pub async fn reserved_ip(&self, ip: &str) -> Result<Option<ReservedIp>>;

    /// Gives an address back.
    #[delete("{ip}")]
    pub async fn delete(&self, ip: &str) -> Result<()>;

    /// What was done with an address.
    #[get("{ip}/actions", items = "actions")]
    pub fn actions(&self, ip: &str) -> Pages<Action>;

    /// Gives an address to a droplet, or takes it away.
    #[post("{ip}/actions", unwrap = "action")]
    pub fn act(&self, ip: &str, #[json] action: &ReservedIpAction) -> Call<Action>;

    /// One action on an address.
    #[get("{ip}/actions/{action}", unwrap = "action")]
    pub async fn action(&self, ip: &str, action: u64) -> Result<Option<Action>>;
}

/// A reserved IP.
#[derive(Clone, Debug, Deserialize)]
pub struct ReservedIp {
    pub ip: String,
    pub region: Region,
    pub droplet: Option<Droplet>,
    pub locked: bool,
    pub project_id: Option<String>,
}

/// Where an address is to be reserved.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub enum NewReservedIp<'a> {
    ForDroplet {
        droplet_id: u64,
    },
    InRegion {
        region: &'a str,
        #[serde(skip_serializing_if = "Option::is_none")]
        project_id: Option<&'a str>,
    },
}

/// What can be done with a reserved IP.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ReservedIpAction {
    Assign { droplet_id: u64 },
    Unassign,
}
