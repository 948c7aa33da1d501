//! A store in one file of SQLite.

mod failure;
mod files;
mod limits;
mod open;
mod people;
mod queue;
mod rows;
#[cfg(all(test, feature = "testing"))]
mod tests;
mod work;

use std::fmt;
use std::mem;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use self::rows::Kept;
use self::work::{Keep, Shared};
use super::{
    Back, Claimed, Counts, Filter, Finish, GateState, Grant, Job, JobId, JobState, Lease, NewJob,
    Pulse, Reclaimed, Reservation, Settlement, Store, StoreError,
};

/// Longer than anybody waits, and less than SQLite can count.
const LONGEST: Duration = Duration::from_secs(86_400);

/// A store in one file, for all processes of a machine and for the next run of the
/// program.
///
/// A clone is the same store with the same connection; who opens the file again, here or
/// in another process, has another handle of it.
///
/// ```
/// use cloudapi::store::{Store, SqliteStore};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let directory = tempfile::tempdir()?;
/// # let path = directory.path().join("calls.db");
/// let store = SqliteStore::open(path)?;
/// assert!(store.name().starts_with("sqlite:/"));
/// assert_eq!(store.counts(None)?.total(), 0);
/// # Ok(())
/// # }
/// ```
///
/// # The file
///
/// It is made if there is none, open to its user alone (mode 0600), as are the two beside
/// it whose names end in `-wal` and `-shm`: a request may hold what is not for everybody.
/// One that others may read is refused; `chmod 600` lets it be used. The directory has to
/// be there, and on a disk of the machine: over a network neither locks nor the log work.
///
/// It is a database like any other. While it is in use it can be looked at,
///
/// ```sh
/// sqlite3 calls.db 'SELECT state, summary, attempts, reason, changed FROM queue'
/// ```
///
/// and saved, with `sqlite3 calls.db '.backup saved.db'` or `VACUUM INTO 'saved.db'`. A
/// copy of the one file is none, since the newest changes are in that beside it; and a
/// process that has a store must not open its file in any other way, since SQLite's locks
/// are lost when it is closed. A backup
/// that is put back has jobs in it that have been sent since: look through it first.
///
/// A process that forks opens its stores after that. In the child a file that was open
/// before is refused, since the locks on it are the parent's.
///
/// What is there and is no store of ours, or is one of a later version, is refused and not
/// touched. A store of an earlier version is brought up to date when it is opened.
///
/// # What survives
///
/// Whatever a method has returned `Ok` for is in the file, whatever becomes of the
/// process. Jobs and closed scopes are on the disk by then, and survive a power cut if the
/// disk keeps its word. For slots the disk is waited for once a second: a power cut may
/// forget those of one second, so that a limit with a burst may give that once more.
///
/// One process at a time writes. The others wait for it, for
/// [`busy_timeout`](SqliteOptions::busy_timeout) at most.
#[derive(Clone)]
pub struct SqliteStore(Arc<Shared>);

/// How a [`SqliteStore`] is opened.
#[derive(Clone)]
pub struct SqliteOptions {
    limits: open::Limits,
    must_exist: bool,
    clock: Arc<dyn Fn() -> SystemTime + Send + Sync>,
}

impl SqliteStore {
    /// Opens the store in the file, which is made if there is none.
    ///
    /// # Errors
    ///
    /// Of the kind [`Unusable`](super::StoreErrorKind::Unusable) if something else is
    /// there, SQLite can keep no log there, or the file was open before this process was
    /// forked; and
    /// [`Unavailable`](super::StoreErrorKind::Unavailable) if the file cannot be made, or is
    /// locked.
    pub fn open(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        Self::options().open(path)
    }

    /// Other ways of opening one.
    ///
    /// ```
    /// use std::time::Duration;
    ///
    /// use cloudapi::store::SqliteStore;
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let directory = tempfile::tempdir()?;
    /// # let path = directory.path().join("calls.db");
    /// let store = SqliteStore::options()
    ///     .busy_timeout(Duration::from_secs(20))
    ///     .maximum_size(1 << 30)
    ///     .open(path)?;
    /// # let _ = store;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn options() -> SqliteOptions {
        SqliteOptions {
            limits: open::Limits {
                busy_timeout: Duration::from_secs(5),
                maximum_size: None,
            },
            must_exist: false,
            clock: Arc::new(SystemTime::now),
        }
    }
}

impl SqliteOptions {
    /// How long a method waits for other processes that write; 5 seconds by default, and a
    /// day at most. Then it fails as
    /// [`Unavailable`](super::StoreErrorKind::Unavailable).
    ///
    /// The threads of a process use one connection, one after the other. What a thread has
    /// waited for the others counts, so while another process holds the file none waits for
    /// much longer than this, however many they are.
    #[must_use]
    pub const fn busy_timeout(mut self, timeout: Duration) -> Self {
        let is_short = timeout.as_secs() < LONGEST.as_secs();
        self.limits.busy_timeout = if is_short { timeout } else { LONGEST };
        self
    }

