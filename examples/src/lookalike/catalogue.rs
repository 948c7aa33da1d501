//! What there is to choose from: sizes, regions and images.

use serde_json::{Value, json};

/// Slug, memory in MB, processors, disk in GB, dollars a month.
pub(super) const SIZES: [(&str, u32, u32, u32, u32); 4] = [
    ("s-1vcpu-1gb", 1_024, 1, 25, 6),
    ("s-1vcpu-2gb", 2_048, 1, 50, 12),
    ("s-2vcpu-4gb", 4_096, 2, 80, 24),
    ("s-4vcpu-8gb", 8_192, 4, 160, 48),
];

pub(super) const REGIONS: [(&str, &str); 4] = [
    ("nyc3", "New York 3"),
    ("ams3", "Amsterdam 3"),
    ("fra1", "Frankfurt 1"),
    ("sgp1", "Singapore 1"),
];

/// Number, distribution, name, slug.
const IMAGES: [(u64, &str, &str, &str); 3] = [
    (63_663_980, "Ubuntu", "24.04 (LTS) x64", "ubuntu-24-04-x64"),
    (195_932_981, "Debian", "13 x64", "debian-13-x64"),
    (194_890_441, "Fedora", "42 x64", "fedora-42-x64"),
];

pub(super) fn sizes() -> Vec<Value> {
    (0..SIZES.len()).map(size).collect()
}

pub(super) fn regions() -> Vec<Value> {
    (0..REGIONS.len()).map(region).collect()
}

pub(super) fn images() -> Vec<Value> {
    let images = IMAGES.iter();
    images.map(|image| image_of(&json!(image.3))).collect()
}

pub(super) fn size(index: usize) -> Value {
    let (slug, memory, vcpus, disk, price) = SIZES[index];
    json!({
        "slug": slug, "memory": memory, "vcpus": vcpus, "disk": disk, "transfer": 1.0,
        "price_monthly": price, "price_hourly": f64::from(price) / 672.0,
        "regions": REGIONS.map(|(slug, _)| slug), "available": true, "description": "Basic",
    })
}

pub(super) fn region(index: usize) -> Value {
    let (slug, name) = REGIONS[index];
    json!({
        "name": name, "slug": slug, "available": true,
        "features": ["private_networking", "backups", "ipv6", "metadata"],
        "sizes": SIZES.map(|(slug, ..)| slug),
    })
}

/// The image of a number or a slug. Any can be had; those that are not in the
/// list are taken for the first.
pub(super) fn image_of(wanted: &Value) -> Value {
    let (number, slug) = (wanted.as_u64(), wanted.as_str());
    let known = IMAGES
        .iter()
        .find(|image| Some(image.0) == number || Some(image.3) == slug);
    let (first, distribution, name, own_slug) = *known.unwrap_or(&IMAGES[0]);
    json!({
        "id": number.unwrap_or(first), "name": name, "distribution": distribution,
        "slug": slug.or_else(|| known.map(|_| own_slug)), "public": true,
        "regions": REGIONS.map(|(slug, _)| slug), "created_at": "2026-05-15T05:47:50Z",
        "type": "base", "min_disk_size": 7, "size_gigabytes": 2.36,
        "description": format!("{distribution} {name}"), "tags": [], "status": "available",
    })
}
