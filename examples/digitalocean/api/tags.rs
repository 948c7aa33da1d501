//! Tags, and what is tagged with them.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::DigitalOcean;

/// The tags of the account.
#[rest_api(extends = DigitalOcean, path = "tags", accessor = tags)]
#[derive(Clone, Debug)]
pub struct Tags;

#[rest_api]
impl Tags {
    /// All tags.
    #[get("", items = "tags", query("per_page" = "200"))]
    pub fn list(&self) -> Pages<Tag>;

    /// Makes a tag; no harm is done if it is there already.
    #[post("", unwrap = "tag", idempotent)]
    pub fn create(&self, #[json("name")] name: &str) -> Call<Tag>;

    /// One tag.
    #[get("{name}", unwrap = "tag")]
    pub async fn tag(&self, name: &str) -> Result<Option<Tag>>;

    /// Deletes a tag; what had it loses it.
    #[delete("{name}")]
    pub async fn delete(&self, name: &str) -> Result<()>;

    /// Tags some resources; those that have the tag already keep it.
    #[post("{name}/resources", idempotent)]
    pub fn assign(&self, name: &str, #[json("resources")] to: &[Resource]) -> Call<()>;

    /// Takes the tag off some resources.
    #[delete("{name}/resources")]
    pub async fn unassign(&self, name: &str, #[json("resources")] from: &[Resource]) -> Result<()>;
}

/// A tag.
#[derive(Clone, Debug, Deserialize)]
pub struct Tag {
    pub name: String,
    pub resources: Option<Tagged>,
}

/// What is tagged.
#[derive(Clone, Debug, Deserialize)]
pub struct Tagged {
    pub count: u64,
    pub last_tagged_uri: Option<String>,
    pub droplets: Option<TaggedKind>,
    pub images: Option<TaggedKind>,
    pub volumes: Option<TaggedKind>,
    pub volume_snapshots: Option<TaggedKind>,
    pub databases: Option<TaggedKind>,
}

/// What of one kind is tagged.
#[derive(Clone, Debug, Deserialize)]
pub struct TaggedKind {
    pub count: u64,
    pub last_tagged_uri: Option<String>,
}

/// A resource that can be tagged.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Resource {
    pub resource_id: String,
    pub resource_type: ResourceType,
}

/// The kinds of resources that can be tagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ResourceType {
    Droplet,
    Image,
    Volume,
    VolumeSnapshot,
}
