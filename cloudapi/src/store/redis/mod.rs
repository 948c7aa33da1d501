#![doc = include_str!("../../../docs/redis.md")]

#[cfg(test)]
mod arithmetic_tests;
mod failure;
mod keys;
mod link;
mod listen;
mod nodes;
mod options;
mod people;
mod persistence;
mod pool;
mod queues;
mod ranges;
mod record;
mod scatter;
mod scopes;
mod scripts;
mod tls;
mod transfer;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use redis::{Value, cmd};

use self::keys::Keys;
use self::link::Dialling;
use self::listen::Ears;
use self::nodes::{Batch, Nodes, Twice};
pub use self::options::RedisOptions;
use self::options::Settings;
pub use self::persistence::{LogSync, Persistence};
use self::queues::Queues;
use self::scripts::Request;
use super::{
    Back, Claimed, CloseListener, Counts, Filter, Finish, GateState, Grant, Job, JobId, JobState,
    Lease, NewJob, Pulse, Reclaimed, Reservation, Settlement, Store, StoreError, StoreErrorKind,
};

/// Of what is in the server; a later one may not be read by this.
const FORMAT: u32 = 1;

/// The oldest Redis that has what is used.
const OLDEST: (u32, u32) = (6, 2);

/// A store in Redis or Valkey. A clone is the same store.
///
/// See [the module](crate::store::redis) for what the server has to have.
#[derive(Clone)]
pub struct RedisStore(Arc<Inner>);

struct Inner {
    name: String,
    nodes: Arc<Nodes>,
    keys: Arc<Keys>,
    ears: Ears,
    is_cluster: bool,
    replicas: u32,
}

impl fmt::Debug for RedisStore {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_tuple("RedisStore")
            .field(&self.0.name)
            .finish()
    }
}

impl RedisStore {
    /// Connects to `redis://user:password@host:6379/0`, of which only the host is needed:
    /// `rediss://` is with TLS, and `redis+cluster://a,b,c` a cluster of which some
    /// servers are named. Several servers without a cluster are a master and its replicas,
    /// whichever is which.
    ///
    /// # Errors
    ///
    /// As [`RedisOptions::connect`].
    pub fn connect(address: &str) -> Result<Self, StoreError> {
        Self::options(address).connect()
    }

    /// Options for a store at that address, as [`connect`](Self::connect) has it. They are
    /// read when they are used.
    pub fn options(address: &str) -> RedisOptions {
        RedisOptions::new(address)
    }

    fn with(settings: &Settings) -> Result<Self, StoreError> {
        let address = &settings.address;
        let tls = match address.is_tls {
            true => Some(tls::config(settings.ca_file.as_deref())?),
            false => None,
        };
        let dialling = Dialling {
            tls,
            username: address.username.clone(),
            password: address.password.clone(),
            database: address.database,
            timeout: settings.timeout,
        };
        let nodes = Nodes::new(dialling, address.nodes.clone(), address.is_cluster);
        let keys = Keys::new(settings.prefix.clone(), address.database);
        let store = Self(Arc::new(Inner {
            name: name(settings),
            nodes: Arc::new(nodes),
            keys: Arc::new(keys),
            ears: Ears::new(),
            is_cluster: address.is_cluster,
            replicas: settings.replicas,
        }));
        // First what finds the master.
        store.check_format(settings.must_exist)?;
        store.check_version()?;
        Ok(store)
    }

    /// A server that does not let us ask is new enough: permissions came with Redis 6.
    fn check_version(&self) -> Result<(), StoreError> {
        let request = || Request::plain(cmd("INFO")).arg("server");
        let answers = self.0.nodes.ask_masters(request)?;
        for answer in answers {
            let info = match answer {
                Ok(info) => record::text(info)?,
                Err(failure) if failure.error.kind() == StoreErrorKind::Refused => continue,
                Err(failure) => return Err(failure.error),
            };
            let version = persistence::field(&info, "redis_version").unwrap_or("0");
            let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
            let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
            if found < OLDEST {
                let (major, minor) = OLDEST;
                return Err(self.unusable(&format!(
                    "is the version {version}, and {major}.{minor} or later is needed"
                )));
            }
        }
        Ok(())
    }

    /// The format is the first that is written of a store.
    fn check_format(&self, must_exist: bool) -> Result<(), StoreError> {
        let key = self.0.keys.format();
        let get = || Request::plain(cmd("GET")).arg(&key);
        let set = || Request::plain(cmd("SET")).arg(&key).arg(FORMAT).arg("NX");
        let ask = |requests: Vec<Request>| {
            let key = key.clone();
            let batches = vec![Batch { key, requests }];
            let deadline = self.0.nodes.deadline();
            self.0.nodes.run(batches, Twice::Harmless, deadline)
        };
        let answers = match must_exist {
            true => ask(vec![get()])?,
            false => match ask(vec![get(), set()]) {
                // Who works off or purges what is there need not write that it is ours.
                Err(error) if error.kind() == StoreErrorKind::Full => {
                    let answers = ask(vec![get()])?;
                    if answers.first().is_none_or(|found| *found == Value::Nil) {
                        return Err(error);
                    }
                    answers
                }
                answers => answers?,
            },
        };
        let found = match queues::first(answers) {
            Value::Nil if must_exist => {
                return Err(self.unusable(&format!(
                    "has no store with the prefix `{}` in this database: is it another prefix, or \
                     another database (`redis://HOST:PORT/1`)?",
                    self.0.keys.prefix
                )));
            }
            Value::Nil => return Ok(()),
            found => record::text(found)?,
        };
        if found.parse() == Ok(FORMAT) {
            return Ok(());
        }
        Err(self.unusable(&format!(
            "has the format {found} under the prefix `{}`, and this version of cloudapi has the \
             format {FORMAT}; use a newer one, or another prefix",
            self.0.keys.prefix
        )))
    }

