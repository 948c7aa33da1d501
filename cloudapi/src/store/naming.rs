//! What scopes and queues are called in a store: the same in every process.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use super::SharedLimit;
use crate::schedule::Rate;

/// The name of the scope of a base URL, and of the queue of its durable calls.
///
/// What splits it is often a token, so only a hash of that is in the name. A token is
/// long and random, which is why the hash needs no key; 128 bits tell accounts apart.
pub(crate) fn scope(baseurl: &str, split: Option<&str>) -> String {
    let mut name = baseurl.to_owned();
    if let Some(split) = split {
        let mut hash = Sha256::new();
        for part in ["cloudapi scope", baseurl, split] {
            hash.update(part.len().to_le_bytes());
            hash.update(part);
        }
        name.push('#');
        for byte in &hash.finalize()[..16] {
            let _ = write!(name, "{byte:02x}");
        }
    }
    name
}

/// A limit of the gate.
pub(crate) fn gate_limit(rate: &Rate) -> SharedLimit {
    SharedLimit {
        name: window(rate),
        rate: *rate,
    }
}

/// A limit of the endpoint of that method and path template.
pub(crate) fn endpoint_limit(method: &str, path: &str, rate: &Rate) -> SharedLimit {
    SharedLimit {
        name: format!("{method} {path} {}", window(rate)),
        rate: *rate,
    }
}

/// The length of its window, such as `3600000000us`.
fn window(rate: &Rate) -> String {
    format!("{}us", rate.per().as_nanos().div_ceil(1_000))
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_limit_is_named_by_its_window_and_not_by_how_many_it_allows() {
        let hour = Duration::from_secs(3_600);
        let limit = gate_limit(&Rate::new(1_000, hour));
        assert_eq!(limit.name, "3600000000us");
        assert_eq!(limit.name, gate_limit(&Rate::new(500, hour)).name);
        let own = endpoint_limit("POST", "v2/droplets/{id}", &Rate::new(5, hour));
        assert_eq!(own.name, "POST v2/droplets/{id} 3600000000us");
        let odd = gate_limit(&Rate::new(5, Duration::from_nanos(1)));
        assert_eq!(odd.name, "1us");
    }

    #[test]
    fn a_name_is_the_base_url_and_says_nothing_of_what_splits_it() {
        let url = "https://api.example.com/v2/";
        assert_eq!(scope(url, None), url);
        let split = scope(url, Some("dop_v1_secret"));
        // It is in stores, so it stays what it is.
        assert_eq!(split, scope(url, Some("dop_v1_secret")));
        assert_ne!(split, scope(url, Some("dop_v1_other")));
        assert_eq!(split.len(), url.len() + 1 + 32);
        assert!(!split.contains("secret"));
    }
}
