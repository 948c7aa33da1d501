//! What a store does when it has to wait, has no room, or starts anew.

use std::thread;
use std::time::{Duration, Instant};

use rusqlite::Connection;

use super::{Place, fails, new_job, reserve};
use crate::store::memory_tests::ByHand;
use crate::store::sqlite::SqliteStore;
#[cfg(unix)]
use crate::store::sqlite::files::FORKS;
use crate::store::sqlite::queue;
use crate::store::sqlite::work::Keep;
use crate::store::{
    Back, Finish, Grant, JobState, Settlement, Store as _, StoreError, StoreErrorKind,
};

#[test]
fn who_waits_too_long_is_told_and_may_come_again() {
    let place = Place::new();
    let options = SqliteStore::options().busy_timeout(Duration::from_millis(100));
    let store = options.open(place.path()).expect("a store");
    let job = new_job();
    let other = Connection::open(place.path()).expect("the database");
    other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let since = Instant::now();
    fails(
        store.put(&job),
        StoreErrorKind::Unavailable,
        "calls.db` was locked by another",
    );
    assert!(since.elapsed() >= Duration::from_millis(90));
    fails(
        reserve(&store, 10),
        StoreErrorKind::Unavailable,
        "busy_timeout",
    );
    // Who only looks waits for nobody.
    assert_eq!(store.counts(None).expect("a look").total(), 0);
    other.execute_batch("ROLLBACK").expect("no lock");
    store.put(&job).expect("its turn");
    reserve(&store, 10).expect("its turn");
    assert!(store.job(job.id).expect("a store").is_some());
}

/// Who does not want to give up waits for a long time, and not for ever.
#[test]
fn a_busy_timeout_without_an_end_is_a_long_one() {
    let place = Place::new();
    let options = SqliteStore::options().busy_timeout(Duration::MAX);
    let store = options.open(place.path()).expect("a store");
    store.put(&new_job()).expect("room");
}

/// Threads stand in line for the one connection. Were each to wait for the file anew, the
/// last would wait for as long as all before it together.
#[test]
fn threads_that_meet_a_locked_file_give_up_together() {
    let place = Place::new();
    let timeout = Duration::from_millis(1_500);
    let store = SqliteStore::options().busy_timeout(timeout);
    let store = store.open(place.path()).expect("a store");
    let other = Connection::open(place.path()).expect("the database");
    other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let since = Instant::now();
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| {
                let says = "was locked by another process for";
                fails(store.put(&new_job()), StoreErrorKind::Unavailable, says);
            });
        }
    });
    // One after the other it would be eighteen seconds.
    let took = since.elapsed();
    assert!(took < timeout * 6, "it took {took:?}");
    other.execute_batch("ROLLBACK").expect("no lock");
    // The time of one call is not that of the next.
    other.execute_batch("BEGIN EXCLUSIVE").expect("a lock");
    let since = Instant::now();
    store.put(&new_job()).expect_err("a lock");
    assert!(since.elapsed() >= timeout / 2);
}

#[test]
fn a_store_that_is_full_loses_nothing() {
    let place = Place::new();
    let options = SqliteStore::options().maximum_size(256 << 10);
    let store = options.open(place.path()).expect("a store");
    let mut put = Vec::new();
    let full = loop {
        let job = new_job();
        match store.put(&job) {
            Ok(()) => put.push(job),
            Err(error) => break error,
        }
        assert!(put.len() < 1_000, "it grows without end");
    };
    assert_eq!(full.kind(), StoreErrorKind::Full, "{full}");
    assert!(full.to_string().contains("maximum_size"), "{full}");
    assert!(put.len() > 20);
    for job in &put {
        let kept = store.job(job.id).expect("a store").expect("the job");
        assert_eq!(kept.new, *job);
    }
    // Work goes on, and makes room.
    let lease = Duration::from_secs(60);
    for _ in 0..put.len() {
        let claimed = store.claim("queue", "worker", lease).expect("a store");
        let lease = claimed.expect("a job").lease;
        store.mark_sent(&lease).expect("no room is needed");
        let finish = Finish {
            state: JobState::Done,
            result: None,
            reason: None,
        };
        store.finish(&lease, &finish).expect("no room is needed");
    }
    let purged = store.purge(None, Duration::ZERO).expect("a store");
    assert_eq!(purged, put.len() as u64);
    store.put(&new_job()).expect("room again");
    reserve(&store, 10).expect("room again");
}

/// A program that cron starts every minute makes seven calls each time. 100 an hour are
/// allowed, so it often takes longer, and is started again a little later.
#[test]
fn the_hour_is_kept_from_run_to_run() {
    let place = Place::new();
    let clock = ByHand::default();
    let minute = Duration::from_secs(60);
    let mut slots = Vec::new();
    while clock.passed() < minute * 300 {
        let wall = clock.clone();
        let options = SqliteStore::options().clock(move || wall.wall());
        let store = options.open(place.path()).expect("a store");
        for _ in 0..7 {
            match reserve(&store, 100).expect("a slot") {
                Grant::Slot { wait } => clock.advance(wait),
                later @ Grant::Later { .. } => panic!("{later:?}"),
            }
            slots.push(clock.passed());
        }
        drop(store);
        let in_minute = clock.passed().as_nanos() % minute.as_nanos();
        clock.advance(minute - Duration::from_nanos(in_minute as u64));
    }
    for some in slots.windows(101) {
        assert!(some[100] - some[0] >= minute * 60, "{some:?}");
    }
    assert!(slots.len() > 450, "only {} of 500 were used", slots.len());
}

