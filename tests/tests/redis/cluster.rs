//! A cluster is a store like any other.

use std::time::Duration;

use cloudapi::store::conformance;
use cloudapi::store::{Back, Filter, JobState, RedisStore, Store, StoreErrorKind};

use super::conformance::InRedis;
use super::servers::{Server, job, limit, of, until};

const HOUR: Duration = Duration::from_secs(3_600);

/// Three masters, each with a third of the slots.
fn cluster() -> Option<[Server; 3]> {
    let start = || Server::start(&["--cluster-enabled", "yes", "--cluster-node-timeout", "5000"]);
    let servers = [start()?, start()?, start()?];
    for (server, slots) in servers
        .iter()
        .zip([0..5_461, 5_461..10_923, 10_923..16_384])
    {
        // Ranges are known since Redis 7.
        let slots: Vec<_> = slots.map(|slot| slot.to_string()).collect();
        server.ask::<()>(&format!("CLUSTER ADDSLOTS {}", slots.join(" ")));
        server.ask::<()>(&format!("CLUSTER MEET 127.0.0.1 {}", servers[0].port));
    }
    for server in &servers {
        until("the servers know each other", || {
            let info: String = server.ask("CLUSTER INFO");
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        });
    }
    Some(servers)
}

#[test]
fn a_store_in_a_cluster_conforms() {
    let Some(servers) = cluster() else {
        return;
    };
    let [first, second, _] = &servers;
    // One of those that are named is not there.
    let address = format!(
        "redis+cluster://127.0.0.1:1,127.0.0.1:{},127.0.0.1:{}/",
        first.port, second.port
    );
    let options = RedisStore::options(&address).timeout(Duration::from_secs(20));
    conformance::run(&InRedis(options.clone()));
    let store = options.connect().unwrap();
    assert!(!store.persistence().unwrap().has_log);
    // Without saying that it is a cluster, one hears how to.
    let errors = servers
        .each_ref()
        .map(|server| server.options().connect().err());
    let error = errors
        .into_iter()
        .flatten()
        .next()
        .expect("one has not got it");
    assert_eq!(error.kind(), StoreErrorKind::Refused);
    assert!(error.to_string().contains("redis+cluster://"), "{error}");
}

/// The number of its place is counted on another server, which may be full as well.
#[test]
fn a_job_that_fails_goes_to_the_back_when_memory_is_full() {
    let Some(servers) = cluster() else {
        return;
    };
    let address = format!("redis+cluster://127.0.0.1:{}/", servers[0].port);
    let options = RedisStore::options(&address).timeout(Duration::from_secs(20));
    let store = options.connect().unwrap();
    let [fails, waits] = [(); 2].map(|()| job("queue"));
    store.put(&fails).unwrap();
    store.put(&waits).unwrap();
    for server in &servers {
        server.ask::<()>("CONFIG SET maxmemory-policy noeviction");
        server.ask::<()>("CONFIG SET maxmemory 1");
    }
    let refused = store.put(&job("queue")).unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Full, "{refused}");

    let not_before = Duration::ZERO;
    let lease = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    assert_eq!(lease.job, fails.id);
    store.requeue(&lease, &Back::Failed { not_before }).unwrap();
    let next = store.claim("queue", "worker", HOUR).unwrap().unwrap();
    assert_eq!(next.job.new.id, waits.id);
    store.cancel(fails.id).unwrap();
    store.retry(fails.id).unwrap();
    let jobs = store.jobs(&Filter::default()).unwrap();
    let ids: Vec<_> = jobs.iter().map(|job| job.new.id).collect();
    assert_eq!(ids, [waits.id, fails.id]);
}

