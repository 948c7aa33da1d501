//! A store by its address, as programs are told it.

use super::{StoreError, StoreErrorKind, StoreHandle};

/// Opens the store of an address:
///
/// | address | store | feature |
/// | --- | --- | --- |
/// | `sqlite:PATH` | the file, which is made if it is not there | `sqlite` |
/// | `redis://..`, `rediss://..`, `redis+cluster://..`, `valkey://..`, .. | Redis or Valkey, as in `RedisStore::connect` | `redis` |
///
/// # Errors
///
/// Of the kind [`Unusable`](StoreErrorKind::Unusable) if it is no such address, or the
/// feature is off; and as opening that store fails. A password in the address is in no
/// error.
///
/// ```
/// # #[cfg(feature = "sqlite")] {
/// # let folder = tempfile::tempdir().unwrap();
/// # let path = folder.path().join("calls.db");
/// let store = cloudapi::store::open(&format!("sqlite:{}", path.display()))?;
/// assert_eq!(store.counts(None)?.total(), 0);
/// # }
/// # Ok::<(), cloudapi::store::StoreError>(())
/// ```
pub fn open(address: &str) -> Result<StoreHandle, StoreError> {
    let scheme = address.split(':').next().unwrap_or_default();
    match scheme {
        "sqlite" => sqlite(&address["sqlite:".len().min(address.len())..]),
        "redis" | "rediss" | "redis+cluster" | "rediss+cluster" | "valkey" | "valkeys"
        | "valkey+cluster" | "valkeys+cluster" => redis(address),
        // It may be anything, a password included.
        _ => Err(unusable(
            "the address of a store is `sqlite:PATH`, `redis://HOST:PORT/` or \
             `rediss://HOST:PORT/`, and the one that was given begins with none of them",
        )),
    }
}

fn unusable(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorKind::Unusable, message)
}

#[cfg(feature = "sqlite")]
fn sqlite(path: &str) -> Result<StoreHandle, StoreError> {
    if path.is_empty() {
        return Err(unusable("`sqlite:` is not followed by a path"));
    }
    Ok(super::SqliteStore::open(path)?.into())
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_path: &str) -> Result<StoreHandle, StoreError> {
    Err(unusable(
        "a store in SQLite needs the feature `sqlite` of cloudapi, which is off here",
    ))
}

#[cfg(feature = "redis")]
fn redis(address: &str) -> Result<StoreHandle, StoreError> {
    Ok(super::RedisStore::connect(address)?.into())
}

#[cfg(not(feature = "redis"))]
fn redis(_address: &str) -> Result<StoreHandle, StoreError> {
    Err(unusable(
        "a store in Redis needs the feature `redis` of cloudapi, which is off here",
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_address_is_told_without_being_shown() {
        for address in [
            "",
            "hunter2",
            "postgres://me:hunter2@db/",
            "/var/hunter2.db",
        ] {
            let error = open(address).unwrap_err();
            assert_eq!(error.kind(), StoreErrorKind::Unusable);
            let told = error.to_string();
            assert!(told.contains("sqlite:PATH"), "{told}");
            assert!(!told.contains("hunter2"), "{told}");
        }
    }

    #[test]
    fn a_valkey_is_called_by_its_name() {
        // No port, so that nothing is asked.
        for scheme in [
            "redis",
            "rediss+cluster",
            "valkey",
            "valkeys",
            "valkey+cluster",
        ] {
            let told = open(&format!("{scheme}://host:port/")).unwrap_err();
            assert!(!told.to_string().contains("sqlite:PATH"), "{told}");
        }
    }

    #[test]
    fn a_path_has_to_be_there() {
        let told = open("sqlite:").unwrap_err().to_string();
        assert!(told.contains("path") || told.contains("feature"), "{told}");
    }
}
