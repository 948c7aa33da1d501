//! What SQLite's failures mean.

use std::path::Path;
use std::time::Duration;

use rusqlite::ffi;
use rusqlite::{Error, ErrorCode};

use crate::store::{StoreError, StoreErrorKind};

/// What stops a transaction: SQLite, or a rule.
#[derive(Debug)]
pub(super) enum Failure {
    Sqlite(Error),
    Rule(StoreError),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Sqlite(error)
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Rule(error)
    }
}

impl Failure {
    /// For the user: which file, and what to do.
    pub(super) fn told(self, path: &Path, waited: Duration) -> StoreError {
        match self {
            Self::Rule(error) => error,
            Self::Sqlite(error) => told(error, path, waited),
        }
    }
}

pub(super) fn told(error: Error, path: &Path, waited: Duration) -> StoreError {
    let shown = path.display();
    let (kind, message) = match kind_of(&error) {
        Kind::Busy => (
            StoreErrorKind::Unavailable,
            format!(
                "`{shown}` was locked by another process for {waited:.1?}; if that is usual, \
                 raise `busy_timeout`"
            ),
        ),
        Kind::Full => (
            StoreErrorKind::Full,
            format!("there is no room for more on the disk of `{shown}`; nothing is lost"),
        ),
        Kind::Damaged => (
            StoreErrorKind::Unusable,
            format!(
                "`{shown}` is damaged: stop all who use it, keep a copy, and restore it from \
                 a backup or with `.recover` in the sqlite3 shell"
            ),
        ),
        Kind::NotAllowed => (
            StoreErrorKind::Unavailable,
            format!("`{shown}` or its directory may not be written by this user"),
        ),
        Kind::Refused => (
            StoreErrorKind::Refused,
            format!("`{shown}` does not take this"),
        ),
        Kind::Io => (
            StoreErrorKind::Unavailable,
            format!("`{shown}` cannot be read or written"),
        ),
    };
    StoreError::new(kind, message).caused_by(error)
}

enum Kind {
    Busy,
    Full,
    Damaged,
    NotAllowed,
    Refused,
    Io,
}

fn kind_of(error: &Error) -> Kind {
    let Error::SqliteFailure(failure, _) = error else {
        // A value that is not what it has to be.
        return Kind::Damaged;
    };
    match (failure.code, failure.extended_code) {
        (ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked, _) => Kind::Busy,
        (ErrorCode::FileLockingProtocolFailed, _) => Kind::Busy,
        (ErrorCode::DiskFull, _) => Kind::Full,
        // A quota, or the limit for the size of a file.
        (_, ffi::SQLITE_IOERR_WRITE | ffi::SQLITE_IOERR_SHMSIZE) => Kind::Full,
        (ErrorCode::SystemIoFailure | ErrorCode::OutOfMemory, _) => Kind::Io,
        (ErrorCode::ReadOnly | ErrorCode::PermissionDenied | ErrorCode::CannotOpen, _) => {
            Kind::NotAllowed
        }
        (ErrorCode::TooBig, _) => Kind::Refused,
        _ => Kind::Damaged,
    }
}
