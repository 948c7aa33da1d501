//! A client with durable endpoints, a store that can break, and workers that can die.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use cloudapi::prelude::*;
use cloudapi::store::{
    Back, Claimed, Counts, Filter, Finish, GateState, Grant, Job, JobId, JobState, Lease,
    MemoryStore, NewJob, Pulse, Reclaimed, Reservation, Settlement, Store, StoreError,
    StoreErrorKind, StoreHandle,
};
use cloudapi::testing::{Reply, Sent, Server, Simulation};
use cloudapi::{Body, Bytes, RequestBody, Response, WorkReport, Worker};
use serde::{Deserialize, Serialize};

/// When a simulation begins.
const EPOCH: Duration = Duration::from_secs(1_577_836_800);

pub(crate) const TOKEN: &str = "dop_v1_t0ps3cret";

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Droplet {
    pub(crate) name: String,
}

#[rest_api(
    baseurl = "https://api.example.com/v2/",
    bearer = "{token}",
    query("key" = "{token}"),
    callratepersecond = 1,
    maximum_geometric_delay_multiplications = 1
)]
pub(crate) struct Example {
    token: Secret,
    name: String,
}

#[rest_api(durable)]
impl Example {
    #[post("droplets", unwrap = "droplet")]
    pub(crate) fn create(&self, #[json("name")] name: &str) -> Call<Droplet>;

    #[post("keyed", unwrap = "droplet", idempotency_key)]
    pub(crate) fn keyed(&self, #[json("name")] name: &str) -> Call<Droplet>;

    #[get("droplets/{name}", unwrap = "droplet")]
    pub(crate) fn droplet(&self, name: &str, #[query] tag: Option<&str>) -> Call<Droplet>;

    #[get("droplets/{name}", unwrap = "droplet", headers("x-kind" = "perhaps"))]
    pub(crate) fn perhaps(&self, name: &str) -> Call<Option<Droplet>>;

    #[get("whole/{name}")]
    pub(crate) fn whole(&self, name: &str) -> Call<Response<Bytes>>;

    #[delete("droplets/{name}")]
    pub(crate) fn delete(&self, name: &str) -> Call<()>;

    #[get("limited", callrateperhour = 1)]
    pub(crate) fn limited(&self) -> Call<()>;

    #[get("body")]
    pub(crate) fn streamed(&self) -> Call<Body>;

    #[put("upload")]
    pub(crate) fn upload(&self, #[body] body: RequestBody) -> Call<()>;

    #[get("with/{key}")]
    pub(crate) fn secret_path(&self, key: &Secret) -> Call<()>;

    #[get("with")]
    pub(crate) fn secret_query(&self, #[query] key: &Secret) -> Call<()>;

    #[get("with/header")]
    pub(crate) fn secret_header(&self, #[header("x-own")] key: &Secret) -> Call<()>;

    #[post("with/json")]
    pub(crate) fn secret_json(&self, #[json("key")] key: &Secret) -> Call<()>;

    #[post("with/form")]
    pub(crate) fn secret_form(&self, #[form("key")] key: &Secret) -> Call<()>;

    #[post("with/part")]
    pub(crate) fn secret_part(&self, #[part] key: &Secret) -> Call<()>;

    #[post("with/fixed", json("key" = "{self.token}"))]
    pub(crate) fn fixed_json(&self) -> Call<()>;

    #[get("with/fixed", query("own" = "{self.name}"))]
    pub(crate) fn fixed_query(&self) -> Call<()>;
}

impl Example {
    #[get("elsewhere")]
    pub(crate) fn not_durable(&self) -> Call<()>;
}

/// A world in which a server answers as it is told.
#[derive(Clone)]
pub(crate) struct World {
    pub(crate) simulation: Simulation,
    pub(crate) store: MemoryStore,
    pub(crate) server: Server,
}

impl World {
    pub(crate) fn new(answer: impl FnMut(&Sent) -> Reply + Send + 'static) -> Self {
        let simulation = Simulation::new();
        let time = simulation.clone();
        let store = MemoryStore::with_clock(move || SystemTime::UNIX_EPOCH + EPOCH + time.now());
        let server = Server::new(&simulation, answer);
        Self {
            simulation,
            store,
            server,
        }
    }

    /// One that answers each request for a droplet with it.
    pub(crate) fn of_droplets() -> Self {
        Self::new(droplet)
    }

    /// As a program finds it that has just been started.
    pub(crate) fn client(&self) -> Example {
        self.client_of(self.store.clone())
    }

    pub(crate) fn client_of(&self, store: impl Into<StoreHandle>) -> Example {
        Example::builder()
            .token(Secret::new(TOKEN))
            .name("name".to_owned())
            .simulation(&self.simulation)
            .transport(self.server.clone())
            .store(store)
            .build()
            .unwrap()
    }

    /// Works until nothing is left.
    pub(crate) async fn work(&self) -> WorkReport {
        self.client().work().until_empty().await.unwrap()
    }

    /// Works for a while, and then dies as by `kill -9`: the store never hears of it again.
    pub(crate) async fn work_and_die(
        &self,
        after: Duration,
        set_up: impl FnOnce(Worker) -> Worker,
    ) {
        self.work_badly_and_die(after, set_up, None).await;
    }

    /// The same with a store that is hard to reach before that.
    pub(crate) async fn work_badly_and_die(
        &self,
        after: Duration,
        set_up: impl FnOnce(Worker) -> Worker,
        trouble: Option<Arc<dyn Between>>,
    ) {
        let life = Life {
            is_over: AtomicBool::new(false),
            trouble,
        };
        let store = Mortal(Arc::new(life), self.store.clone());
        let client = self.client_of(store.clone());
        tokio::select! {
            _ = set_up(client.work()).into_future() => {}
            () = self.simulation.sleep(after) => store.die(),
        }
    }

    pub(crate) fn job(&self, id: JobId) -> Job {
        self.store.job(id).unwrap().unwrap()
    }

    pub(crate) fn state(&self, id: JobId) -> JobState {
        self.job(id).state
    }

    /// When requests came, in seconds.
    pub(crate) fn times(&self) -> Vec<u64> {
        let sent = self.server.requests();
        sent.iter().map(|sent| sent.at.as_secs()).collect()
    }

    /// The paths that were asked for.
    pub(crate) fn paths(&self) -> Vec<String> {
        let sent = self.server.requests();
        let path = |sent: &Sent| {
            let path = sent.url.trim_start_matches("https://api.example.com/v2/");
            path.split(['?', '&']).next().unwrap().to_owned()
        };
        sent.iter().map(path).collect()
    }
}

/// The droplet that is asked for, or to be made.
pub(crate) fn droplet(sent: &Sent) -> Reply {
    let name = match serde_json::from_slice::<Droplet>(&sent.body) {
        Ok(droplet) => droplet.name,
        Err(_) => {
            let path = sent.url.split('?').next().unwrap();
            path.rsplit('/').next().unwrap().to_owned()
        }
    };
    Reply::json(&serde_json::json!({ "droplet": { "name": name } }))
}

pub(crate) fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

/// What comes between a client and its store, before and after each question.
pub(crate) trait Between: Send + Sync + 'static {
    fn before(&self, method: &'static str) -> Result<(), StoreError>;

    fn after(&self, method: &'static str) -> Result<(), StoreError> {
        let _ = method;
        Ok(())
    }
}

/// A store with something before it. It has the same name, and so is the same store.
pub(crate) struct Behind<B> {
    pub(crate) store: MemoryStore,
    pub(crate) between: Arc<B>,
}

impl<B> std::fmt::Debug for Behind<B> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Behind(..)")
    }
}

pub(crate) fn away() -> StoreError {
    StoreError::new(StoreErrorKind::Unavailable, "the store is away")
}

macro_rules! behind {
    ($($name:ident($($argument:ident: $type:ty),*) -> $returned:ty;)*) => {
        impl<B: Between> Store for Behind<B> {
            fn name(&self) -> String {
                self.store.name()
            }

            $(fn $name(&self, $($argument: $type),*) -> Result<$returned, StoreError> {
                self.between.before(stringify!($name))?;
                let answer = self.store.$name($($argument),*);
                self.between.after(stringify!($name))?;
                answer
            })*
        }
    };
}

behind! {
    reserve(scope: &str, wanted: &Reservation<'_>) -> Grant;
    close(scope: &str, wait: Duration) -> ();
    gate(scope: &str) -> GateState;
    put(job: &NewJob) -> ();
    claim(queue: &str, worker: &str, lease: Duration) -> Option<Claimed>;
    mark_sent(lease: &Lease) -> ();
    mark_answered(lease: &Lease) -> ();
    heartbeat(lease: &Lease, duration: Duration) -> Pulse;
    finish(lease: &Lease, finish: &Finish) -> ();
    requeue(lease: &Lease, back: &Back) -> ();
    reclaim(queue: &str) -> Vec<Reclaimed>;
    job(id: JobId) -> Option<Job>;
    jobs(filter: &Filter) -> Vec<Job>;
    counts(queue: Option<&str>) -> Counts;
    retry(id: JobId) -> ();
    cancel(id: JobId) -> JobState;
    settle(id: JobId, settlement: &Settlement) -> ();
    purge(queue: Option<&str>, over_for: Duration) -> u64;
}

/// The way to the store of a process that may die.
#[derive(Clone)]
pub(crate) struct Mortal(Arc<Life>, MemoryStore);

pub(crate) struct Life {
    is_over: AtomicBool,
    trouble: Option<Arc<dyn Between>>,
}

impl Between for Life {
    fn before(&self, method: &'static str) -> Result<(), StoreError> {
        match (self.is_over.load(Ordering::Relaxed), &self.trouble) {
            (true, _) => Err(away()),
            (false, Some(trouble)) => trouble.before(method),
            (false, None) => Ok(()),
        }
    }

    fn after(&self, method: &'static str) -> Result<(), StoreError> {
        let trouble = self.trouble.as_ref();
        trouble.map_or(Ok(()), |trouble| trouble.after(method))
    }
}

impl Mortal {
    fn die(&self) {
        self.0.is_over.store(true, Ordering::Relaxed);
    }
}

impl From<Mortal> for StoreHandle {
    fn from(Mortal(between, store): Mortal) -> Self {
        Behind { store, between }.into()
    }
}

/// What was asked of a store, and which questions fail.
#[derive(Default)]
pub(crate) struct Script {
    pub(crate) asked: Mutex<Vec<&'static str>>,
    /// These fail, so often, before anything is done.
    pub(crate) fails: Mutex<Vec<(&'static str, u32)>>,
}

impl Between for Script {
    fn before(&self, method: &'static str) -> Result<(), StoreError> {
        self.asked.lock().unwrap().push(method);
        let mut fails = self.fails.lock().unwrap();
        match fails
            .iter_mut()
            .find(|(name, left)| *name == method && *left > 0)
        {
            Some((_, left)) => {
                *left -= 1;
                Err(away())
            }
            None => Ok(()),
        }
    }
}

impl Script {
    pub(crate) fn failing(fails: &[(&'static str, u32)]) -> Arc<Self> {
        let script = Self::default();
        fails.clone_into(&mut script.fails.lock().unwrap());
        Arc::new(script)
    }

    pub(crate) fn before(self: &Arc<Self>, store: &MemoryStore) -> Behind<Self> {
        Behind {
            store: store.clone(),
            between: Arc::clone(self),
        }
    }
}
