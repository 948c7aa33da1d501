//! Destroying a droplet together with what belongs to it.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::DigitalOcean;

/// What destroys a droplet together with what belongs to it.
#[rest_api(extends = DigitalOcean, path = "droplets", accessor = teardowns)]
#[derive(Clone, Debug)]
pub struct Teardowns;

#[rest_api]
impl Teardowns {
    /// What could be destroyed with a droplet.
    #[get("{droplet}/destroy_with_associated_resources")]
    pub async fn associated(&self, droplet: u64) -> Result<Option<Associated>>;

    /// Destroys a droplet and what is named here.
    #[delete("{droplet}/destroy_with_associated_resources/selective")]
    pub async fn destroy_with(&self, droplet: u64, #[json] these: &Doomed<'_>) -> Result<()>;

    /// Destroys a droplet and everything that belongs to it.
    #[delete(
        "{droplet}/destroy_with_associated_resources/dangerous",
        headers("X-Dangerous" = "true")
    )]
    pub async fn destroy_with_all(&self, droplet: u64) -> Result<()>;

    /// How far a destruction has come.
    #[get("{droplet}/destroy_with_associated_resources/status")]
    pub async fn status(&self, droplet: u64) -> Result<Option<Teardown>>;

    /// Tries again what could not be destroyed.
    #[post("{droplet}/destroy_with_associated_resources/retry")]
    pub fn retry(&self, droplet: u64) -> Call<()>;
}

/// What belongs to a droplet.
#[derive(Clone, Debug, Deserialize)]
pub struct Associated {
    pub reserved_ips: Vec<AssociatedResource>,
    pub floating_ips: Vec<AssociatedResource>,
    pub snapshots: Vec<AssociatedResource>,
    pub volumes: Vec<AssociatedResource>,
    pub volume_snapshots: Vec<AssociatedResource>,
}

/// Something that belongs to a droplet.
#[derive(Clone, Debug, Deserialize)]
pub struct AssociatedResource {
    pub id: String,
    pub name: String,
    /// In US dollars a month.
    pub cost: String,
}

/// What to destroy with a droplet.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Doomed<'a> {
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub reserved_ips: &'a [&'a str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub floating_ips: &'a [&'a str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub snapshots: &'a [&'a str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub volumes: &'a [&'a str],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub volume_snapshots: &'a [&'a str],
}

/// A destruction under way.
#[derive(Clone, Debug, Deserialize)]
pub struct Teardown {
    pub droplet: Destroyed,
    pub resources: DestroyedResources,
    pub completed_at: Option<String>,
    pub failures: u32,
}

/// What is destroyed with the droplet.
#[derive(Clone, Debug, Deserialize)]
pub struct DestroyedResources {
    pub reserved_ips: Vec<Destroyed>,
    pub floating_ips: Vec<Destroyed>,
    pub snapshots: Vec<Destroyed>,
    pub volumes: Vec<Destroyed>,
    pub volume_snapshots: Vec<Destroyed>,
}

/// One thing that is destroyed.
#[derive(Clone, Debug, Deserialize)]
pub struct Destroyed {
    pub id: String,
    pub name: String,
    pub destroyed_at: Option<String>,
    pub error_message: Option<String>,
}
