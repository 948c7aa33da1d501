//! A file becomes a store, or is left as it is.

use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Read as _};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::{Duration, Instant};

use rusqlite::{Connection, ErrorCode, OpenFlags, Row, Transaction, TransactionBehavior};

use super::failure::{Failure, told};
use super::files::Opening;
use crate::store::{StoreError, StoreErrorKind};

/// "cldq", where SQLite's header has a place for what the file is of.
pub(super) const APPLICATION_ID: i32 = 0x636c_6471;

/// What was added to the schema, version by version. One that has been released stays
/// as it is.
pub(super) const MIGRATIONS: &[&str] = &[include_str!("schema_1.sql")];

/// The first 100 bytes of a database of SQLite.
const HEADER: usize = 100;
const MAGIC: &[u8; 16] = b"SQLite format 3\0";
const APPLICATION_ID_AT: usize = 68;

/// What is left of the log's file after its content has gone into the database.
const LOG_BYTES: u32 = 8 << 20;

#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    pub(super) busy_timeout: Duration,
    /// In bytes.
    pub(super) maximum_size: Option<u64>,
}

fn unusable(path: &Path, what: &str) -> StoreError {
    let message = format!("`{}` {what}", path.display());
    StoreError::new(StoreErrorKind::Unusable, message)
}

/// Whether there is more than could become a store. What it is is asked after this.
pub(super) fn exists(path: &Path) -> Result<(), StoreError> {
    let message = match fs::metadata(path) {
        Ok(metadata) if metadata.len() > 0 || !metadata.is_file() => return Ok(()),
        Ok(_) => format!("`{}` is empty: there is no store in it", path.display()),
        Err(error) if error.kind() == ErrorKind::NotFound => {
            format!("there is no file `{}`", path.display())
        }
        Err(error) => return Err(unreadable(path, error)),
    };
    Err(StoreError::new(StoreErrorKind::Unusable, message))
}

/// Makes the file if there is none, and tells its one path. Of a file that is there no
/// byte is changed.
pub(super) fn prepare(path: &Path, here: &Opening<'_>) -> Result<PathBuf, StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Ok(_) => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => check(path, here)?,
        Err(error) => {
            let parent = path
                .parent()
                .filter(|parent| !parent.as_os_str().is_empty());
            let message = match parent {
                Some(parent) if !parent.is_dir() => format!(
                    "`{}` cannot be made: there is no directory `{}`",
                    path.display(),
                    parent.display()
                ),
                _ => format!("`{}` cannot be made", path.display()),
            };
            return Err(StoreError::new(StoreErrorKind::Unavailable, message).caused_by(error));
        }
    }
    fs::canonicalize(path).map_err(|error| {
        let message = format!("`{}` cannot be found", path.display());
        StoreError::new(StoreErrorKind::Unavailable, message).caused_by(error)
    })
}

/// Whether what is there is a store: asked without SQLite, which might recover what is
/// somebody else's.
fn check(path: &Path, here: &Opening<'_>) -> Result<(), StoreError> {
    let metadata = fs::metadata(path).map_err(|error| unreadable(path, error))?;
    if metadata.is_dir() {
        return Err(unusable(path, "is a directory; name a file in it"));
    }
    if !metadata.is_file() {
        return Err(unusable(path, "is not a regular file"));
    }
    if here.is_inherited(path) {
        return Err(inherited(path));
    }
    if here.has(path) {
        return check_mode(path, &metadata);
    }
    let mut header = Vec::with_capacity(HEADER);
    File::open(path)
        .and_then(|file| file.take(HEADER as u64).read_to_end(&mut header))
        .map_err(|error| unreadable(path, error))?;
    // An empty one is as good as none.
    if header.is_empty() {
        return check_mode(path, &metadata);
    }
    if !header.starts_with(MAGIC) {
        return Err(unusable(
            path,
            "is not a database of SQLite; it has not been touched",
        ));
    }
    let id = header.get(APPLICATION_ID_AT..APPLICATION_ID_AT + 4);
    if id != Some(&APPLICATION_ID.to_be_bytes()) {
        let what = "is a database of something else; it has not been touched";
        return Err(unusable(path, what));
    }
    check_mode(path, &metadata)
}

/// Whether it is its user's alone. Asked last: what is no store of ours is nobody's to
/// change.
#[cfg(unix)]
fn check_mode(path: &Path, metadata: &fs::Metadata) -> Result<(), StoreError> {
    if std::os::unix::fs::MetadataExt::mode(metadata) & 0o077 == 0 {
        return Ok(());
    }
    let what = format!(
        "is open to other users, and requests may hold what is not for them: `chmod 600 {}`",
        path.display()
    );
    Err(unusable(path, &what))
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &fs::Metadata) -> Result<(), StoreError> {
    Ok(())
}

