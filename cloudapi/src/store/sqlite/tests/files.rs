//! What is a store, what is none, and who may read it.

use std::fs;
use std::path::Path;
use std::sync::Barrier;
use std::thread;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::{Place, fails, new_job, only_for_its_user};
use crate::store::sqlite::SqliteStore;
use crate::store::sqlite::open::{Limits, MIGRATIONS, connect, set_up};
use crate::store::{JobState, Store as _, StoreErrorKind};

/// Refused as unusable, and every byte is as it was.
#[track_caller]
fn is_refused(place: &Place, says: &str) {
    let before = fs::read(place.path()).expect("the file");
    fails(
        SqliteStore::open(place.path()),
        StoreErrorKind::Unusable,
        says,
    );
    let after = fs::read(place.path()).expect("the file");
    assert!(before == after, "the file was touched");
}

fn sqlite3(path: &Path) -> Connection {
    Connection::open(path).expect("a database")
}

#[test]
fn what_is_no_database_is_refused() {
    let says = "is not a database of SQLite; it has not been touched";
    for bytes in [&b"a diary"[..], &[0; 8_192], b"SQLite format 4\0 and so on"] {
        is_refused(&Place::with(bytes), says);
    }
    // As long as the magic, and no longer.
    is_refused(
        &Place::with(b"SQLite format 3\0"),
        "is a database of something else",
    );
}

#[cfg(unix)]
#[test]
fn nobody_is_told_to_change_the_mode_of_what_is_no_store() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::with(b"a diary that all may read");
    let all = fs::Permissions::from_mode(0o644);
    fs::set_permissions(place.path(), all).expect("its own file");
    is_refused(&place, "is not a database of SQLite");
}

#[test]
fn the_database_of_another_program_is_refused() {
    let place = Place::new();
    let other = sqlite3(&place.path());
    other
        .execute_batch(
            "PRAGMA journal_mode = WAL; CREATE TABLE store (only_row); PRAGMA user_version = 1",
        )
        .expect("tables");
    other.close().expect("an end");
    only_for_its_user(&place.path());
    is_refused(&place, "is a database of something else");
}

#[test]
fn what_cannot_be_a_file_is_refused() {
    let place = Place::new();
    let open = |path: &Path| SqliteStore::open(path);
    let directory = place.0.path();
    fails(open(directory), StoreErrorKind::Unusable, "is a directory");
    let says = "there is no directory";
    let missing = directory.join("missing").join("calls.db");
    fails(open(&missing), StoreErrorKind::Unavailable, says);
    assert!(!directory.join("missing").exists());
    let below_a_file = place.path().join("calls.db");
    fs::write(place.path(), "").expect("a file");
    fails(open(&below_a_file), StoreErrorKind::Unavailable, says);
}

#[test]
fn an_empty_file_becomes_a_store() {
    let place = Place::with(b"");
    let job = new_job();
    place.open().put(&job).expect("room");
    assert!(place.open().job(job.id).expect("a store").is_some());
}

#[cfg(unix)]
#[test]
fn the_files_are_their_users_alone() {
    use std::os::unix::fs::PermissionsExt as _;

    let place = Place::new();
    let store = place.open();
    store.put(&new_job()).expect("room");
    let mut names = Vec::new();
    for entry in fs::read_dir(place.0.path()).expect("the directory") {
        let entry = entry.expect("a file");
        let mode = entry.metadata().expect("a file").permissions().mode();
        let name = entry.file_name().into_string().expect("a name");
        assert_eq!(mode & 0o777, 0o600, "{name} has {mode:o}");
        names.push(name);
    }
    names.sort();
    assert_eq!(names, ["calls.db", "calls.db-shm", "calls.db-wal"]);
    drop(store);
    for mode in [0o640, 0o604, 0o620] {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(place.path(), permissions).expect("its own file");
        is_refused(&place, "chmod 600");
    }
}

#[test]
fn a_damaged_store_is_refused_and_not_made_worse() {
    let place = Place::new();
    let store = place.open();
    for _ in 0..50 {
        store.put(&new_job()).expect("room");
    }
    drop(store);
    let whole = fs::read(place.path()).expect("the file");
    let mut torn = whole.clone();
    torn[4_096..].fill(0xAA);
    for damaged in [&torn[..], &whole[..4_096], &whole[..2_000]] {
        is_refused(&Place::with(damaged), "is damaged");
    }
}

