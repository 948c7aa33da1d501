//! The account and its SSH keys.

use std::fmt;

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::DigitalOcean;

/// An account.
#[derive(Clone, Debug, Deserialize)]
pub struct Account {
    pub droplet_limit: u64,
    pub floating_ip_limit: u64,
    pub email: String,
    pub name: Option<String>,
    pub uuid: String,
    pub email_verified: bool,
    pub status: AccountStatus,
    pub status_message: String,
    pub team: Option<Team>,
}

/// How an account stands.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum AccountStatus {
    Active,
    Warning,
    Locked,
    /// One that the vendor's document does not have.
    #[serde(other)]
    Other,
}

/// The team that an account is one of.
#[derive(Clone, Debug, Deserialize)]
pub struct Team {
    pub uuid: Option<String>,
    pub name: Option<String>,
}

/// The SSH keys of the account.
#[rest_api(extends = DigitalOcean, path = "account/keys", accessor = ssh_keys)]
#[derive(Clone, Debug)]
pub struct SshKeys;

#[rest_api]
impl SshKeys {
    /// All keys.
    #[get("", items = "ssh_keys", query("per_page" = "200"))]
    pub fn list(&self) -> Pages<SshKey>;

    /// Adds a key.
    #[post("", unwrap = "ssh_key")]
    pub fn create(
        &self,
        #[json("name")] name: &str,
        #[json("public_key")] public_key: &str,
    ) -> Call<SshKey>;

    /// One key.
    #[get("{key}", unwrap = "ssh_key")]
    pub async fn key(&self, key: &SshKeyId) -> Result<Option<SshKey>>;

    /// Gives a key another name.
    #[put("{key}", unwrap = "ssh_key")]
    pub async fn rename(&self, key: &SshKeyId, #[json("name")] name: &str) -> Result<SshKey>;

    /// Removes a key; droplets that have it keep it.
    #[delete("{key}")]
    pub async fn delete(&self, key: &SshKeyId) -> Result<()>;
}

/// A public key.
#[derive(Clone, Debug, Deserialize)]
pub struct SshKey {
    pub id: u64,
    pub fingerprint: String,
    pub public_key: String,
    pub name: String,
}

/// What a key is named by: its number or its fingerprint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum SshKeyId {
    Number(u64),
    Fingerprint(String),
}

impl fmt::Display for SshKeyId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Fingerprint(fingerprint) => fingerprint.fmt(formatter),
        }
    }
}
