//! The droplets of one account, and a droplet as DigitalOcean shows it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

use super::catalogue::{self, REGIONS, SIZES};

const FIRST_ID: u64 = 3_164_444;

#[derive(Debug, Default)]
pub(super) struct Droplets {
    /// In the order of their numbers, and so of their creation.
    all: BTreeMap<u64, Droplet>,
    created: u64,
    /// For how many looks at it a droplet stays `new`.
    booting: u32,
}

#[derive(Debug)]
pub(super) struct Droplet {
    id: u64,
    name: String,
    size: usize,
    region: usize,
    image: Value,
    tags: Vec<String>,
    /// For how many more looks it stays `new`.
    booting: u32,
}

/// What a request for a new droplet must and may say; what else it says is
/// ignored.
#[derive(Debug, Deserialize)]
pub(super) struct NewDroplet {
    name: Option<String>,
    size: Option<String>,
    image: Option<Value>,
    region: Option<String>,
    tags: Option<Vec<String>>,
}

impl Droplets {
    pub(super) fn new(number: usize, booting: u32) -> Self {
        let mut droplets = Self {
            booting,
            ..Self::default()
        };
        for index in 0..number {
            let tag = if index % 2 == 0 { "web" } else { "db" };
            droplets.insert(|id| Droplet {
                id,
                name: format!("{tag}-{:02}.example.com", index + 1),
                size: index % SIZES.len(),
                region: index % REGIONS.len(),
                image: json!("ubuntu-24-04-x64"),
                tags: vec!["env:prod".to_owned(), tag.to_owned()],
                booting: 0,
            });
        }
        droplets
    }

    /// Shows a droplet. One that is booting comes nearer to its end by it, so
    /// that what is seen depends on no clock.
    pub(super) fn look(&mut self, id: u64) -> Option<Value> {
        let droplet = self.all.get_mut(&id)?;
        let seen = droplet.booting.checked_sub(1);
        let shown = droplet.json();
        droplet.booting = seen.unwrap_or(0);
        Some(shown)
    }

    pub(super) fn remove(&mut self, id: u64) -> bool {
        self.all.remove(&id).is_some()
    }

    pub(super) fn tagged<'a>(&'a self, tag: Option<&'a str>) -> impl Iterator<Item = &'a Droplet> {
        self.all
            .values()
            .filter(move |droplet| tag.is_none_or(|tag| droplet.tags.iter().any(|own| own == tag)))
    }

    /// Whether there is such a droplet, which then has the tag or has it not.
    pub(super) fn tag(&mut self, id: u64, tag: &str, has: bool) -> bool {
        let Some(droplet) = self.all.get_mut(&id) else {
            return false;
        };
        droplet.tags.retain(|own| own != tag);
        if has {
            droplet.tags.push(tag.to_owned());
        }
        true
    }

    /// Takes a tag off all droplets.
    pub(super) fn untag(&mut self, tag: &str) {
        for droplet in self.all.values_mut() {
            droplet.tags.retain(|own| own != tag);
        }
    }

    /// All tags that droplets have.
    pub(super) fn tags(&self) -> impl Iterator<Item = &str> {
        let droplets = self.all.values();
        droplets.flat_map(|droplet| droplet.tags.iter().map(String::as_str))
    }

    /// Creates a droplet, or says what is wrong with the request.
    pub(super) fn create(&mut self, new: NewDroplet) -> Result<&Droplet, &'static str> {
        let name = new.name.unwrap_or_default();
        if name.is_empty() {
            return Err("Name is required");
        }
        if !is_host_name(&name) {
            return Err("Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)");
        }
        let size = new.size.ok_or("Size is required")?;
        let size = SIZES.iter().position(|(slug, ..)| *slug == size);
        let size = size.ok_or("You specified an invalid size for Droplet creation.")?;
        let image = match new.image {
            Some(image @ (Value::String(_) | Value::Number(_))) => image,
            Some(_) => return Err("You specified an invalid image for Droplet creation."),
            None => return Err("Image is required"),
        };
        let region = match new.region {
            Some(region) => REGIONS
                .iter()
                .position(|(slug, _)| slug.starts_with(&region)),
            None => Some(0),
        };
        let region = region.ok_or("You specified an invalid region for Droplet creation.")?;
        let booting = self.booting;
        let id = self.insert(|id| Droplet {
            id,
            name,
            size,
            region,
            image,
            tags: new.tags.unwrap_or_default(),
            booting,
        });
        self.all.get(&id).ok_or("The droplet could not be created.")
    }

    fn insert(&mut self, droplet: impl FnOnce(u64) -> Droplet) -> u64 {
        // The numbers of deleted droplets are not given again.
        let id = FIRST_ID + self.created;
        self.created += 1;
        self.all.insert(id, droplet(id));
        id
    }
}

impl Droplet {
    pub(super) const fn id(&self) -> u64 {
        self.id
    }

    /// As the API shows it.
    pub(super) fn json(&self) -> Value {
        let status = if self.booting > 0 { "new" } else { "active" };
        self.with_status(status)
    }

    /// As the API shows it in this status.
    pub(super) fn with_status(&self, status: &str) -> Value {
        let (size, memory, vcpus, disk, _) = SIZES[self.size];
        // One number of an address each for the first sixty thousand.
        let [high, low] = ((self.id - FIRST_ID) as u16).to_be_bytes();
        let networks = match status {
            "new" => json!({ "v4": [], "v6": [] }),
            _ => json!({
                "v4": [
                    { "ip_address": format!("10.128.{high}.{low}"), "netmask": "255.255.0.0",
                      "gateway": "10.128.0.1", "type": "private" },
                    { "ip_address": format!("198.18.{high}.{low}"), "netmask": "255.255.0.0",
                      "gateway": "198.18.0.1", "type": "public" },
                ],
                "v6": [],
            }),
        };
        json!({
            "id": self.id, "name": self.name, "memory": memory, "vcpus": vcpus, "disk": disk,
            "disk_info": [{ "type": "local", "size": { "amount": disk, "unit": "gib" } }],
            "locked": false, "status": status, "kernel": null,
            // The same in every run.
            "created_at": "2026-07-21T18:37:44Z",
            "features": ["private_networking"], "backup_ids": [], "next_backup_window": null,
            "snapshot_ids": [], "image": catalogue::image_of(&self.image), "volume_ids": [],
            "size": catalogue::size(self.size), "size_slug": size, "networks": networks,
            "region": catalogue::region(self.region),
            "tags": self.tags, "vpc_uuid": "760e09ef-dc84-11e8-981e-3cfdfeaae000",
        })
    }
}

fn is_host_name(name: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_alphanumeric();
    name.len() <= 255
        && name.as_bytes().first().is_some_and(alphanumeric)
        && name.as_bytes().last().is_some_and(alphanumeric)
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'-')
}