fn unreadable(path: &Path, error: std::io::Error) -> StoreError {
    let message = format!("`{}` cannot be read", path.display());
    StoreError::new(StoreErrorKind::Unavailable, message).caused_by(error)
}

/// A connection to a file that [`prepare`] has seen.
pub(super) fn connect(
    path: &Path,
    limits: Limits,
    migrations: &[&str],
) -> Result<Connection, StoreError> {
    let since = Instant::now();
    let connected = opened(path, limits)
        .map_err(Failure::from)
        .and_then(|mut connection| {
            migrate(&mut connection, path, migrations)?;
            retried(limits.busy_timeout, || set_up(&connection, path))?;
            Ok(connection)
        });
    connected.map_err(|failure| failure.told(path, since.elapsed()))
}

fn opened(path: &Path, limits: Limits) -> Result<Connection, rusqlite::Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(limits.busy_timeout)?;
    connection.pragma_update(None, "trusted_schema", false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    Ok(connection)
}

/// The first version goes into the file itself, before there is a log beside it: from
/// then on the header says whose it is.
fn migrate(connection: &mut Connection, path: &Path, migrations: &[&str]) -> Result<(), Failure> {
    let newest = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if version(&connection.transaction()?, path, newest)? == newest {
        return Ok(());
    }
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // Another process may have been faster.
    let found = version(&transaction, path, newest)?;
    for migration in migrations.iter().skip(usize::try_from(found).unwrap_or(0)) {
        transaction.execute_batch(migration)?;
    }
    transaction.pragma_update(None, "application_id", APPLICATION_ID)?;
    transaction.pragma_update(None, "user_version", newest)?;
    transaction.commit()?;
    Ok(())
}

/// In one transaction, since the parts are of one moment: another process may make the
/// store in between.
fn version(transaction: &Transaction<'_>, path: &Path, newest: i64) -> Result<i64, Failure> {
    let number = |name| transaction.pragma_query_value(None, name, |row| row.get::<_, i64>(0));
    let version = number("user_version")?;
    if version > newest || version < 0 {
        let what = format!(
            "is of version {version}, and this program knows no later one than {newest}; it \
             has not been touched"
        );
        return Err(unusable(path, &what).into());
    }
    let tables = "SELECT count(*) FROM sqlite_schema";
    let tables: i64 = transaction.query_row(tables, [], |row| row.get(0))?;
    // What is neither of ours nor empty has come here since it was looked at.
    let is_ours = number("application_id")? == i64::from(APPLICATION_ID);
    if is_ours && version > 0 || tables == 0 && version == 0 {
        return Ok(version);
    }
    Err(unusable(
        path,
        "is a database of something else; it has not been touched",
    )
    .into())
}

pub(super) fn set_up(connection: &Connection, path: &Path) -> Result<(), Failure> {
    let read = |row: &Row<'_>| row.get(0);
    let mode: String = connection.pragma_update_and_check(None, "journal_mode", "WAL", read)?;
    // Where there can be no log, that is all that SQLite says.
    if mode != "wal" {
        let what = format!(
            "is in a place where SQLite can keep no log beside it (its `journal_mode` stays \
             `{mode}`): put it on a disk of the machine"
        );
        return Err(unusable(path, &what).into());
    }
    connection.pragma_update(None, "journal_size_limit", LOG_BYTES)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    // On macOS the disk is not told to write what it has by anything less.
    connection.pragma_update(None, "fullfsync", true)?;
    connection.pragma_update(None, "checkpoint_fullfsync", true)?;
    Ok(())
}

/// While a file is made to have a log SQLite does not wait for others that do the same.
fn retried<T>(
    timeout: Duration,
    mut attempt: impl FnMut() -> Result<T, Failure>,
) -> Result<T, Failure> {
    let since = Instant::now();
    loop {
        match attempt() {
            Err(Failure::Sqlite(error))
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && since.elapsed() < timeout =>
            {
                thread::sleep(Duration::from_millis(2));
            }
            result => return result,
        }
    }
}

pub(super) fn inherited(path: &Path) -> StoreError {
    let what = "was opened before this process was forked, and SQLite's locks have stayed with \
                the parent: open the store after the fork";
    unusable(path, what)
}

pub(super) fn replaced(path: &Path) -> StoreError {
    let what = "was removed or replaced while it was in use: what is written would be lost. \
                Put it back, or open the store again";
    unusable(path, what)
}

/// Looks at SQLite's own account of a connection that has just been made.
pub(super) fn whole(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    connection
        .query_row("SELECT only_row FROM store", [], |_| Ok(()))
        .map_err(|error| told(error, path, Duration::ZERO))
}
