//! `vendor = "github"`, or `vendor = MyProfile`.

use syn::{Ident, Lit, Path};

use super::entry::Entry;
use crate::diagnostics::Diagnostic;

/// The vendors whose ways are known, as they are written and as they are called.
const KNOWN: &[(&str, &str)] = &[
    ("cloudflare", "Cloudflare"),
    ("digitalocean", "DigitalOcean"),
    ("github", "GitHub"),
    ("hetzner", "Hetzner"),
    ("stripe", "Stripe"),
];

/// How responses are read.
#[derive(Debug)]
pub(crate) enum Vendor {
    /// As one of the runtime's own profiles says.
    Known(Ident),
    /// As a profile of the user's says: a unit struct, or a constant.
    Own(Path),
}

pub(crate) fn parse(entry: &Entry) -> Result<Vendor, Diagnostic> {
    const FORM: &str = "a vendor, as in \"github\", or a profile of your own, as in `MyProfile`";
    if let Some(path) = entry.path() {
        return Ok(Vendor::Own(path.clone()));
    }
    let Some(Lit::Str(text)) = entry.literal() else {
        return Err(entry.wrong_type(FORM));
    };
    let written = text.value();
    let known = KNOWN.iter().find(|(name, _)| *name == written);
    match known {
        Some((_, profile)) => Ok(Vendor::Known(Ident::new(profile, text.span()))),
        None => {
            let names: Vec<_> = KNOWN.iter().map(|(name, _)| *name).collect();
            let what = format!("there is no built-in vendor `{written}`");
            Err(Diagnostic::new(text, what).suggest(&written, &names).help(
                "for another vendor write `vendor = MyProfile`, which implements \
                       `cloudapi::vendor::VendorProfile`; many need none at all",
            ))
        }
    }
}
