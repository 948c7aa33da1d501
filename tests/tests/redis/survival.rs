//! What is left after a server has gone.

use std::collections::HashSet;
use std::time::Duration;

use cloudapi::store::{Back, Grant, JobState, LogSync, RedisStore, Store, StoreErrorKind};

use super::servers::{LOG, Server, job, limit, of, until};

const HOUR: Duration = Duration::from_secs(3_600);

#[test]
fn a_server_that_is_killed_brings_all_back() {
    let Some(mut server) = Server::start(&LOG) else {
        return;
    };
    let store = server.store();
    assert!(store.persistence().unwrap().survives_power_loss());
    let gate = [limit(1, HOUR)];
    store.reserve("scope", &of(&gate)).unwrap();
    store.close("closed", HOUR).unwrap();
    let jobs: HashSet<_> = (0..20)
        .map(|_| {
            let job = job("queue");
            store.put(&job).unwrap();
            job.id
        })
        .collect();
    let lease = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    store.mark_sent(&lease).unwrap();

    server.kill();
    let error = store.put(&job("queue")).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(server.start_again());

    // The same store goes on, with all that was answered.
    assert_eq!(store.counts(None).unwrap().of(JobState::Waiting), 19);
    store.heartbeat(&lease, HOUR).unwrap();
    assert!(jobs.contains(&lease.job));
    let Grant::Slot { wait } = store.reserve("scope", &of(&gate)).unwrap() else {
        panic!("a slot that is far away");
    };
    assert!(wait > HOUR / 2);
    assert!(store.gate("closed").unwrap().closed_for > HOUR / 2);
}

#[test]
fn a_server_that_forgets_all_is_one_that_is_new() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let gate = [limit(2, HOUR)];
    let (lost, next) = (job("queue"), job("queue"));
    store.put(&lost).unwrap();
    let lease = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    for _ in 0..5 {
        store.reserve("scope", &of(&gate)).unwrap();
    }
    server.ask::<()>("FLUSHALL");
    assert_eq!(store.job(lost.id).unwrap(), None);
    assert_eq!(
        store.cancel(lost.id).unwrap_err().kind(),
        StoreErrorKind::NotFound
    );
    assert_eq!(
        store.heartbeat(&lease, HOUR).unwrap_err().kind(),
        StoreErrorKind::LeaseLost
    );
    assert_eq!(store.claim("queue", "worker", HOUR).unwrap(), None);
    store.put(&next).unwrap();
    assert_eq!(store.counts(None).unwrap().total(), 1);
    // The limit starts anew, and is one: nobody has more than its share from here on.
    assert_eq!(wait(&store), Duration::ZERO);
    assert!(wait(&store) > HOUR / 3);
}

fn wait(store: &RedisStore) -> Duration {
    match store.reserve("scope", &of(&[limit(2, HOUR)])).unwrap() {
        Grant::Slot { wait } => wait,
        later @ Grant::Later { .. } => panic!("{later:?}"),
    }
}

#[test]
fn a_lease_from_before_a_loss_is_none_of_after() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let job = job("queue");
    store.put(&job).unwrap();
    let before = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    // As after a failover to a replica that has not heard of the lease.
    server.ask::<()>("FLUSHALL");
    store.put(&job).unwrap();
    let after = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    let error = store.mark_sent(&before).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::LeaseLost);
    store.mark_sent(&after).unwrap();
}

#[test]
fn scripts_that_are_forgotten_are_sent_again() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let gate = [limit(10, HOUR)];
    for _ in 0..3 {
        server.ask::<()>("SCRIPT FLUSH");
        store.reserve("scope", &of(&gate)).unwrap();
        server.ask::<()>("SCRIPT FLUSH");
        store.put(&job("queue")).unwrap();
        server.ask::<()>("SCRIPT FLUSH");
        assert!(store.claim("queue", "worker", HOUR).unwrap().is_some());
    }
}

#[test]
fn full_memory_takes_no_job_and_loses_none() {
    let Some(server) = Server::start(&["--maxmemory-policy", "noeviction"]) else {
        return;
    };
    let store = server.store();
    let mut put = Vec::new();
    for _ in 0..4 {
        let mut job = job("queue");
        job.request = vec![7; 100_000];
        store.put(&job).unwrap();
        put.push(job.id);
    }
    let gate = [limit(2, HOUR)];
    store.reserve("scope", &of(&gate)).unwrap();
    server.ask::<()>("CONFIG SET maxmemory 1");

    let mut refused = job("queue");
    refused.request = vec![7; 100_000];
    let error = store.put(&refused).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Full, "{error}");
    assert!(error.to_string().contains("`maxmemory`"), "{error}");
    assert_eq!(store.job(refused.id).unwrap(), None);
    // What is there can be brought to its end, and within its limits; by who comes now, too.
    let store = server.store();
    let Grant::Slot { wait } = store.reserve("scope", &of(&gate)).unwrap() else {
        panic!("a slot");
    };
    assert!(wait > HOUR / 3);
    store.reserve("new scope", &of(&gate)).unwrap();
    store.close("scope", HOUR).unwrap();
    for id in &put {
        let lease = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
        assert_eq!(lease.job, *id);
        store.mark_sent(&lease).unwrap();
        store.heartbeat(&lease, HOUR).unwrap();
        let done = cloudapi::store::Finish {
            state: JobState::Done,
            result: Some(b"done".to_vec()),
            reason: None,
        };
        store.finish(&lease, &done).unwrap();
    }
    assert_eq!(store.counts(Some("queue")).unwrap().of(JobState::Done), 4);
    assert_eq!(store.purge(Some("queue"), Duration::ZERO).unwrap(), 4);
    server.ask::<()>("CONFIG SET maxmemory 0");
    store.put(&refused).unwrap();
    assert!(store.job(refused.id).unwrap().is_some());
}

