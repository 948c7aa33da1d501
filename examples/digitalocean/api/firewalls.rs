//! Firewalls around droplets.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::DigitalOcean;

/// The firewalls of the account.
#[rest_api(extends = DigitalOcean, path = "firewalls", accessor = firewalls)]
#[derive(Clone, Debug)]
pub struct Firewalls;

#[rest_api]
impl Firewalls {
    /// All firewalls.
    #[get("", items = "firewalls", query("per_page" = "200"))]
    pub fn list(&self) -> Pages<Firewall>;

    /// Makes a firewall.
    #[post("", unwrap = "firewall")]
    pub fn create(&self, #[json] new: &NewFirewall<'_>) -> Call<Firewall>;

    /// One firewall.
    #[get("{id}", unwrap = "firewall")]
    pub async fn firewall(&self, id: &str) -> Result<Option<Firewall>>;

    /// Replaces a firewall; what is not given is gone.
    #[put("{id}", unwrap = "firewall")]
    pub async fn replace(&self, id: &str, #[json] with: &NewFirewall<'_>) -> Result<Firewall>;

    /// Deletes a firewall.
    #[delete("{id}")]
    pub async fn delete(&self, id: &str) -> Result<()>;

    /// Puts droplets behind a firewall.
    #[post("{id}/droplets", idempotent)]
    pub fn add_droplets(&self, id: &str, #[json("droplet_ids")] these: &[u64]) -> Call<()>;

    /// Takes droplets out from behind a firewall.
    #[delete("{id}/droplets")]
    pub async fn remove_droplets(
        &self,
        id: &str,
        #[json("droplet_ids")] these: &[u64],
    ) -> Result<()>;

    /// Puts the droplets of tags behind a firewall.
    #[post("{id}/tags", idempotent)]
    pub fn add_tags(&self, id: &str, #[json("tags")] these: &[&str]) -> Call<()>;

    /// Takes the droplets of tags out from behind a firewall.
    #[delete("{id}/tags")]
    pub async fn remove_tags(&self, id: &str, #[json("tags")] these: &[&str]) -> Result<()>;

    /// Adds rules to a firewall.
    #[post("{id}/rules")]
    pub fn add_rules(&self, id: &str, #[json] these: &Rules) -> Call<()>;

    /// Takes rules from a firewall.
    #[delete("{id}/rules")]
    pub async fn remove_rules(&self, id: &str, #[json] these: &Rules) -> Result<()>;
}

/// A firewall.
#[derive(Clone, Debug, Deserialize)]
pub struct Firewall {
    pub id: String,
    pub name: String,
    /// `waiting`, `succeeded` or `failed`.
    pub status: String,
    pub created_at: String,
    #[serde(default)]
    pub pending_changes: Vec<PendingChange>,
    pub droplet_ids: Option<Vec<u64>>,
    pub tags: Option<Vec<String>>,
    pub inbound_rules: Option<Vec<InboundRule>>,
    pub outbound_rules: Option<Vec<OutboundRule>>,
}

/// A change that has yet to reach a droplet.
#[derive(Clone, Debug, Deserialize)]
pub struct PendingChange {
    pub droplet_id: u64,
    pub removing: bool,
    pub status: String,
}

/// What a firewall lets in.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct InboundRule {
    pub protocol: Protocol,
    /// `80`, `8000-9000` or `all`.
    pub ports: String,
    pub sources: Peers,
}

/// What a firewall lets out.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub struct OutboundRule {
    pub protocol: Protocol,
    /// `80`, `8000-9000` or `all`.
    pub ports: String,
    pub destinations: Peers,
}

/// The protocols that a rule can be about.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Protocol {
    Tcp,
    Udp,
    Icmp,
}

/// Whom a rule is about.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
pub struct Peers {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub addresses: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub droplet_ids: Option<Vec<u64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub load_balancer_uids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kubernetes_ids: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// A firewall to be made.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewFirewall<'a> {
    pub name: &'a str,
    #[serde(flatten)]
    pub rules: Rules,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub droplet_ids: &'a [u64],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tags: &'a [&'a str],
}

/// Some rules.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Rules {
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub inbound_rules: Vec<InboundRule>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub outbound_rules: Vec<OutboundRule>,
}
