//! What was and is being done in the account.

use cloudapi::prelude::*;
use serde::Deserialize;

use super::{DigitalOcean, Region};

/// All actions of the account, on whatever.
#[rest_api(extends = DigitalOcean, path = "actions", accessor = actions)]
#[derive(Clone, Debug)]
pub struct Actions;

#[rest_api]
impl Actions {
    /// All actions, the latest first.
    #[get("", items = "actions", query("per_page" = "200"))]
    pub fn list(&self) -> Pages<Action>;

    /// One action.
    #[get("{id}", unwrap = "action")]
    pub async fn action(&self, id: u64) -> Result<Option<Action>>;
}

/// Something that takes its time, such as the creation of a droplet.
#[derive(Clone, Debug, Deserialize)]
pub struct Action {
    pub id: u64,
    pub status: ActionStatus,
    #[serde(rename = "type")]
    pub kind: String,
    pub started_at: String,
    pub completed_at: Option<String>,
    pub resource_id: Option<u64>,
    pub resource_type: String,
    pub region: Option<Region>,
    pub region_slug: Option<String>,
    /// That of a reserved IP.
    pub project_id: Option<String>,
}

/// How far an action has come.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ActionStatus {
    InProgress,
    Completed,
    Errored,
    /// One that the vendor's document does not have.
    #[serde(other)]
    Other,
}