#[test]
fn what_survives_is_told() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let store = server.store();
    let persistence = store.persistence().unwrap();
    assert!(!persistence.has_log && !persistence.evicts());
    assert!(persistence.to_string().contains("`appendonly yes`"));
    server.ask::<()>("CONFIG SET appendonly yes");
    let persistence = store.persistence().unwrap();
    assert_eq!(persistence.log_sync, LogSync::EverySecond);
    assert!(persistence.survives_restart() && !persistence.survives_power_loss());
    server.ask::<()>("CONFIG SET maxmemory 100mb");
    server.ask::<()>("CONFIG SET maxmemory-policy allkeys-lru");
    assert!(
        store
            .persistence()
            .unwrap()
            .to_string()
            .contains("`allkeys-lru`")
    );
}

fn replica_of(server: &Server) -> Option<Server> {
    let port = server.port.to_string();
    let replica = Server::start(&[
        "--replicaof",
        "127.0.0.1",
        &port,
        "--repl-diskless-sync-delay",
        "0",
    ])?;
    until("the replica has all", || {
        let info: String = replica.ask("INFO replication");
        info.contains("master_link_status:up")
    });
    Some(replica)
}

#[test]
fn a_replica_takes_over() {
    let Some(master) = Server::start(&["--repl-diskless-sync-delay", "0"]) else {
        return;
    };
    let replica = replica_of(&master).unwrap();
    let both = format!(
        "redis://127.0.0.1:{},127.0.0.1:{}/",
        master.port, replica.port
    );
    let options = RedisStore::options(&both).timeout(Duration::from_secs(20));
    let store = options.clone().replicas(1).connect().unwrap();
    let before = job("queue");
    store.put(&before).unwrap();
    assert_eq!(store.persistence().unwrap().replicas, 1);

    replica.ask::<()>("REPLICAOF NO ONE");
    master.ask::<()>(&format!("REPLICAOF 127.0.0.1 {}", replica.port));
    until("the replica is the master", || {
        let info: String = master.ask("INFO replication");
        info.contains("role:slave")
    });
    // The one that was the master refuses, and the other is asked.
    let after = job("queue");
    let store_alone = options.connect().unwrap();
    store_alone.put(&after).unwrap();
    assert!(store.job(before.id).unwrap().is_some());
    assert_eq!(
        store
            .claim("queue", "worker", HOUR)
            .unwrap()
            .unwrap()
            .lease
            .job,
        before.id
    );

    // Who knows one of them only hears that it is a replica.
    let alone = master.options().connect().unwrap_err();
    assert_eq!(alone.kind(), StoreErrorKind::Unavailable, "{alone}");
    assert!(alone.to_string().contains("is a replica"), "{alone}");
}

#[test]
fn replicas_that_are_not_there_are_missed() {
    let Some(server) = Server::start(&[]) else {
        return;
    };
    let options = server.options().timeout(Duration::from_secs(4)).replicas(1);
    let store = options.connect().unwrap();
    let new = job("queue");
    let error = store.put(&new).unwrap_err();
    assert_eq!(error.kind(), StoreErrorKind::Unavailable, "{error}");
    assert!(error.to_string().contains("0 of 1 replicas"), "{error}");
    // It is there, and only once.
    assert_eq!(
        store.put(&new).unwrap_err().kind(),
        StoreErrorKind::Unavailable
    );
    assert_eq!(store.counts(None).unwrap().total(), 1);
    let lease = store.claim("queue", "worker", HOUR).unwrap().unwrap().lease;
    assert_eq!(
        store.mark_sent(&lease).unwrap_err().kind(),
        StoreErrorKind::Unavailable
    );
    // So it has not left. The job can be given back, and need not be taken for one of
    // unknown outcome.
    let not_before = Duration::ZERO;
    let untouched = Back::Untouched { not_before };
    assert_eq!(store.job(new.id).unwrap().unwrap().state, JobState::Sent);
    store.requeue(&lease, &untouched).unwrap();
    let kept = store.job(new.id).unwrap().unwrap();
    assert_eq!((kept.state, kept.attempts), (JobState::Waiting, 1));
}