#[test]
fn slots_that_are_handed_over_are_followed() {
    let Some(servers) = cluster() else {
        return;
    };
    let address = format!("redis+cluster://127.0.0.1:{}/", servers[0].port);
    let options = RedisStore::options(&address).timeout(Duration::from_secs(20));
    let store = options.connect().unwrap();
    let put = |store: &RedisStore| {
        let job = job("queue");
        store.put(&job).map(|()| job.id)
    };
    let mut known: Vec<_> = (0..15).map(|_| put(&store).unwrap()).collect();
    for _ in 0..3 {
        store.claim("queue", "worker", Duration::ZERO).unwrap();
    }
    let mut answered = 0;
    hand_over(&servers, "cloudapi:{q:queue}", || {
        // While some of its keys are here and some there, all is done or nothing.
        let results = [
            put(&store).map(|id| known.push(id)),
            store.claim("queue", "worker", Duration::ZERO).map(drop),
            store.claim("queue", "worker", HOUR).and_then(|claimed| {
                let lease = claimed.map(|claimed| claimed.lease);
                lease.map_or(Ok(()), |lease| store.mark_sent(&lease))
            }),
            store.reclaim("queue").map(drop),
            store.counts(Some("queue")).map(drop),
            store.reserve("queue", &of(&[limit(10, HOUR)])).map(drop),
        ];
        for result in results {
            match result {
                Ok(()) => answered += 1,
                Err(error) => assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}"),
            }
        }
    });
    assert!(answered > 0);
    let jobs = store.jobs(&Filter::default()).unwrap();
    let counts = store.counts(Some("queue")).unwrap();
    assert_eq!(counts.total(), jobs.len() as u64);
    for state in JobState::ALL {
        let count = jobs.iter().filter(|job| job.state == state).count();
        assert_eq!(counts.of(state), count as u64, "{state}");
    }
    for id in known {
        assert!(jobs.iter().any(|job| job.new.id == id), "{id} is lost");
    }
    // Whoever waits is claimed once, and all leases that ended are taken back.
    let mut waiting = counts.of(JobState::Waiting);
    waiting += store.reclaim("queue").unwrap().len() as u64;
    for _ in 0..waiting {
        assert!(store.claim("queue", "worker", HOUR).unwrap().is_some());
    }
    assert_eq!(store.claim("queue", "worker", HOUR).unwrap(), None);
}

fn pointers(servers: &[Server; 3]) -> usize {
    let on = |server: &Server| server.ask::<Vec<String>>("KEYS cloudapi:queue-of:*").len();
    servers.iter().map(on).sum()
}

#[test]
fn all_that_tells_of_a_job_is_purged_wherever_it_is() {
    let Some(servers) = cluster() else {
        return;
    };
    let address = format!("redis+cluster://127.0.0.1:{}/", servers[0].port);
    let options = RedisStore::options(&address).timeout(Duration::from_secs(20));
    let store = options.connect().unwrap();
    let end_jobs = || {
        let jobs = [(); 30].map(|()| job("queue"));
        for job in &jobs {
            store.put(job).unwrap();
            store.cancel(job.id).unwrap();
        }
        format!("cloudapi:queue-of:{}", jobs[0].id)
    };
    let purge = || store.purge(None, Duration::ZERO).unwrap();
    let pointer = end_jobs();
    assert_eq!(pointers(&servers), 30);
    // The store does not know yet who has that.
    hand_over(&servers, &pointer, || {});
    assert_eq!(purge(), 30);
    assert_eq!(pointers(&servers), 0);
    // And while it is handed over: it has just gone.
    let pointer = end_jobs();
    let mut purged = Vec::new();
    let mut calls = 0;
    hand_over(&servers, &pointer, || {
        calls += 1;
        if calls > 1 {
            purged.push(purge());
        }
    });
    assert_eq!(purged[0], 30);
    assert_eq!(pointers(&servers), 0);
}

/// Moves a key's slot to another server, as `redis-cli --cluster reshard` does.
fn hand_over(servers: &[Server; 3], key: &str, mut meanwhile: impl FnMut()) {
    let slot: i64 = servers[0].ask(&format!("CLUSTER KEYSLOT {key}"));
    let owner = usize::try_from(slot / 5461).unwrap().min(2);
    let (from, to) = (&servers[owner], &servers[(owner + 1) % 3]);
    let from_id: String = from.ask("CLUSTER MYID");
    let to_id: String = to.ask("CLUSTER MYID");
    to.ask::<()>(&format!("CLUSTER SETSLOT {slot} IMPORTING {from_id}"));
    from.ask::<()>(&format!("CLUSTER SETSLOT {slot} MIGRATING {to_id}"));
    meanwhile();
    let keys: Vec<String> = from.ask(&format!("CLUSTER GETKEYSINSLOT {slot} 1000"));
    assert!(!keys.is_empty());
    for key in &keys {
        from.ask::<()>(&format!("MIGRATE 127.0.0.1 {} {key} 0 5000", to.port));
        meanwhile();
    }
    for server in [to, from] {
        server.ask::<()>(&format!("CLUSTER SETSLOT {slot} NODE {to_id}"));
    }
}