    fn unusable(&self, what: &str) -> StoreError {
        let message = format!("the Redis at {} {what}", self.0.name);
        StoreError::new(StoreErrorKind::Unusable, message)
    }

    /// What survives of what is stored, as the server is set up now.
    ///
    /// # Errors
    ///
    /// If the server cannot be reached, or does not allow `INFO`.
    pub fn persistence(&self) -> Result<Persistence, StoreError> {
        persistence::read(&self.0.nodes)
    }

    fn queues(&self) -> Queues<'_> {
        Queues {
            nodes: &self.0.nodes,
            keys: &self.0.keys,
            is_cluster: self.0.is_cluster,
            replicas: self.0.replicas,
            deadline: self.0.nodes.deadline(),
        }
    }
}

/// The servers, the database and the prefix: what makes it another store.
fn name(settings: &Settings) -> String {
    let address = &settings.address;
    let mut nodes: Vec<_> = address.nodes.iter().map(ToString::to_string).collect();
    nodes.sort_unstable();
    let kind = if address.is_cluster {
        "redis+cluster"
    } else {
        "redis"
    };
    format!(
        "{kind}:{}/{}/{}",
        nodes.join(","),
        address.database,
        settings.prefix
    )
}

impl Store for RedisStore {
    fn name(&self) -> String {
        self.0.name.clone()
    }

    fn reserve(&self, scope: &str, wanted: &Reservation<'_>) -> Result<Grant, StoreError> {
        scopes::reserve(&self.0.nodes, &self.0.keys, scope, wanted)
    }

    fn close(&self, scope: &str, wait: Duration) -> Result<(), StoreError> {
        scopes::close(&self.0.nodes, &self.0.keys, scope, wait)
    }

    fn gate(&self, scope: &str) -> Result<GateState, StoreError> {
        let closed_for = scopes::closed_for(&self.0.nodes, &self.0.keys, scope)?;
        Ok(GateState { closed_for })
    }

    fn on_close(&self, scope: &str, listener: CloseListener) -> Result<(), StoreError> {
        self.0
            .ears
            .add(scope, &listener, &self.0.nodes, &self.0.keys)
    }

    fn put(&self, job: &NewJob) -> Result<(), StoreError> {
        self.queues().put(job)
    }

    fn claim(
        &self,
        queue: &str,
        worker: &str,
        lease: Duration,
    ) -> Result<Option<Claimed>, StoreError> {
        self.queues().claim(queue, worker, lease)
    }

    fn mark_sent(&self, lease: &Lease) -> Result<(), StoreError> {
        self.queues().mark_sent(lease)
    }

    fn mark_answered(&self, lease: &Lease) -> Result<(), StoreError> {
        self.queues().mark_answered(lease)
    }

    fn heartbeat(&self, lease: &Lease, duration: Duration) -> Result<Pulse, StoreError> {
        self.queues().heartbeat(lease, duration)
    }

    fn finish(&self, lease: &Lease, finish: &Finish) -> Result<(), StoreError> {
        self.queues().finish(lease, finish)
    }

    fn requeue(&self, lease: &Lease, back: &Back) -> Result<(), StoreError> {
        self.queues().requeue(lease, back)
    }

    fn reclaim(&self, queue: &str) -> Result<Vec<Reclaimed>, StoreError> {
        self.queues().reclaim(queue)
    }

    fn job(&self, id: JobId) -> Result<Option<Job>, StoreError> {
        self.queues().job(id)
    }

    fn jobs(&self, filter: &Filter) -> Result<Vec<Job>, StoreError> {
        self.queues().jobs(filter)
    }

    fn counts(&self, queue: Option<&str>) -> Result<Counts, StoreError> {
        self.queues().counts(queue)
    }

    fn retry(&self, id: JobId) -> Result<(), StoreError> {
        self.queues().retry(id)
    }

    fn cancel(&self, id: JobId) -> Result<JobState, StoreError> {
        self.queues().cancel(id)
    }

    fn settle(&self, id: JobId, settlement: &Settlement) -> Result<(), StoreError> {
        self.queues().settle(id, settlement)
    }

    fn purge(&self, queue: Option<&str>, over_for: Duration) -> Result<u64, StoreError> {
        self.queues().purge(queue, over_for)
    }
}
