//! How a worker is set up.

use std::fmt;
use std::future::{Future, IntoFuture};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use super::bench::Bench;
use super::shift::Shift;
use super::{DurableApi, WorkReport};
use crate::error::Error;
use crate::store::{Job, Settlement};

/// What settles a call whose outcome is not known.
pub(super) type Settle =
    dyn Fn(Job) -> Pin<Box<dyn Future<Output = Option<Settlement>> + Send>> + Send + Sync;

/// Carries out durable calls: what [`RestApi::work`](crate::RestApi::work) returns.
///
/// It takes calls from the store, in the order of their priorities and then first come,
/// first served, and makes them with the client's own credentials, limits and retries. It
/// goes on until the client is [shut down](crate::RestApi::shutdown) or
/// [drained](crate::RestApi::drain), or, if it is to work
/// [`until_empty`](Self::until_empty), until nothing is left.
///
/// ```
/// use std::time::Duration;
///
/// use cloudapi::prelude::*;
/// use cloudapi::store::MemoryStore;
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// #[rest_api(durable)]
/// impl Example {
///     #[delete("droplets/{id}")]
///     fn delete(&self, id: u64) -> Call<()>;
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<()> {
/// let example = Example::builder().store(MemoryStore::new()).build()?;
/// let report = example.work().concurrency(4).until_empty().await?;
/// println!("{report}");
/// # Ok(())
/// # }
/// ```
///
/// Any number of workers may work on one queue, in one process or in many; each call is
/// one worker's at a time. All programs that work on a queue have to declare all durable
/// endpoints of it: a call that a worker does not know is parked.
///
/// Dropping its future stops the attempts that are under way. Calls of which nothing is
/// under way, or that may be repeated, go back to their places; the others are of unknown
/// outcome once their leases have run out. To stop without that, shut the client down.
#[must_use = "nothing is done until it is awaited"]
pub struct Worker {
    pub(super) benches: Vec<Bench>,
    pub(super) terms: WorkerTerms,
    pub(super) on_unknown: Option<Arc<Settle>>,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct WorkerTerms {
    pub(super) concurrency: usize,
    pub(super) lease: Duration,
    pub(super) keep_results: Duration,
    pub(super) until_empty: bool,
}

/// No lease is shorter: it has to outlast a few answers of a store that is busy.
const LEAST_LEASE: Duration = Duration::from_secs(1);

impl Worker {
    /// How many calls it has at a time, from 1 on: those that are under way, and those
    /// that wait here for their slots, also those of an endpoint with a limit of its own, or
    /// for their next attempts. It claims no more.
    ///
    /// Default: 16.
    pub const fn concurrency(mut self, calls: usize) -> Self {
        self.terms.concurrency = calls;
        self
    }

    /// How long a call stays this worker's without a sign of life, which it gives three
    /// times as often: at least a second. When a worker ends without a word, others wait
    /// for so long before they take over what it had.
    ///
    /// Default: one minute.
    pub const fn lease(mut self, lease: Duration) -> Self {
        self.terms.lease = lease;
        self
    }

    /// How long the results of calls that are over are kept, for their tickets.
    ///
    /// Default: seven days.
    pub const fn keep_results(mut self, time: Duration) -> Self {
        self.terms.keep_results = time;
        self
    }

    /// Ends once no call of the queue waits or is under way, at whatever worker. What a
    /// worker had that was killed counts as under way until its [`lease`](Self::lease) runs
    /// out.
    ///
    /// Default: goes on, and looks for new calls every second at least.
    pub const fn until_empty(mut self) -> Self {
        self.terms.until_empty = true;
        self
    }

    /// Works on the durable endpoints of another client too: another part of the same API
    /// (`extends`), or one of another account or base URL, which then is another queue.
    /// They need the same store.
    pub fn also<A: DurableApi>(mut self, api: &A) -> Self {
        self.benches
            .push(Bench::new(api.__client(), A::__ENDPOINTS));
        self
    }

    /// Asks `settle` what became of a call whose outcome is not known: by looking for what
    /// it was to make, say. `None` leaves it to a person.
    ///
    /// It is asked for each such call that comes up while the worker is at it, and for
    /// those that it finds when it begins.
    ///
    /// ```
    /// use cloudapi::prelude::*;
    /// use cloudapi::store::{MemoryStore, Settlement};
    ///
    /// #[derive(serde::Deserialize)]
    /// struct Droplet {
    ///     name: String,
    /// }
    ///
    /// #[rest_api(baseurl = "https://api.example.com/")]
    /// #[derive(Clone)]
    /// struct Example;
    ///
    /// #[rest_api(durable)]
    /// impl Example {
    ///     #[post("droplets")]
    ///     fn create(&self, #[json("name")] name: &str) -> Call<()>;
    ///     #[get("droplets")]
    ///     async fn droplets(&self) -> Result<Vec<Droplet>>;
    /// }
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<()> {
    /// let example = Example::builder().store(MemoryStore::new()).build()?;
    /// let seeker = example.clone();
    /// let work = example.work().on_unknown(move |job| {
    ///     let seeker = seeker.clone();
    ///     async move {
    ///         let wanted: Droplet = serde_json::from_slice(&job.body()?).ok()?;
    ///         let droplets = seeker.droplets().await.ok()?;
    ///         Some(match droplets.iter().any(|droplet| droplet.name == wanted.name) {
    ///             true => Settlement::answered("{}", "there is a droplet of this name"),
    ///             false => Settlement::Again,
    ///         })
    ///     }
    /// });
    /// work.until_empty().await?;
    /// # Ok(())
    /// # }
    /// ```
    pub fn on_unknown<F, Fut>(mut self, settle: F) -> Self
    where
        F: Fn(Job) -> Fut + Send + Sync + 'static,
        Fut: Future<Output = Option<Settlement>> + Send + 'static,
    {
        self.on_unknown = Some(Arc::new(move |job| Box::pin(settle(job))));
        self
    }

    /// Works. It is what awaiting the worker does.
    ///
    /// A store that cannot be reached is asked again until it can be, at least every ten
    /// seconds; nothing is sent meanwhile that it does not know of.
    ///
    /// # Errors
    ///
    /// Of the kind [`Settings`](crate::ErrorKind::Settings), if a client has no store or
    /// they have different ones, or a setting is out of its range; of the kind
    /// [`Store`](crate::ErrorKind::Store), if the store cannot be used at all; of the kind
    /// [`Runtime`](crate::ErrorKind::Runtime) outside a tokio runtime.
    pub async fn run(self) -> Result<WorkReport, Error> {
        if tokio::runtime::Handle::try_current().is_err() {
            return Err(Error::no_runtime_to_wait_on());
        }
        let problem = match self.terms {
            terms if terms.concurrency == 0 => {
                Some("`concurrency` is 0; it has to be at least 1".to_owned())
            }
            terms if terms.lease < LEAST_LEASE => Some(format!(
                "`lease` is {:?}; it has to be at least {LEAST_LEASE:?}",
                terms.lease
            )),
            _ => None,
        };
        match problem {
            Some(problem) => Err(Error::settings(problem)),
            None => Shift::new(self)?.run().await,
        }
    }
}

/// A worker for one client, to begin with.
pub(crate) fn worker<A: DurableApi>(api: &A) -> Worker {
    let worker = Worker {
        benches: Vec::new(),
        terms: WorkerTerms {
            concurrency: 16,
            lease: Duration::from_secs(60),
            keep_results: Duration::from_secs(7 * 86_400),
            until_empty: false,
        },
        on_unknown: None,
    };
    worker.also(api)
}

impl IntoFuture for Worker {
    type Output = Result<WorkReport, Error>;
    type IntoFuture = Pin<Box<dyn Future<Output = Self::Output> + Send>>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(self.run())
    }
}

impl fmt::Debug for Worker {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Worker")
            .field("clients", &self.benches)
            .field("terms", &self.terms)
            .finish_non_exhaustive()
    }
}
