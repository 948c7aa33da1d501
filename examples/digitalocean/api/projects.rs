//! Projects, which group the resources of an account.

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::DigitalOcean;

/// The projects of the account. The id `default` is that of the default one.
#[rest_api(extends = DigitalOcean, path = "projects", accessor = projects)]
#[derive(Clone, Debug)]
pub struct Projects;

#[rest_api]
impl Projects {
    /// All projects.
    #[get("", items = "projects", query("per_page" = "200"))]
    pub fn list(&self) -> Pages<Project>;

    /// Makes a project.
    #[post("", unwrap = "project")]
    pub fn create(&self, #[json] new: &NewProject<'_>) -> Call<Project>;

    /// One project.
    #[get("{id}", unwrap = "project")]
    pub async fn project(&self, id: &str) -> Result<Option<Project>>;

    /// The project that new resources go to.
    #[get("default", unwrap = "project")]
    pub async fn default_project(&self) -> Result<Project>;

    /// Replaces what describes a project.
    #[put("{id}", unwrap = "project")]
    pub async fn replace(&self, id: &str, #[json] with: &ProjectDescription<'_>)
    -> Result<Project>;

    /// Changes some of what describes a project.
    #[patch("{id}", unwrap = "project")]
    pub async fn change(&self, id: &str, #[json] to: &ProjectChange<'_>) -> Result<Project>;

    /// Deletes a project that has no resources.
    #[delete("{id}")]
    pub async fn delete(&self, id: &str) -> Result<()>;

    /// The resources of a project.
    #[get("{id}/resources", items = "resources", query("per_page" = "200"))]
    pub fn resources(&self, id: &str) -> Pages<ProjectResource>;

    /// The resources of the default project.
    #[get("default/resources", items = "resources")]
    pub fn default_resources(&self) -> Pages<ProjectResource>;

    /// Moves resources to a project, by names such as `do:droplet:13457723`.
    #[post("{id}/resources", unwrap = "resources")]
    pub fn assign(
        &self,
        id: &str,
        #[json("resources")] these: &[&str],
    ) -> Call<Vec<ProjectResource>>;
}

/// A project.
#[derive(Clone, Debug, Deserialize)]
pub struct Project {
    pub id: String,
    pub owner_uuid: String,
    pub owner_id: u64,
    pub name: String,
    pub description: String,
    pub purpose: String,
    pub environment: Option<Environment>,
    pub created_at: String,
    pub updated_at: String,
    #[serde(default)]
    pub is_default: bool,
}

/// What a project is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Serialize)]
pub enum Environment {
    Development,
    Staging,
    Production,
}

/// A project to be made.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NewProject<'a> {
    pub name: &'a str,
    /// Such as `Service or API`.
    pub purpose: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
}

/// All that describes a project.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct ProjectDescription<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub purpose: &'a str,
    pub environment: Environment,
    pub is_default: bool,
}

/// What to change of a project.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ProjectChange<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub environment: Option<Environment>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub is_default: Option<bool>,
}

/// A resource of a project.
#[derive(Clone, Debug, Deserialize)]
pub struct ProjectResource {
    pub urn: String,
    pub assigned_at: Option<String>,
    /// `ok`, `not_found`, `assigned`, `already_assigned` or `service_down`.
    pub status: String,
}
