//! A cluster is a store like any other.

use std::time::Duration;

use cloudapi::store::conformance;
use cloudapi::store::{JobState, RedisStore, Store, StoreErrorKind};

use super::conformance::InRedis;
use super::servers::{Server, job, until};

const HOUR: Duration = Duration::from_secs(3_600);

/// Three masters, each with a third of the slots.
fn cluster() -> Option<[Server; 3]> {
    let start = || Server::start(&["--cluster-enabled", "yes", "--cluster-node-timeout", "5000"]);
    let servers = [start()?, start()?, start()?];
    for (server, slots) in servers.iter().zip(["0 5460", "5461 10922", "10923 16383"]) {
        server.ask::<()>(&format!("CLUSTER ADDSLOTSRANGE {slots}"));
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

#[test]
fn slots_that_are_handed_over_are_followed() {
    let Some(servers) = cluster() else {
        return;
    };
    let address = format!("redis+cluster://127.0.0.1:{}/", servers[0].port);
    let options = RedisStore::options(&address).timeout(Duration::from_secs(20));
    let store = options.connect().unwrap();
    let put: Vec<_> = (0..5)
        .map(|_| {
            let job = job("queue");
            store.put(&job).unwrap();
            job.id
        })
        .collect();
    hand_over(&servers, "cloudapi:{q:queue}", || {
        // While it is handed over, some of its keys are here and some there.
        let _ = store.counts(Some("queue"));
    });
    assert_eq!(
        store.counts(Some("queue")).unwrap().of(JobState::Waiting),
        5
    );
    for id in put {
        let claimed = store.claim("queue", "worker", HOUR).unwrap().unwrap();
        assert_eq!(claimed.lease.job, id);
    }
}

/// Moves a key's slot to another server, as `redis-cli --cluster reshard` does.
fn hand_over(servers: &[Server; 3], key: &str, meanwhile: impl Fn()) {
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