#[test]
fn damage_is_told_wherever_it_is_met() {
    let place = Place::new();
    let job = new_job();
    place.open().put(&job).expect("room");
    let other = sqlite3(&place.path());
    let change = "UPDATE jobs SET priority = 'low', id = 'nobody'";
    other.execute_batch(change).expect("a change");
    let store = place.open();
    let listed = store.jobs(&crate::store::Filter::default());
    fails(listed, StoreErrorKind::Unusable, "is damaged");
    let claimed = store.claim("queue", "worker", Duration::from_secs(60));
    fails(claimed, StoreErrorKind::Unusable, "`nobody` means nothing");
}

#[cfg(unix)]
#[test]
fn a_file_that_goes_away_is_noticed() {
    let place = Place::new();
    let store = place.open();
    let job = new_job();
    store.put(&job).expect("room");
    let elsewhere = place.0.path().join("moved");
    fs::rename(place.path(), &elsewhere).expect("a move");
    let says = "was removed or replaced";
    fails(store.put(&new_job()), StoreErrorKind::Unusable, says);
    fs::write(place.path(), "").expect("a file");
    fails(store.counts(None), StoreErrorKind::Unusable, says);
    fs::rename(&elsewhere, place.path()).expect("a move");
    assert!(store.job(job.id).expect("the file is back").is_some());
}

#[cfg(unix)]
#[test]
fn a_store_has_one_name_whatever_leads_to_it() {
    let place = Place::new();
    let store = place.open();
    let link = place.0.path().join("link");
    std::os::unix::fs::symlink(place.path(), &link).expect("a link");
    let linked = SqliteStore::open(&link).expect("a store");
    assert_eq!(store.name(), linked.name());
    let around = place.0.path().join(".").join("calls.db");
    assert_eq!(
        SqliteStore::open(around).expect("a store").name(),
        store.name()
    );
    let job = new_job();
    store.put(&job).expect("room");
    assert!(linked.job(job.id).expect("a store").is_some());
    assert_ne!(Place::new().open().name(), store.name());
}

/// Without shared memory SQLite answers with the kind of log that it keeps instead, and
/// says nothing. A change would then not be kept from those who read, nor be on the disk
/// as is promised.
#[cfg(unix)]
#[test]
fn a_place_that_takes_no_log_is_refused() {
    let place = Place::new();
    drop(place.open());
    fs::remove_file(place.path()).expect("its own file");
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE;
    let connection = Connection::open_with_flags_and_vfs(place.path(), flags, c"unix-none");
    let refused = set_up(&connection.expect("a database"), &place.path());
    let error = refused
        .expect_err("no log")
        .told(&place.path(), Duration::ZERO);
    assert_eq!(error.kind(), StoreErrorKind::Unusable, "{error}");
    assert!(
        error.to_string().contains("a disk of the machine"),
        "{error}"
    );
}

#[test]
fn many_may_make_one_store_at_once() {
    for _ in 0..5 {
        let place = Place::new();
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| place.open().put(&new_job()).expect("room"));
            }
        });
        let counts = place.open().counts(None).expect("a store");
        assert_eq!(counts.of(JobState::Waiting), 8);
    }
}

/// The threads of a process open files one after the other, and processes do not: this is
/// what they do then.
#[test]
fn processes_that_make_one_store_at_once_do_not_take_it_for_anothers() {
    let limits = Limits {
        busy_timeout: Duration::from_secs(60),
        maximum_size: None,
    };
    for _ in 0..40 {
        let place = Place::with(b"");
        let together = Barrier::new(8);
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    together.wait();
                    connect(&place.path(), limits, MIGRATIONS).expect("a store");
                });
            }
        });
    }
}

#[test]
fn people_can_read_it() {
    let place = Place::new();
    let store = place.open();
    let job = new_job();
    store.put(&job).expect("room");
    super::reserve(&store, 10).expect("a slot");
    store
        .close("closed", Duration::from_secs(60))
        .expect("room");
    let shell = sqlite3(&place.path());
    let row = "SELECT id || ' ' || state || ' ' || priority || ' ' || summary FROM queue";
    let line: String = shell.query_row(row, [], |row| row.get(0)).expect("a line");
    assert_eq!(line, format!("{} waiting normal POST droplets", job.id));
    let created: String = shell
        .query_row("SELECT created FROM queue", [], |row| row.get(0))
        .expect("a time");
    let created: jiff::Timestamp = created.parse().expect("ISO 8601");
    assert!(
        created
            .as_second()
            .abs_diff(jiff::Timestamp::now().as_second())
            < 600
    );
    let row = "SELECT group_concat(scope || ' ' || (\"limit\" IS NULL) || ' '
                   || (next_slot IS NULL) || ' ' || (closed_until IS NULL), ', ') FROM gates";
    let gates: String = shell.query_row(row, [], |row| row.get(0)).expect("a line");
    assert_eq!(gates, "closed 1 1 0, scope 0 0 1");
}
