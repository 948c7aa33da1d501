//! Images that droplets are made of.

use std::fmt;

use cloudapi::prelude::*;
use serde::{Deserialize, Serialize};

use super::{Action, DigitalOcean};

/// The images that the account can use.
#[rest_api(extends = DigitalOcean, path = "images", accessor = images)]
#[derive(Clone, Debug)]
pub struct Images;

#[rest_api]
impl Images {
    /// All images, or those that match.
    #[get("", items = "images", query("per_page" = "200"))]
    pub fn list(&self, #[query] filter: &ImageFilter<'_>) -> Pages<Image>;

    /// Makes an image of a file that is somewhere on the web.
    #[post("", unwrap = "image")]
    pub fn create(&self, #[json] new: &NewImage<'_>) -> Call<Image>;

    /// One image.
    #[get("{id}", unwrap = "image")]
    pub async fn image(&self, id: &ImageId) -> Result<Option<Image>>;

    /// Changes what is described of an image.
    #[put("{id}", unwrap = "image")]
    pub async fn update(&self, id: u64, #[json] to: &ImageDescription<'_>) -> Result<Image>;

    /// Deletes an image.
    #[delete("{id}")]
    pub async fn delete(&self, id: u64) -> Result<()>;

    /// What was done with an image.
    #[get("{id}/actions", items = "actions")]
    pub fn actions(&self, id: u64) -> Pages<Action>;

    /// Makes a snapshot of a backup.
    #[post("{id}/actions", unwrap = "action", json("type" = "convert"))]
    pub fn convert(&self, id: u64) -> Call<Action>;

    /// Copies an image to another data center.
    #[post("{id}/actions", unwrap = "action", json("type" = "transfer"))]
    pub fn transfer(&self, id: u64, #[json("region")] region: &str) -> Call<Action>;

    /// One action on an image.
    #[get("{id}/actions/{action}", unwrap = "action")]
    pub async fn action(&self, id: u64, action: u64) -> Result<Option<Action>>;
}

/// An image.
#[derive(Clone, Debug, Deserialize)]
pub struct Image {
    pub id: u64,
    pub name: String,
    /// `base`, `snapshot`, `backup`, `custom` or `admin`.
    #[serde(rename = "type")]
    pub kind: Option<String>,
    pub distribution: String,
    pub slug: Option<String>,
    pub public: Option<bool>,
    pub regions: Vec<String>,
    pub created_at: String,
    /// In GB.
    pub min_disk_size: Option<u64>,
    pub size_gigabytes: Option<f64>,
    pub description: Option<String>,
    pub tags: Option<Vec<String>>,
    pub status: String,
    pub error_message: Option<String>,
}

/// What an image is named by: its number, or the slug of a public one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum ImageId {
    Number(u64),
    Slug(String),
}

impl fmt::Display for ImageId {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => number.fmt(formatter),
            Self::Slug(slug) => slug.fmt(formatter),
        }
    }
}

/// What is all digits is a number; no slug is.
impl From<&str> for ImageId {
    fn from(text: &str) -> Self {
        match text.parse() {
            Ok(number) => Self::Number(number),
            Err(_) => Self::Slug(text.to_owned()),
        }
    }
}

/// Which images are wanted.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ImageFilter<'a> {
    #[serde(rename = "type")]
    pub kind: Option<ImageKind>,
    /// Only those of the account itself.
    pub private: Option<bool>,
    pub tag_name: Option<&'a str>,
}

/// The kinds of images that a list can be of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum ImageKind {
    Application,
    Distribution,
}

/// An image to be made.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct NewImage<'a> {
    pub name: &'a str,
    pub url: &'a str,
    pub region: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    pub tags: &'a [&'a str],
}

/// What can be changed of an image.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct ImageDescription<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub distribution: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<&'a str>,
}
