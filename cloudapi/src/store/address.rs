//! A store by its address, as programs are told it.

use std::path::PathBuf;

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
    OpenOptions::new().open(address)
}

/// How the store of an address is opened, where [`open`] will not do.
///
/// ```
/// use cloudapi::store::{OpenOptions, StoreErrorKind};
///
/// # let folder = tempfile::tempdir().unwrap();
/// let path = folder.path().join("calls.db");
/// let address = format!("sqlite:{}", path.display());
/// let error = OpenOptions::new().must_exist().open(&address).unwrap_err();
/// assert_eq!(error.kind(), StoreErrorKind::Unusable);
/// assert!(!path.exists());
/// ```
#[derive(Clone, Debug, Default)]
#[must_use = "options do nothing before `open`"]
pub struct OpenOptions {
    prefix: Option<String>,
    ca_file: Option<PathBuf>,
    #[cfg_attr(not(any(feature = "sqlite", feature = "redis")), allow(dead_code))]
    must_exist: bool,
}

impl OpenOptions {
    /// Those of [`open`].
    pub fn new() -> Self {
        Self::default()
    }

    /// With what the keys of a store in Redis begin, `cloudapi` if not set: as
    /// `RedisOptions::prefix`.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = Some(prefix.into());
        self
    }

    /// The certificates that count for `rediss://`, in a PEM file; those of the platform if
    /// not set: as `RedisOptions::ca_file`.
    pub fn ca_file(mut self, path: impl Into<PathBuf>) -> Self {
        self.ca_file = Some(path.into());
        self
    }

    /// Makes no store where there is none, and writes nothing: for who only wants to see
    /// what is there.
    pub fn must_exist(mut self) -> Self {
        self.must_exist = true;
        self
    }

    /// Opens the store of an address, as [`open`] has it.
    ///
    /// # Errors
    ///
    /// As [`open`]; and of the kind [`Unusable`](StoreErrorKind::Unusable) if there is no
    /// store where one [must be](Self::must_exist), or an option is not for a store of that
    /// kind.
    pub fn open(&self, address: &str) -> Result<StoreHandle, StoreError> {
        let scheme = address.split(':').next().unwrap_or_default();
        match scheme {
            "sqlite" if self.prefix.is_some() || self.ca_file.is_some() => Err(unusable(
                "a prefix and a file of certificates are for a store in Redis, and one in SQLite \
                 has neither: leave them out",
            )),
            "sqlite" => sqlite(&address["sqlite:".len().min(address.len())..], self),
            "redis" | "rediss" | "redis+cluster" | "rediss+cluster" | "valkey" | "valkeys"
            | "valkey+cluster" | "valkeys+cluster" => redis(address, self),
            // It may be anything, a password included.
            _ => Err(unusable(
                "the address of a store is `sqlite:PATH`, `redis://HOST:PORT/` or \
                 `rediss://HOST:PORT/`, and the one that was given begins with none of them",
            )),
        }
    }
}

fn unusable(message: impl Into<String>) -> StoreError {
    StoreError::new(StoreErrorKind::Unusable, message)
}

#[cfg(feature = "sqlite")]
fn sqlite(path: &str, options: &OpenOptions) -> Result<StoreHandle, StoreError> {
    if path.is_empty() {
        return Err(unusable("`sqlite:` is not followed by a path"));
    }
    let file = super::SqliteStore::options().must_exist(options.must_exist);
    Ok(file.open(path)?.into())
}

#[cfg(not(feature = "sqlite"))]
fn sqlite(_path: &str, _options: &OpenOptions) -> Result<StoreHandle, StoreError> {
    Err(unusable(
        "a store in SQLite needs the feature `sqlite` of cloudapi, which is off here",
    ))
}

#[cfg(feature = "redis")]
fn redis(address: &str, options: &OpenOptions) -> Result<StoreHandle, StoreError> {
    let mut server = super::RedisStore::options(address).must_exist(options.must_exist);
    if let Some(prefix) = &options.prefix {
        server = server.prefix(prefix);
    }
    if let Some(path) = &options.ca_file {
        server = server.ca_file(path);
    }
    Ok(server.connect()?.into())
}

#[cfg(not(feature = "redis"))]
fn redis(_address: &str, _options: &OpenOptions) -> Result<StoreHandle, StoreError> {
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
    fn what_is_for_redis_is_not_for_sqlite() {
        for options in [
            OpenOptions::new().prefix("bulk"),
            OpenOptions::new().ca_file("ca.pem"),
        ] {
            let told = options.open("sqlite:calls.db").unwrap_err().to_string();
            assert!(told.contains("leave them out"), "{told}");
        }
    }

    #[test]
    fn a_path_has_to_be_there() {
        let told = open("sqlite:").unwrap_err().to_string();
        assert!(told.contains("path") || told.contains("feature"), "{told}");
    }
}
