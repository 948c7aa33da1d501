//! Where what outlives a process is kept: the state of limits, and calls that wait.
//!
//! Without a store both are in the memory of the process. With one a limit holds
//! for all processes that use it, and also for the next run of the program; and
//! calls can be [durable](crate::Call::enqueue).
//!
//! [`Store`] is the seam. [`MemoryStore`] is for tests and for programs of one
//! process; `SqliteStore` (feature `sqlite`) is a file that all processes of a machine
//! share, and the next run of the program; `RedisStore` (feature `redis`) is Redis or
//! Valkey, for many machines. [`open`] and [`OpenOptions`] take the address of
//! either. A store of your own
//! has to pass the suite in `conformance` (feature `testing`).

mod address;
mod clock;
#[cfg(feature = "testing")]
pub mod conformance;
mod error;
mod handle;
mod job;
mod limits;
mod listeners;
mod memory;
#[cfg(all(test, feature = "testing"))]
mod memory_tests;
mod naming;
#[cfg(feature = "redis")]
pub mod redis;
mod rules;
mod slots;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt;
use std::time::Duration;

pub use self::address::{OpenOptions, open};
pub use self::error::{StoreError, StoreErrorKind};
pub use self::handle::StoreHandle;
pub use self::job::{
    Back, Claimed, Counts, Filter, Finish, Job, JobId, JobState, Lease, NewJob, ParseJobIdError,
    Pulse, Reclaimed, Settlement,
};
pub(crate) use self::limits::Listening;
pub use self::limits::{CloseListener, GateState, Grant, Reservation, SharedLimit};
pub use self::memory::MemoryStore;
pub(crate) use self::naming::{endpoint_limit, gate_limit, scope as scope_name};
#[cfg(feature = "redis")]
pub use self::redis::{LogSync, Persistence, RedisOptions, RedisStore};
#[cfg(feature = "sqlite")]
pub use self::sqlite::{SqliteOptions, SqliteStore};

/// A slot that is used later than this after it was due is lost: it has to be
/// reserved anew. The windows of shared limits are longer by as much, so that none
/// has more than its share on the server's side of this lateness either.
pub const GRACE: Duration = Duration::from_millis(10);

/// So often in a row a worker may end without a word while it sends a job, before the job
/// is parked: something in it ends workers.
pub const MAXIMUM_CRASHES: u32 = 5;

