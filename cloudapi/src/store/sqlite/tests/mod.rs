//! A file as a store: what it has to have as every store, and what is its own.

mod conformance;
mod files;
mod model;
mod versions;
mod work;

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tempfile::TempDir;

use super::SqliteStore;
use crate::schedule::{Priority, Rate};
use crate::store::{
    Grant, JobId, NewJob, Reservation, SharedLimit, Store as _, StoreError, StoreErrorKind,
};

/// A directory with a place for a store: in memory where there is such a disk, since
/// nothing here asks more of it than to be quick.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        let directory = match Path::new("/dev/shm") {
            memory if memory.is_dir() => tempfile::tempdir_in(memory),
            _ => tempfile::tempdir(),
        };
        Self(directory.expect("a directory"))
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("calls.db")
    }

    fn open(&self) -> SqliteStore {
        SqliteStore::open(self.path()).expect("a store")
    }

    /// With this in the file, for its user alone.
    fn with(bytes: &[u8]) -> Self {
        let place = Self::new();
        fs::write(place.path(), bytes).expect("a file");
        only_for_its_user(&place.path());
        place
    }
}

fn only_for_its_user(path: &Path) {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        fs::set_permissions(path, fs::Permissions::from_mode(0o600)).expect("its own file");
    }
    #[cfg(not(unix))]
    let _ = path;
}

fn new_job() -> NewJob {
    NewJob {
        id: JobId::random(),
        queue: "queue".to_owned(),
        endpoint: "Example::create".to_owned(),
        summary: "POST droplets".to_owned(),
        request: vec![7; 2_000],
        repeatable: false,
        priority: Priority::Normal,
        deadline: None,
    }
}

fn reserve(store: &SqliteStore, calls: u32) -> Result<Grant, StoreError> {
    let limit = SharedLimit {
        name: "hour".to_owned(),
        rate: Rate::new(calls, Duration::from_secs(3_600)),
    };
    let wanted = Reservation {
        gate: &[limit],
        endpoint: &[],
    };
    store.reserve("scope", &wanted)
}

#[track_caller]
fn fails<T: std::fmt::Debug>(result: Result<T, StoreError>, kind: StoreErrorKind, says: &str) {
    let error = result.expect_err("it should fail");
    assert_eq!(error.kind(), kind, "{error}");
    assert!(
        error.to_string().contains(says),
        "`{error}` says nothing of `{says}`"
    );
}