/// What a child of the process does between its beginning and its end.
#[cfg(unix)]
fn in_a_child(run: impl FnOnce()) {
    FORKS.set(1);
    run();
    FORKS.set(0);
}

#[cfg(unix)]
#[test]
fn a_child_of_the_process_is_refused_what_the_parent_has_open() {
    let place = Place::new();
    let store = place.open();
    let inherited = store.clone();
    let says = "open the store after the fork";
    in_a_child(|| {
        fails(inherited.counts(None), StoreErrorKind::Unusable, says);
        fails(inherited.put(&new_job()), StoreErrorKind::Unusable, says);
        let again = SqliteStore::open(place.path());
        fails(again, StoreErrorKind::Unusable, says);
        drop(inherited);
        let again = SqliteStore::open(place.path());
        fails(again, StoreErrorKind::Unusable, says);
        let own = Place::new();
        own.open().put(&new_job()).expect("a file of its own");
    });
    store.put(&new_job()).expect("the parent goes on");
    let closed = Place::new();
    drop(closed.open());
    in_a_child(|| {
        closed.open().put(&new_job()).expect("nobody has it open");
    });
}

#[cfg(unix)]
#[test]
fn a_child_of_the_process_does_not_close_what_the_parent_has_open() {
    let place = Place::new();
    let store = place.open();
    store.put(&new_job()).expect("room");
    in_a_child(|| drop(store));
    // Who is the last to close it takes it away.
    assert!(place.path().with_extension("db-wal").exists());
}

#[test]
fn what_is_to_be_kept_now_waits_for_the_disk() {
    let place = Place::new();
    let store = place.open();
    let full = |keep| {
        let synchronous = store.0.write(keep, |work| {
            let level = work.pragma_query_value(None, "synchronous", |row| row.get::<_, i64>(0));
            Ok(level?)
        });
        synchronous.expect("a store") == 2
    };
    assert!(full(Keep::Soon), "the first for a while");
    let since = Instant::now();
    let next = full(Keep::Soon);
    assert!(!next || since.elapsed() > Duration::from_millis(900));
    assert!(full(Keep::Now));
}

/// Elsewhere these say nothing. There, without them, a power cut takes what was on the disk.
#[test]
fn what_waits_for_the_disk_waits_for_it_on_macos_too() {
    let place = Place::new();
    let store = place.open();
    for name in ["fullfsync", "checkpoint_fullfsync"] {
        let is_set = store.0.read(|work| {
            let value = work.pragma_query_value(None, name, |row| row.get::<_, bool>(0));
            Ok(value?)
        });
        assert!(is_set.expect("a store"), "{name}");
    }
}

#[test]
fn every_change_but_a_slot_waits_for_the_disk() {
    let place = Place::new();
    let store = place.open();
    let waits = |what: &str, change: &dyn Fn() -> Result<(), StoreError>| {
        // What was changed just now is on the disk, and so a slot need not be.
        store.put(&new_job()).expect("room");
        reserve(&store, 10).expect("a slot");
        change().expect(what);
        assert!(store.0.has_synced(), "{what}");
    };
    let lease = || {
        let claimed = store.claim("queue", "worker", Duration::from_secs(60));
        claimed.expect("a store").expect("a job").lease
    };
    let finish = Finish {
        state: JobState::Failed,
        result: None,
        reason: None,
    };
    let not_before = Duration::ZERO;
    let (first, second) = (new_job(), new_job());
    waits("close", &|| store.close("scope", Duration::from_secs(9)));
    store.purge(None, Duration::ZERO).expect("a store");
    waits("put", &|| {
        store.put(&first).and_then(|()| store.put(&second))
    });
    waits("claim", &|| {
        store.claim("queue", "worker", not_before).map(drop)
    });
    waits("reclaim", &|| store.reclaim("queue").map(drop));
    let one = lease();
    waits("mark_sent", &|| store.mark_sent(&one));
    waits("mark_answered", &|| store.mark_answered(&one));
    waits("heartbeat", &|| {
        store.heartbeat(&one, Duration::from_secs(60)).map(drop)
    });
    waits("finish", &|| store.finish(&one, &finish));
    waits("retry", &|| store.retry(one.job));
    waits("cancel", &|| store.cancel(one.job).map(drop));
    waits("purge", &|| store.purge(None, Duration::ZERO).map(drop));
    let other = lease();
    waits("requeue", &|| {
        store.requeue(&other, &Back::Untouched { not_before })
    });
    let unknown = lease();
    let finish = Finish {
        state: JobState::Unknown,
        ..finish.clone()
    };
    store.finish(&unknown, &finish).expect("a lease in force");
    waits("settle", &|| store.settle(unknown.job, &Settlement::Again));
}

#[test]
fn a_change_that_fails_leaves_nothing() {
    let place = Place::new();
    let store = place.open();
    let job = new_job();
    let failed: Result<(), _> = store.0.write(Keep::Now, |work| {
        let room = (None, place.0.path());
        queue::put(work, &job, room)?;
        Err(StoreError::not_found(job.id).into())
    });
    assert_eq!(
        failed.expect_err("a failure").kind(),
        StoreErrorKind::NotFound
    );
    assert_eq!(store.job(job.id).expect("a store"), None);
    assert_eq!(store.counts(None).expect("a store").total(), 0);
}
