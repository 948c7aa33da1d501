//! The durable calls of a client, for those who look after them.

use std::fmt;
use std::time::Duration;

use crate::client::{ClientCore, Queue};
use crate::engine::Desk;
use crate::error::Error;
use crate::store::{Counts, Filter, Job, JobId, JobState, Settlement, Store, StoreError};

/// The durable calls of a client: what [`RestApi::jobs`](crate::RestApi::jobs) returns.
///
/// ```
/// use cloudapi::prelude::*;
/// use cloudapi::store::{Filter, JobState, MemoryStore};
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let example = Example::builder().store(MemoryStore::new()).build()?;
/// let jobs = example.jobs()?;
/// let stuck = Filter { states: vec![JobState::Unknown, JobState::Parked], ..Filter::default() };
/// for job in jobs.list(stuck).await? {
///     println!("{} {} {}: {:?}", job.new.id, job.new.summary, job.state, job.reason);
/// }
/// # Ok(())
/// # }
/// ```
///
/// All of it is about the queue of this client: the calls to its base URL, of its
/// account.
///
/// All methods fail with an error of the kind [`Store`](crate::ErrorKind::Store) if the
/// store cannot be reached or fails.
#[derive(Clone)]
pub struct Jobs {
    desk: Desk,
    queue: String,
}

impl Jobs {
    pub(crate) fn of(client: &ClientCore) -> Result<Self, Error> {
        let Queue { name, .. } = client.queue()?;
        let queue = name.clone();
        let desk = super::desk(client)?;
        Ok(Self { desk, queue })
    }

    /// Those that `filter` takes, in the order in which they are to be done. It is about
    /// this queue, unless it names another.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn list(&self, mut filter: Filter) -> Result<Vec<Job>, Error> {
        filter.queue.get_or_insert_with(|| self.queue.clone());
        self.ask(move |store| store.jobs(&filter)).await
    }

    /// One of them, if the store has not forgotten it.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn get(&self, id: JobId) -> Result<Option<Job>, Error> {
        self.ask(move |store| store.job(id)).await
    }

    /// How many there are of each state.
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn counts(&self) -> Result<Counts, Error> {
        let queue = self.queue.clone();
        self.ask(move |store| store.counts(Some(&queue))).await
    }

    /// Cancels one, unless it is over. One that a worker has sent ends as the server
    /// answers, and is only not tried again. Tells the state in which it was.
    ///
    /// # Errors
    ///
    /// If it is over or not there, or the store fails.
    pub async fn cancel(&self, id: JobId) -> Result<JobState, Error> {
        self.ask(move |store| store.cancel(id)).await
    }

    /// Has one that failed, was cancelled, is parked or unknown wait once more, at the back
    /// of the queue. Look first whether one that is unknown has taken effect.
    ///
    /// # Errors
    ///
    /// If it waits, is under way or is done, or is not there, or the store fails.
    pub async fn retry(&self, id: JobId) -> Result<(), Error> {
        self.ask(move |store| store.retry(id)).await
    }

    /// Says what became of one that is unknown or parked.
    ///
    /// # Errors
    ///
    /// If it is neither, or is not there, or the store fails.
    pub async fn settle(&self, id: JobId, settlement: Settlement) -> Result<(), Error> {
        self.ask(move |store| store.settle(id, &settlement)).await
    }

    /// Forgets those that are done, have failed or were cancelled at least so long ago.
    /// Tells how many. Workers do so by themselves after
    /// [`keep_results`](crate::Worker::keep_results).
    ///
    /// # Errors
    ///
    /// If the store fails.
    pub async fn purge(&self, over_for: Duration) -> Result<u64, Error> {
        let queue = self.queue.clone();
        self.ask(move |store| store.purge(Some(&queue), over_for))
            .await
    }

    async fn ask<R: Send + 'static>(
        &self,
        question: impl FnOnce(&dyn Store) -> Result<R, StoreError> + Send + 'static,
    ) -> Result<R, Error> {
        self.desk.ask(question).await.map_err(Error::of_store)
    }
}

impl fmt::Debug for Jobs {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_tuple("Jobs").field(&self.queue).finish()
    }
}