    /// Once the file has grown to so many bytes it takes no more jobs in: they are refused
    /// as [`Full`](super::StoreErrorKind::Full). Those that are there are worked off, their
    /// answers are kept, and what is [purged](Store::purge) makes room. By default the file
    /// grows until the disk is full. The log beside it has up to some megabytes more.
    #[must_use]
    pub const fn maximum_size(mut self, bytes: u64) -> Self {
        self.limits.maximum_size = Some(bytes);
        self
    }

    /// Whether to fail where no store is, in place of making one.
    pub(in crate::store) const fn must_exist(mut self, must_exist: bool) -> Self {
        self.must_exist = must_exist;
        self
    }

    /// Takes the time from `clock`, for tests. All who use the file have to have the same.
    #[must_use]
    pub fn clock(mut self, clock: impl Fn() -> SystemTime + Send + Sync + 'static) -> Self {
        self.clock = Arc::new(clock);
        self
    }

    /// Opens the store in the file, which is made if there is none.
    ///
    /// # Errors
    ///
    /// As [`SqliteStore::open`].
    pub fn open(&self, path: impl AsRef<Path>) -> Result<SqliteStore, StoreError> {
        let clock = Arc::clone(&self.clock);
        let shared = Shared::open(path.as_ref(), self.must_exist, self.limits, clock)?;
        Ok(SqliteStore(Arc::new(shared)))
    }
}

impl fmt::Debug for SqliteOptions {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("SqliteOptions")
            .field("busy_timeout", &self.limits.busy_timeout)
            .field("maximum_size", &self.limits.maximum_size)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("SqliteStore")
            .field(&self.0.path)
            .finish()
    }
}

/// A child of the process keeps what it has inherited: to close what the parent still uses
/// would do more than that, such as remove its log.
impl Drop for SqliteStore {
    fn drop(&mut self) {
        if self.0.is_inherited() {
            mem::forget(Arc::clone(&self.0));
        }
    }
}

impl Store for SqliteStore {
    fn name(&self) -> String {
        format!("sqlite:{}", self.0.path.display())
    }

    fn reserve(&self, scope: &str, wanted: &Reservation<'_>) -> Result<Grant, StoreError> {
        self.0
            .write(Keep::Soon, |work| limits::reserve(work, scope, wanted))
    }

    fn close(&self, scope: &str, wait: Duration) -> Result<(), StoreError> {
        self.0
            .write(Keep::Now, |work| limits::close(work, scope, wait))
    }

    fn gate(&self, scope: &str) -> Result<GateState, StoreError> {
        self.0.read(|work| limits::gate(work, scope))
    }

    fn put(&self, job: &NewJob) -> Result<(), StoreError> {
        let room = (self.0.limits.maximum_size, self.0.path.as_path());
        self.0.write(Keep::Now, |work| queue::put(work, job, room))
    }

    fn claim(
        &self,
        queue: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        self.0
            .write(Keep::Now, |work| queue::claim(work, queue, worker, lease))
    }

    fn mark_sent(&self, lease: &Lease) -> Result<(), StoreError> {
        self.0
            .write(Keep::Now, |work| queue::mark_sent(work, lease))
    }

    fn mark_answered(&self, lease: &Lease) -> Result<(), StoreError> {
        self.0
            .write(Keep::Now, |work| queue::mark_answered(work, lease))
    }

    fn heartbeat(&self, lease: &Lease, duration: Duration) -> Result<Pulse, StoreError> {
        self.0
            .write(Keep::Now, |work| queue::heartbeat(work, lease, duration))
    }

    fn finish(&self, lease: &Lease, finish: &Finish) -> Result<(), StoreError> {
        self.0
            .write(Keep::Now, |work| queue::finish(work, lease, finish))
    }

    fn requeue(&self, lease: &Lease, back: &Back) -> Result<(), StoreError> {
        self.0
            .write(Keep::Now, |work| queue::requeue(work, lease, back))
    }

    fn reclaim(&self, queue: &str) -> Result<Vec<Reclaimed>, StoreError> {
        self.0.write(Keep::Now, |work| queue::reclaim(work, queue))
    }

    fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.0
            .read(|work| Ok(Kept::find(work, id)?.map(|kept| kept.job)))
    }

    fn jobs(&self, filter: &Filter) -> Result<Vec<Job>, StoreError> {
        self.0.read(|work| people::jobs(work, filter))
    }

    fn counts(&self, queue: Option<&str>) -> Result<Counts, StoreError> {
        self.0.read(|work| people::counts(work, queue))
    }

    fn retry(&self, id: JobId) -> Result<(), StoreError> {
        self.0.write(Keep::Now, |work| people::retry(work, id))
    }

    fn cancel(&self, id: JobId) -> Result<JobState, StoreError> {
        self.0.write(Keep::Now, |work| people::cancel(work, id))
    }

    fn settle(&self, id: JobId, settlement: &Settlement) -> Result<(), StoreError> {
        self.0
            .write(Keep::Now, |work| people::settle(work, id, settlement))
    }

    fn purge(&self, queue: Option<&str>, over_for: Duration) -> Result<u64, StoreError> {
        self.0
            .write(Keep::Now, |work| people::purge(work, queue, over_for))
    }
}
