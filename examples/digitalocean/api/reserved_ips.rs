//! Reserved IP addresses, which move from droplet to droplet.

use cloudapi::prelude::*;
use serde::Deserialize;

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

    /// Reserves an address for a droplet.
    #[post("", unwrap = "reserved_ip")]
    pub fn create_for(&self, #[json("droplet_id")] droplet: u64) -> Call<ReservedIp>;

    /// Reserves an address in a region.
    #[post("", unwrap = "reserved_ip")]
    pub fn create_in(
        &self,
        #[json("region")] region: &str,
        #[json("project_id")] project: Option<&str>,
    ) -> Call<ReservedIp>;

    /// One reserved IP.
    #[get("{ip}", unwrap = "reserved_ip")]
    pub async fn reserved_ip(&self, ip: &str) -> Result<Option<ReservedIp>>;

    /// Gives an address back.
    #[delete("{ip}")]
    pub async fn delete(&self, ip: &str) -> Result<()>;

    /// What was done with an address.
    #[get("{ip}/actions", items = "actions")]
    pub fn actions(&self, ip: &str) -> Pages<Action>;

    /// Gives an address to a droplet.
    #[post("{ip}/actions", unwrap = "action", json("type" = "assign"))]
    pub fn assign(&self, ip: &str, #[json("droplet_id")] droplet: u64) -> Call<Action>;

    /// Takes an address away from its droplet.
    #[post("{ip}/actions", unwrap = "action", json("type" = "unassign"))]
    pub fn unassign(&self, ip: &str) -> Call<Action>;

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
