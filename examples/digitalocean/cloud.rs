//! Which server is asked, with which token.

use cloudapi::prelude::*;
use examples::digitalocean::DigitalOcean;
use examples::lookalike::{Lookalike, Settings};

use crate::arguments::Arguments;

const NO_TOKEN: &str = "\
there is no token: make one at https://cloud.digitalocean.com/account/api/tokens and
       put it in the environment variable DIGITALOCEAN_ACCESS_TOKEN, or try
       --lookalike, which needs none";

/// A client as the arguments say, and the server on this machine if that is
/// asked.
pub(crate) fn connect(arguments: &Arguments) -> Result<(DigitalOcean, Option<Lookalike>), String> {
    // A person waits: better to say soon that nothing comes than to try for
    // minutes.
    let builder = DigitalOcean::builder()
        .maximum_geometric_delay_multiplications(3)
        .maximum_failed_attempts(0);
    let text = |error: cloudapi::Error| error.to_string();
    if arguments.lookalike {
        // A new droplet shows itself as `new` four times.
        let lookalike = Lookalike::start(Settings::new().booting(4))
            .map_err(|error| format!("the look-alike does not start: {error}"))?;
        let builder = builder.token(Secret::new(lookalike.token()));
        let builder = builder.baseurl(lookalike.baseurl());
        let cloud = builder.callrateperhour(36_000).build().map_err(text)?;
        return Ok((cloud, Some(lookalike)));
    }
    let token = Secret::from_env("DIGITALOCEAN_ACCESS_TOKEN").map_err(|_| NO_TOKEN)?;
    let mut builder = builder.token(token);
    if let Some(url) = &arguments.baseurl {
        builder = builder.baseurl(url);
    }
    Ok((builder.build().map_err(text)?, None))
}
