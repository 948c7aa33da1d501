//! What scopes and queues are called in a store: the same in every process.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

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

#[cfg(test)]
mod tests {
    use super::*;

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
