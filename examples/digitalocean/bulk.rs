//! Tags many droplets at once.

use std::error::Error;

use examples::digitalocean::{DigitalOcean, Resource, ResourceType};
use tokio::task::JoinSet;

/// Makes the tag and gives it to each of the droplets, in a call of its own, so
/// that one that is not there hinders no other. An error says how many failed.
pub(crate) async fn run(
    cloud: &DigitalOcean,
    tag: &str,
    ids: &[u64],
) -> Result<(), Box<dyn Error>> {
    let tags = cloud.tags();
    tags.create(tag).await?;

    // All calls begin at once; the client's gate lets them out one by one.
    let mut calls = JoinSet::new();
    for &id in ids {
        let resource = Resource {
            resource_id: id.to_string(),
            resource_type: ResourceType::Droplet,
        };
        let call = tags.assign(tag, &[resource]);
        calls.spawn(async move { (id, call.await) });
    }
    let (mut done, mut failed) = (0, 0);
    while let Some(ended) = calls.join_next().await {
        let (id, answer) = ended?;
        done += 1;
        let what = match answer {
            Ok(()) => "tagged".to_owned(),
            Err(error) => {
                failed += 1;
                error.to_string()
            }
        };
        println!("[{done:>4}/{}] {id}: {what}", ids.len());
    }
    match failed {
        0 => Ok(()),
        _ => Err(format!("{failed} of {} droplets are not tagged", ids.len()).into()),
    }
}
