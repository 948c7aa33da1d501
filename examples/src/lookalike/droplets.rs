//! The droplets of one account, and a droplet as DigitalOcean shows it.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Value, json};

/// Slug, memory in MB, processors, disk in GB, dollars a month.
const SIZES: [(&str, u32, u32, u32, u32); 4] = [
    ("s-1vcpu-1gb", 1_024, 1, 25, 6),
    ("s-1vcpu-2gb", 2_048, 1, 50, 12),
    ("s-2vcpu-4gb", 4_096, 2, 80, 24),
    ("s-4vcpu-8gb", 8_192, 4, 160, 48),
];

const REGIONS: [(&str, &str); 4] = [
    ("nyc3", "New York 3"),
    ("ams3", "Amsterdam 3"),
    ("fra1", "Frankfurt 1"),
    ("sgp1", "Singapore 1"),
];

const FIRST_ID: u64 = 3_164_444;

#[derive(Debug, Default)]
pub(super) struct Droplets {
    /// In the order of their numbers, and so of their creation.
    all: BTreeMap<u64, Droplet>,
    created: u64,
}

#[derive(Debug)]
pub(super) struct Droplet {
    id: u64,
    name: String,
    size: usize,
    region: usize,
    image: Value,
    tags: Vec<String>,
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
    pub(super) fn new(number: usize) -> Self {
        let mut droplets = Self::default();
        for index in 0..number {
            let tag = if index % 2 == 0 { "web" } else { "db" };
            droplets.insert(|id| Droplet {
                id,
                name: format!("{tag}-{:02}.example.com", index + 1),
                size: index % SIZES.len(),
                region: index % REGIONS.len(),
                image: json!("ubuntu-24-04-x64"),
                tags: vec!["env:prod".to_owned(), tag.to_owned()],
            });
        }
        droplets
    }

    pub(super) fn get(&self, id: u64) -> Option<&Droplet> {
        self.all.get(&id)
    }

    pub(super) fn remove(&mut self, id: u64) -> bool {
        self.all.remove(&id).is_some()
    }

    pub(super) fn tagged<'a>(&'a self, tag: Option<&'a str>) -> impl Iterator<Item = &'a Droplet> {
        self.all
            .values()
            .filter(move |droplet| tag.is_none_or(|tag| droplet.tags.iter().any(|own| own == tag)))
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
        let id = self.insert(|id| Droplet {
            id,
            name,
            size,
            region,
            image,
            tags: new.tags.unwrap_or_default(),
        });
        self.get(id).ok_or("The droplet could not be created.")
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
    pub(super) fn json(&self, status: &str) -> Value {
        let (size, memory, vcpus, disk, price) = SIZES[self.size];
        let (region, region_name) = REGIONS[self.region];
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
        let image = json!({
            "id": self.image.as_u64().unwrap_or(63_663_980), "name": "24.04 (LTS) x64",
            "distribution": "Ubuntu", "slug": self.image.as_str(), "public": true,
            "regions": REGIONS.map(|(slug, _)| slug), "created_at": "2026-05-15T05:47:50Z",
            "type": "base", "min_disk_size": 7, "size_gigabytes": 2.36,
            "description": "Ubuntu 24.04 (LTS) x64", "tags": [], "status": "available",
        });
        json!({
            "id": self.id, "name": self.name, "memory": memory, "vcpus": vcpus, "disk": disk,
            "disk_info": [{ "type": "local", "size": { "amount": disk, "unit": "gib" } }],
            "locked": false, "status": status, "kernel": null,
            // The same in every run.
            "created_at": "2026-07-21T18:37:44Z",
            "features": ["private_networking"], "backup_ids": [], "next_backup_window": null,
            "snapshot_ids": [], "image": image, "volume_ids": [],
            "size": {
                "slug": size, "memory": memory, "vcpus": vcpus, "disk": disk, "transfer": 1.0,
                "price_monthly": price, "price_hourly": f64::from(price) / 672.0,
                "regions": REGIONS.map(|(slug, _)| slug), "available": true,
                "description": "Basic",
            },
            "size_slug": size, "networks": networks,
            "region": {
                "name": region_name, "slug": region, "available": true,
                "features": ["private_networking", "backups", "ipv6", "metadata"],
                "sizes": SIZES.map(|(slug, ..)| slug),
            },
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
