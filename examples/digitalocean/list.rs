//! Lists, as tables.

use std::io::Write;

use cloudapi::Result;
use cloudapi::prelude::Pages;
use examples::digitalocean::*;

use crate::arguments::List;

/// Prints all there is of something.
pub(crate) async fn run(cloud: &DigitalOcean, what: List) -> Result<()> {
    match what {
        List::Droplets => {
            let list = cloud.droplets().list(&DropletFilter::default());
            table(
                list,
                ["ID", "NAME", "STATUS", "SIZE", "REGION", "ADDRESS", "TAGS"],
                |it| {
                    let public = it.networks.v4.into_iter().find(|one| one.kind == "public");
                    let status = format!("{:?}", it.status).to_lowercase();
                    let address = public.map_or_else(String::new, |one| one.ip_address);
                    let (region, tags) = (it.region.slug, it.tags.join(","));
                    [
                        it.id.to_string(),
                        it.name,
                        status,
                        it.size_slug,
                        region,
                        address,
                        tags,
                    ]
                },
            )
            .await
        }
        List::Volumes => {
            let list = cloud.volumes().list(&VolumeFilter::default());
            table(list, ["ID", "NAME", "GB", "REGION", "DROPLET"], |it| {
                let droplet = it
                    .droplet_ids
                    .unwrap_or_default()
                    .first()
                    .map(u64::to_string);
                let (size, region) = (it.size_gigabytes.to_string(), it.region.slug);
                [it.id, it.name, size, region, droplet.unwrap_or_default()]
            })
            .await
        }
        List::Images => {
            let list = cloud.images().list(&ImageFilter::default());
            table(list, ["ID", "SLUG", "DISTRIBUTION", "NAME"], |it| {
                [
                    it.id.to_string(),
                    it.slug.unwrap_or_default(),
                    it.distribution,
                    it.name,
                ]
            })
            .await
        }
        List::Snapshots => {
            let list = cloud.snapshots().list(None);
            table(list, ["ID", "NAME", "OF", "GB", "CREATED"], |it| {
                let of = format!("{:?} {}", it.resource_type, it.resource_id).to_lowercase();
                [
                    it.id,
                    it.name,
                    of,
                    it.size_gigabytes.to_string(),
                    it.created_at,
                ]
            })
            .await
        }
        List::Sizes => {
            table(
                cloud.sizes(),
                ["SLUG", "VCPUS", "MB", "DISK GB", "$ A MONTH"],
                |it| {
                    let (memory, disk) = (it.memory.to_string(), it.disk.to_string());
                    [
                        it.slug,
                        it.vcpus.to_string(),
                        memory,
                        disk,
                        it.price_monthly.to_string(),
                    ]
                },
            )
            .await
        }
        List::Regions => {
            table(cloud.regions(), ["SLUG", "NAME", "AVAILABLE"], |it| {
                let available = if it.available { "yes" } else { "no" };
                [it.slug, it.name, available.to_owned()]
            })
            .await
        }
        List::Tags => {
            table(cloud.tags().list(), ["NAME", "ON"], |it| {
                [it.name, it.resources.map_or(0, |on| on.count).to_string()]
            })
            .await
        }
        List::Domains => {
            table(cloud.domains().list(), ["NAME", "TTL"], |it| {
                [
                    it.name,
                    it.ttl.map_or_else(String::new, |ttl| ttl.to_string()),
                ]
            })
            .await
        }
        List::Keys => {
            table(
                cloud.ssh_keys().list(),
                ["ID", "NAME", "FINGERPRINT"],
                |it| [it.id.to_string(), it.name, it.fingerprint],
            )
            .await
        }
        List::ReservedIps => {
            table(
                cloud.reserved_ips().list(),
                ["IP", "REGION", "DROPLET"],
                |it| {
                    [
                        it.ip,
                        it.region.slug,
                        it.droplet.map_or_else(String::new, |it| it.name),
                    ]
                },
            )
            .await
        }
        List::Projects => {
            table(cloud.projects().list(), ["ID", "NAME", "PURPOSE"], |it| {
                [it.id, it.name, it.purpose]
            })
            .await
        }
        List::Firewalls => {
            table(cloud.firewalls().list(), ["ID", "NAME", "STATUS"], |it| {
                [it.id, it.name, it.status]
            })
            .await
        }
    }
}

/// Prints a row for each item, once all are there: only then the widths are
/// known, and a list that breaks off is not taken for a whole one.
async fn table<T, const N: usize>(
    list: Pages<T>,
    head: [&str; N],
    row: impl Fn(T) -> [String; N],
) -> Result<()> {
    let rows: Vec<_> = list.collect_all().await?.into_iter().map(row).collect();
    // Whoever reads it may have seen enough: `| head`.
    let _ = std::io::stdout().write_all(layout(head, &rows).as_bytes());
    Ok(())
}

fn layout<const N: usize>(head: [&str; N], rows: &[[String; N]]) -> String {
    let mut widths = head.map(str::len);
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let line = |cells: [&str; N]| {
        let cells = cells.iter().zip(widths);
        let cells: Vec<_> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    let rows = rows
        .iter()
        .map(|row| line(row.each_ref().map(String::as_str)));
    std::iter::once(line(head)).chain(rows).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let rows = [
            ["1".to_owned(), "é".to_owned()],
            ["22".to_owned(), String::new()],
        ];
        assert_eq!(layout(["A", "NAME"], &rows), "A   NAME\n1   é\n22\n");
        assert_eq!(layout(["A", "B"], &[]), "A  B\n");
    }
}
