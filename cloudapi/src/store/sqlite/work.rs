//! One transaction after the other, on one connection.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use rusqlite::{Connection, Transaction, TransactionBehavior};

use super::failure::Failure;
use super::files::{OpenFile, Opening, process};
use super::open::{self, Limits, MIGRATIONS};
use crate::store::StoreError;
use crate::store::clock::{Clock, Moment};
use crate::store::job::NewJob;

type WallClock = Arc<dyn Fn() -> SystemTime + Send + Sync>;

/// A power cut may forget what was kept [`Soon`](Keep::Soon) within so long.
const SOON: Duration = Duration::from_secs(1);

/// How safe a change is when the transaction is over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Keep {
    /// On the disk.
    Now,
    /// In the file, whatever becomes of this process. The first such change after
    /// [`SOON`] waits for the disk, for those before it too.
    Soon,
}

pub(super) struct Shared {
    pub(super) path: PathBuf,
    pub(super) limits: Limits,
    clock: WallClock,
    /// That opened it; no child of it may use or close it.
    process: u32,
    open: Mutex<Open>,
}

struct Open {
    connection: Connection,
    /// Dropped after it.
    file: OpenFile,
    syncs: bool,
    synced: Option<Instant>,
    /// What was read last here. It may be later than what the file knows, since who only
    /// looks does not write.
    clock: Clock,
}

impl Open {
    fn new(path: &Path, limits: Limits, here: Opening<'_>) -> Result<Self, StoreError> {
        let connection = open::connect(path, limits, MIGRATIONS)?;
        open::whole(&connection, path)?;
        Ok(Self {
            connection,
            file: here.opened(path),
            syncs: true,
            synced: None,
            clock: Clock::default(),
        })
    }

    /// Whether the next transaction waits for the disk.
    fn sync(&mut self, keep: Keep) -> Result<(), rusqlite::Error> {
        let recently = |synced: Instant| synced.elapsed() < SOON;
        let syncs = keep == Keep::Now || !self.synced.is_some_and(recently);
        if syncs != self.syncs {
            let word = if syncs { "FULL" } else { "NORMAL" };
            self.connection.pragma_update(None, "synchronous", word)?;
            self.syncs = syncs;
        }
        Ok(())
    }
}

impl Shared {
    pub(super) fn open(
        path: &Path,
        must_exist: bool,
        limits: Limits,
        clock: WallClock,
    ) -> Result<Self, StoreError> {
        let here = Opening::begin();
        if must_exist {
            open::exists(path)?;
        }
        let path = open::prepare(path, &here)?;
        let open = Mutex::new(Open::new(&path, limits, here)?);
        Ok(Self {
            path,
            limits,
            clock,
            process: process(),
            open,
        })
    }

    /// Whether this process was forked since: then the lock may be held by a thread that is
    /// not here.
    pub(super) fn is_inherited(&self) -> bool {
        self.process != process()
    }

    /// Runs `change` alone among all processes. It has happened, or it has not.
    pub(super) fn write<T>(
        &self,
        keep: Keep,
        change: impl FnOnce(&mut Work<'_>) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.with_connection(|open| {
            open.sync(keep)?;
            let behavior = TransactionBehavior::Immediate;
            let transaction = open.connection.transaction_with_behavior(behavior)?;
            // Read once nobody else can go ahead any more.
            let mut work = Work::begin(transaction, &mut open.clock, &self.clock)?;
            let done = change(&mut work)?;
            if work.commit()? && open.syncs {
                open.synced = Some(Instant::now());
            }
            Ok(done)
        })
    }

    /// Runs `look` on what is there; it waits for nobody.
    pub(super) fn read<T>(
        &self,
        look: impl FnOnce(&Work<'_>) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        self.with_connection(|open| {
            let behavior = TransactionBehavior::Deferred;
            let transaction = open.connection.transaction_with_behavior(behavior)?;
            look(&Work::begin(transaction, &mut open.clock, &self.clock)?)
        })
    }

    fn with_connection<T>(
        &self,
        run: impl FnOnce(&mut Open) -> Result<T, Failure>,
    ) -> Result<T, StoreError> {
        if self.is_inherited() {
            return Err(open::inherited(&self.path));
        }
        let since = Instant::now();
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if !open.file.is_at(&self.path) {
            return Err(open::replaced(&self.path));
        }
        // Who has stood in line behind others has waited with them.
        let left = self.limits.busy_timeout.saturating_sub(since.elapsed());
        let timed = open.connection.busy_timeout(left).map_err(Failure::from);
        let ran = timed.and_then(|()| run(&mut open));
        ran.map_err(|failure| failure.told(&self.path, since.elapsed()))
    }

    /// Whether the last change waited for the disk.
    #[cfg(all(test, feature = "testing"))]
    pub(super) fn has_synced(&self) -> bool {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        open.syncs
    }
}

/// A transaction, and the row that says what time it is and what was counted.
pub(super) struct Work<'a> {
    transaction: Transaction<'a>,
    clock: Clock,
    jobs_ever: i64,
    leases_ever: i64,
    pub(super) moment: Moment,
    /// Otherwise nothing was, and nothing is written.
    pub(super) changed: bool,
}

impl std::ops::Deref for Work<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.transaction
    }
}

impl<'a> Work<'a> {
    fn begin(
        transaction: Transaction<'a>,
        known: &mut Clock,
        wall: &WallClock,
    ) -> Result<Self, Failure> {
        let row = "SELECT latest_us, ahead_us, jobs_ever, leases_ever FROM store";
        let (mut clock, jobs_ever, leases_ever) =
            transaction.prepare_cached(row)?.query_row([], |row| {
                let clock = Clock {
                    latest: unsigned(row.get(0)?),
                    ahead: unsigned(row.get(1)?),
                };
                Ok((clock, row.get(2)?, row.get(3)?))
            })?;
        if (known.latest, known.ahead) > (clock.latest, clock.ahead) {
            clock = *known;
        }
        let moment = clock.read(wall());
        *known = clock;
        Ok(Self {
            transaction,
            clock,
            jobs_ever,
            leases_ever,
            moment,
            changed: true,
        })
    }

    /// The place of a job at the back of its queue.
    pub(super) fn place(&mut self, job: &NewJob) -> i64 {
        self.jobs_ever += 1;
        job.place(self.jobs_ever)
    }

    pub(super) fn lease_number(&mut self) -> i64 {
        self.leases_ever += 1;
        self.leases_ever
    }

    /// Tells whether there was something to write.
    fn commit(self) -> Result<bool, Failure> {
        if !self.changed {
            return Ok(false);
        }
        let row =
            "UPDATE store SET latest_us = ?1, ahead_us = ?2, jobs_ever = ?3, leases_ever = ?4";
        let (latest, ahead) = (signed(self.clock.latest), signed(self.clock.ahead));
        self.transaction.prepare_cached(row)?.execute((
            latest,
            ahead,
            self.jobs_ever,
            self.leases_ever,
        ))?;
        self.transaction.commit()?;
        Ok(true)
    }
}

/// A count as SQLite has it: no number of ours is that great.
pub(super) fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

pub(super) fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