/// A store: limits that several processes share, and a queue that survives them.
///
/// The methods block, some for as long as a disk or a network takes, and are called
/// on threads where that does no harm. Each is atomic: it has happened, or it has
/// not. A store has a clock of its own, which all who use it share and which does not run
/// backwards; times go in and out as durations from its now, except in what people read.
/// No wait is too long: one that cannot be counted is for good.
///
/// All names (`scope`, `queue`, the names of limits) are made by cloudapi and hold no
/// secret. What a store is given in [`NewJob::request`] and [`Finish::result`] is
/// opaque to it.
///
/// The conformance suite in `cloudapi::store::conformance` (feature `testing`) says in
/// tests what each method has to do.
pub trait Store: fmt::Debug + Send + Sync + 'static {
    /// What it is called in messages, such as `sqlite:/var/lib/bulk/calls.db`: the same
    /// for all handles of one store, and for no other. It has no password.
    fn name(&self) -> String;

    /// Reserves the next slot of a scope, under all limits at once: of all or of none.
    ///
    /// A process reserves for the head of its queue only, and one slot at a time, so a
    /// process that ends loses one slot at most. It may start an attempt once `wait`
    /// has passed, and no later than [`GRACE`] after that.
    ///
    /// Where the scope is closed, or a limit of the endpoint alone gives no slot when
    /// those of the gate do, nothing is reserved: the answer is [`Grant::Later`].
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn reserve(&self, scope: &str, wanted: &Reservation<'_>) -> Result<Grant, StoreError>;

    /// Closes a scope for everybody, for so long from now. It only ever lengthens: a
    /// scope that is closed for longer stays so.
    ///
    /// Slots that are reserved within the time are void.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn close(&self, scope: &str, wait: Duration) -> Result<(), StoreError>;

    /// The state of a scope; reads only.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn gate(&self, scope: &str) -> Result<GateState, StoreError>;

    /// Has `listener` called whenever a scope is closed, by whatever process, if the
    /// store can tell, and for as long as somebody has it. Where the store cannot, whoever
    /// waits for a slot asks for the [`gate`](Self::gate) before using it.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn on_close(&self, scope: &str, listener: CloseListener) -> Result<(), StoreError> {
        let _ = (scope, listener);
        Ok(())
    }

    /// Takes a job in, at the back of its queue. When it returns, the job is as safe as
    /// the store can make it. A job that is known already stays as it is.
    ///
    /// # Errors
    ///
    /// Of the kind [`Full`](StoreErrorKind::Full) if there is no room; otherwise if the
    /// store cannot be reached or fails. Then nothing has been taken in, or, if the
    /// connection broke, possibly has: put it again with the same id.
    fn put(&self, job: &NewJob) -> Result<(), StoreError>;

    /// Gives the first job of the queue that waits to `worker`, for `lease` from now.
    ///
    /// Jobs are in the order of their [`place`](Job::place), which a priority moves by
    /// a fixed number of places: an urgent job overtakes some, and none waits for ever.
    /// A job whose [`not_before`](Back::not_before) has not come is passed over.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn claim(
        &self,
        queue: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError>;

    /// The request is about to leave. From here on a worker that ends without a word
    /// leaves the outcome unknown. Counts an attempt.
    ///
    /// # Errors
    ///
    /// Of the kind [`LeaseLost`](StoreErrorKind::LeaseLost) if the lease is not in force
    /// (then nothing may be sent), and if the store cannot be reached or fails.
    fn mark_sent(&self, lease: &Lease) -> Result<(), StoreError>;

    /// The attempt has ended and is known to have had no effect, or one that may be
    /// repeated: nothing is under way any more.
    ///
    /// # Errors
    ///
    /// As [`mark_sent`](Self::mark_sent).
    fn mark_answered(&self, lease: &Lease) -> Result<(), StoreError>;

    /// The worker is alive: the lease holds for `lease` from now.
    ///
    /// # Errors
    ///
    /// As [`mark_sent`](Self::mark_sent).
    fn heartbeat(&self, lease: &Lease, duration: Duration) -> Result<Pulse, StoreError>;

    /// The job is over.
    ///
    /// # Errors
    ///
    /// As [`mark_sent`](Self::mark_sent); of the kind [`Refused`](StoreErrorKind::Refused)
    /// if the state is none in which a job ends, and then the lease stays.
    fn finish(&self, lease: &Lease, finish: &Finish) -> Result<(), StoreError>;

    /// The worker gives the job back: to the back of the queue, or to its place.
    ///
    /// # Errors
    ///
    /// As [`mark_sent`](Self::mark_sent).
    fn requeue(&self, lease: &Lease, back: &Back) -> Result<(), StoreError>;

    /// Takes back what workers of the queue hold whose lease has run out.
    ///
    /// A job that was not under way, or may be repeated, waits again at its place. One
    /// that was under way and must not be repeated is [`Unknown`](JobState::Unknown)
    /// from now on. One that was under way for the [`MAXIMUM_CRASHES`]th time in a row is
    /// [`Parked`](JobState::Parked).
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn reclaim(&self, queue: &str) -> Result<Vec<Reclaimed>, StoreError>;

    /// One job.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn job(&self, id: JobId) -> Result<Option<Job>, StoreError>;

    /// Jobs, in the order of their [places](Job::place).
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn jobs(&self, filter: &Filter) -> Result<Vec<Job>, StoreError>;

    /// How many jobs a queue has of each state, or all queues have.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn counts(&self, queue: Option<&str>) -> Result<Counts, StoreError>;

    /// Has a job that ended without success, or is parked, wait once more, at the back
    /// of its queue, with a fresh count of attempts and crashes.
    ///
    /// # Errors
    ///
    /// Of the kind [`NotFound`](StoreErrorKind::NotFound), or
    /// [`WrongState`](StoreErrorKind::WrongState) if it waits, is under way or is done;
    /// and if the store cannot be reached or fails.
    fn retry(&self, id: JobId) -> Result<(), StoreError>;

    /// Ends a job that waits, is parked or unknown. One that a worker has is marked, and
    /// its worker hears of it with its next heartbeat. Tells the state in which it was.
    ///
    /// # Errors
    ///
    /// Of the kind [`NotFound`](StoreErrorKind::NotFound), or
    /// [`WrongState`](StoreErrorKind::WrongState) if it is over; and if the store cannot
    /// be reached or fails.
    fn cancel(&self, id: JobId) -> Result<JobState, StoreError>;

    /// Says what became of a job that is unknown or parked.
    ///
    /// # Errors
    ///
    /// Of the kind [`NotFound`](StoreErrorKind::NotFound), or
    /// [`WrongState`](StoreErrorKind::WrongState) if it is neither; and if the store
    /// cannot be reached or fails.
    fn settle(&self, id: JobId, settlement: &Settlement) -> Result<(), StoreError>;

    /// Forgets jobs of a queue, or of all, that have been over for at least so long:
    /// done, failed and cancelled ones. Tells how many.
    ///
    /// # Errors
    ///
    /// If the store cannot be reached or fails.
    fn purge(&self, queue: Option<&str>, over_for: Duration) -> Result<u64, StoreError>;
}
