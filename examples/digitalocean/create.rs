//! Creates a droplet and waits for it.

use std::error::Error;
use std::time::{Duration, Instant};

use examples::digitalocean::{DigitalOcean, DropletOptions, DropletStatus, NewDroplet};

use crate::arguments::New;

/// Between two looks; each is a call and takes a slot.
const PAUSE: Duration = Duration::from_secs(2);

pub(crate) async fn run(cloud: &DigitalOcean, new: &New) -> Result<(), Box<dyn Error>> {
    let droplets = cloud.droplets();
    let deadline = Instant::now() + new.wait;
    let asked = NewDroplet {
        name: &new.name,
        size: &new.size,
        image: new.image.as_str().into(),
        options: DropletOptions {
            region: new.region.as_deref(),
            ..DropletOptions::default()
        },
    };
    let droplet = droplets.create(&asked).deadline(new.wait).await?;
    let id = droplet.id;
    println!("droplet {id} is being created");
    let left = deadline.saturating_duration_since(Instant::now());
    let droplet = droplets
        .droplet(id)
        .until(PAUSE, left, |droplet| {
            let Some(droplet) = droplet else { return true };
            println!("droplet {id} is {:?}", droplet.status);
            droplet.status != DropletStatus::New
        })
        .await?
        .ok_or_else(|| format!("droplet {id} is gone again"))?;
    if droplet.status != DropletStatus::Active {
        return Err(format!("droplet {id} is not active but {:?}", droplet.status).into());
    }
    let public = droplet.networks.v4.iter().find(|one| one.kind == "public");
    let address = public.map_or("none", |one| one.ip_address.as_str());
    println!("droplet {id} is active, its address is {address}");
    Ok(())
}
