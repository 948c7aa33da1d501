//! Stores of other versions.

use std::fs;
use std::time::Duration;

use rusqlite::Connection;

use super::{Place, fails, only_for_its_user};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::files::Opening;
use crate::store::sqlite::open::{self, Limits, MIGRATIONS};
use crate::store::{JobState, Store as _, StoreError, StoreErrorKind};

const LIMITS: Limits = Limits {
    busy_timeout: Duration::from_secs(5),
    maximum_size: None,
};

fn connect(place: &Place, migrations: &[&str]) -> Result<Connection, StoreError> {
    let path = open::prepare(&place.path(), &Opening::begin())?;
    open::connect(&path, LIMITS, migrations)
}

fn number(connection: &Connection, query: &str) -> i64 {
    let number = connection.query_row(query, [], |row| row.get(0));
    number.expect("a number")
}

#[test]
fn each_version_is_reached_by_the_steps_that_are_missing() {
    let steps = [
        "CREATE TABLE first (a); INSERT INTO first VALUES (1)",
        "CREATE TABLE second AS SELECT a + 10 AS a FROM first",
        "INSERT INTO second SELECT a + 100 FROM second",
    ];
    for found in 1..=3 {
        let place = Place::new();
        drop(connect(&place, &steps[..found]).expect("an earlier version"));
        for _ in 0..2 {
            let newest = connect(&place, &steps).expect("the newest version");
            assert_eq!(number(&newest, "PRAGMA user_version"), 3);
            assert_eq!(number(&newest, "SELECT sum(a) FROM second"), 11 + 111);
        }
        let says = "is of version 3, and this program knows no later one than 1";
        let before = fs::read(place.path()).expect("the file");
        let earlier = connect(&place, &steps[..1]);
        fails(earlier.map(drop), StoreErrorKind::Unusable, says);
        assert!(before == fs::read(place.path()).expect("the file"));
    }
}

#[test]
fn a_step_that_fails_leaves_the_version_that_was() {
    let place = Place::new();
    let steps = [
        "CREATE TABLE first (a)",
        "CREATE TABLE second (a)",
        "CREATE TABLE first (b)",
    ];
    drop(connect(&place, &steps[..1]).expect("an earlier version"));
    let failed = connect(&place, &steps);
    assert_eq!(
        failed.map(drop).expect_err("a failure").kind(),
        StoreErrorKind::Unusable
    );
    let as_before = connect(&place, &steps[..1]).expect("the version that was");
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name = 'second'";
    assert_eq!(number(&as_before, tables), 0);
}

/// A store as the first version has left it. This file does not change.
#[test]
fn a_store_of_version_1_is_read() {
    let place = Place::new();
    let first = Connection::open(place.path()).expect("a database");
    first
        .execute_batch(include_str!("version_1.sql"))
        .expect("its content");
    first.close().expect("an end");
    only_for_its_user(&place.path());

    let store = SqliteStore::open(place.path()).expect("a store");
    let jobs = store.jobs(&Default::default()).expect("its jobs");
    let told: Vec<_> = jobs
        .iter()
        .map(|job| (job.state, job.attempts, job.result.as_deref()))
        .collect();
    let expected = [
        (JobState::Done, 2, Some(&b"an answer"[..])),
        (JobState::Waiting, 0, None),
    ];
    assert_eq!(told, expected);
    assert_eq!(jobs[0].new.request, b"a request");
    let gate = store.gate("https://api.example.com/").expect("its scope");
    assert!(gate.closed_for > Duration::from_secs(86_400));
    let claimed = store.claim("queue", "worker", Duration::from_secs(60));
    let claimed = claimed.expect("a store").expect("the job that waits");
    assert_eq!(claimed.lease.number, 4);
    store.put(&super::new_job()).expect("room");
    let counts = store.counts(None).expect("its jobs");
    assert_eq!(counts.total(), 3);
}

#[test]
fn a_later_version_is_left_alone() {
    let place = Place::new();
    drop(place.open());
    let later = Connection::open(place.path()).expect("the database");
    let next = MIGRATIONS.len() + 1;
    later
        .pragma_update(None, "user_version", next as i64)
        .expect("a version");
    later.close().expect("an end");
    let before = fs::read(place.path()).expect("the file");
    let says = format!("is of version {next}, and this program knows no later one");
    fails(
        SqliteStore::open(place.path()),
        StoreErrorKind::Unusable,
        &says,
    );
    assert!(before == fs::read(place.path()).expect("the file"));
}
