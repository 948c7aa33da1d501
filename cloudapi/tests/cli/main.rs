//! `cloudapi queue`, as it is typed.
#![cfg(all(feature = "cli", feature = "sqlite"))]
#![expect(clippy::unwrap_used, reason = "these are tests")]

mod left;
mod many;
#[cfg(feature = "redis")]
mod redis;
mod terminal;

use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, SystemTime};

use cloudapi::Priority;
use cloudapi::store::{Finish, JobId, JobState, NewJob, SqliteStore, Store as _};
use serde_json::Value;

fn job(queue: &str, endpoint: &str) -> NewJob {
    NewJob {
        id: JobId::random(),
        queue: queue.to_owned(),
        endpoint: endpoint.to_owned(),
        summary: format!("POST {endpoint}"),
        request: br#"{"method":"POST","body":"eyJuYW1lIjoid2ViLTEifQ=="}"#.to_vec(),
        repeatable: false,
        priority: Priority::Normal,
        deadline: None,
    }
}

fn store(folder: &Path) -> SqliteStore {
    SqliteStore::open(folder.join("calls.db")).unwrap()
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_cloudapi"));
    for name in [
        "CLOUDAPI_STORE",
        "CLOUDAPI_STORE_PREFIX",
        "CLOUDAPI_STORE_CA_FILE",
    ] {
        command.env_remove(name);
    }
    if folder.join("calls.db").exists() {
        let path = folder.join("calls.db");
        command.env("CLOUDAPI_STORE", format!("sqlite:{}", path.display()));
    }
    command.arg("queue").args(arguments);
    command
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

#[track_caller]
fn says(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}{err}");
    assert_eq!(err, "");
    out
}

#[track_caller]
fn fails(folder: &Path, arguments: &[&str]) -> String {
    let output = run(folder, arguments);
    assert!(!output.status.success(), "{}", text(&output.stdout));
    text(&output.stderr)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Ends the first job of the queue.
fn finish(store: &SqliteStore, queue: &str, state: JobState, reason: Option<&str>) {
    let minute = Duration::from_secs(60);
    let claimed = store.claim(queue, "worker", minute).unwrap().unwrap();
    store.mark_sent(&claimed.lease).unwrap();
    let finish = Finish {
        state,
        // As a worker writes it: the body of the answer is in it.
        result: Some(
            br#"{"version":1,"response":{"status":201,"body":"eyJuYW1lIjoid2ViLTfCmyJ9"}}"#
                .to_vec(),
        ),
        reason: reason.map(str::to_owned),
    };
    store.finish(&claimed.lease, &finish).unwrap();
}

#[test]
fn jobs_are_listed_counted_and_shown() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let jobs = [job("a", "create"), job("a", "delete"), job("b", "create")];
    for job in &jobs {
        store.put(job).unwrap();
    }
    finish(
        &store,
        "a",
        JobState::Failed,
        Some("422:\u{1b}[2J no\nroom"),
    );

    let list = says(folder.path(), &["list"]);
    let lines: Vec<_> = list.lines().collect();
    assert_eq!(lines.len(), 4, "{list}");
    assert!(lines[0].starts_with("job  "), "{list}");
    assert!(list.contains(&jobs[1].id.to_string()), "{list}");
    // What a server said does not reach the terminal as it is.
    assert!(list.contains("422: [2J no room"), "{list:?}");
    let failed = says(folder.path(), &["list", "--state", "failed"]);
    assert!(failed.contains(&jobs[0].id.to_string()), "{failed}");
    assert_eq!(failed.lines().count(), 2, "{failed}");
    let some = says(folder.path(), &["list", "--limit", "2"]);
    assert!(some.contains("there are more"), "{some}");
    assert_eq!(some.lines().count(), 4, "{some}");
    assert_eq!(says(folder.path(), &["list", "--queue", "c"]), "no jobs\n");

    assert_eq!(says(folder.path(), &["count"]), "2 waiting, 1 failed\n");
    assert_eq!(
        says(folder.path(), &["count", "--queue", "b"]),
        "1 waiting\n"
    );
    let json = says(folder.path(), &["count", "--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["failed"], &json["done"]), (&1.into(), &0.into()));

    let shown = says(folder.path(), &["show", &jobs[0].id.to_string()]);
    assert!(shown.contains("web-1"), "a body can be read: {shown}");
    assert!(shown.contains("201"), "{shown}");
    let answer = "an answer can be read, and does not reach the terminal as it is";
    assert!(
        shown.contains("\"name\": \"web-7 \""),
        "{answer}: {shown:?}"
    );
    let json = says(folder.path(), &["--json", "list", "--queue", "a"]);
    let json: Vec<Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(json.len(), 2);
    assert_eq!(json[0]["state"], "failed");
}

#[test]
fn jobs_are_retried_cancelled_settled_and_forgotten() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let jobs = [job("a", "one"), job("a", "two"), job("a", "three")];
    for job in &jobs {
        store.put(job).unwrap();
    }
    let ids: Vec<_> = jobs.iter().map(|job| job.id.to_string()).collect();
    finish(&store, "a", JobState::Failed, None);
    finish(&store, "a", JobState::Unknown, Some("sent, no answer"));

    assert!(says(folder.path(), &["retry", &ids[0]]).contains("waits again"));
    let state = |job: &NewJob| store.job(job.id).unwrap().unwrap().state;
    assert_eq!(state(&jobs[0]), JobState::Waiting);
    let told = fails(folder.path(), &["retry", &ids[0]]);
    assert!(told.contains("is waiting"), "{told}");

    let settle = [
        "settle",
        &ids[1],
        "done",
        "--reason",
        "it is in the console",
    ];
    assert!(says(folder.path(), &settle).contains("settled"));
    let settled = store.job(jobs[1].id).unwrap().unwrap();
    assert_eq!(settled.state, JobState::Done);
    assert_eq!(settled.reason.as_deref(), Some("it is in the console"));

    // One that a worker has is asked to end.
    let minute = Duration::from_secs(60);
    let claimed = store.claim("a", "worker", minute).unwrap().unwrap();
    assert_eq!(claimed.job.new.id, jobs[2].id);
    let told = says(
        folder.path(),
        &["cancel", "--all", "waiting", "--all", "claimed"],
    );
    assert!(told.contains(&format!("{} cancelled", ids[0])), "{told}");
    assert!(told.contains(&format!("{} is under way", ids[2])), "{told}");
    assert!(
        store
            .heartbeat(&claimed.lease, minute)
            .unwrap()
            .cancel_requested
    );

    let told = says(folder.path(), &["purge", "--over-for", "1h"]);
    assert_eq!(told, "0 forgotten\n");
    let told = says(folder.path(), &["purge", "--over-for", "0s"]);
    assert_eq!(told, "2 forgotten\n");
    assert_eq!(
        says(folder.path(), &["retry", "--all", "failed"]),
        "there is no such job\n"
    );
}

#[test]
fn a_watch_ends_when_nothing_is_left_to_do() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    store.put(&job("a", "one")).unwrap();
    let path = folder.path().join("calls.db");
    let child = Command::new(env!("CARGO_BIN_EXE_cloudapi"))
        .args([
            "queue",
            "watch",
            "--until-empty",
            "--every",
            "100ms",
            "--store",
        ])
        .arg(format!("sqlite:{}", path.display()))
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    finish(&store, "a", JobState::Done, None);
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success());
    let told = text(&output.stdout);
    assert!(told.trim_end().ends_with("1 done"), "{told}");
}

#[test]
fn mistakes_are_told_with_what_to_type() {
    let folder = tempfile::tempdir().unwrap();
    let told = fails(folder.path(), &["count"]);
    assert!(
        told.contains("--store") && told.contains("CLOUDAPI_STORE"),
        "{told}"
    );
    let told = fails(
        folder.path(),
        &["count", "--store", "postgres://me:hunter2@db/"],
    );
    assert!(
        told.contains("sqlite:PATH") && !told.contains("hunter2"),
        "{told}"
    );
    let missing = folder.path().join("missing.db");
    let address = format!("sqlite:{}", missing.display());
    let told = fails(folder.path(), &["count", "--store", &address]);
    assert!(told.contains("there is no file"), "{told}");
    assert!(!missing.exists(), "to look makes no file");
    let empty = folder.path().join("empty.db");
    std::fs::write(&empty, "").unwrap();
    let address = format!("sqlite:{}", empty.display());
    let told = fails(folder.path(), &["count", "--store", &address]);
    assert!(told.contains("is empty"), "{told}");
    assert_eq!(
        std::fs::read(&empty).unwrap(),
        b"",
        "to look makes no store"
    );

    let _store = store(folder.path());
    let told = fails(folder.path(), &["show", "17"]);
    assert!(told.contains("32 hexadecimal digits"), "{told}");
    let told = fails(folder.path(), &["show", &JobId::random().to_string()]);
    assert!(told.contains("there is no job"), "{told}");
    let told = fails(folder.path(), &["list", "--state", "failing"]);
    assert!(told.contains("failed"), "{told}");
    let id = JobId::random().to_string();
    let told = fails(folder.path(), &["cancel", &id, "--queue", "a"]);
    assert!(told.contains("cannot be used with"), "{told}");
    let told = fails(folder.path(), &["retry"]);
    assert!(told.contains("--all"), "{told}");
}

/// A deadline is whatever a program adds to now.
#[test]
fn a_time_that_no_calendar_has_is_shown() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut never = job("a", "create");
    never.deadline = SystemTime::now().checked_add(Duration::from_secs(1 << 40));
    store.put(&never).unwrap();
    let listed = says(folder.path(), &["list", "--json"]);
    let listed: Value = serde_json::from_str(&listed).unwrap();
    assert_eq!(listed["deadline"], "after the year 9999");
    let shown = says(folder.path(), &["show", &never.id.to_string()]);
    assert!(shown.contains("after the year 9999"), "{shown}");
    let all = usize::MAX.to_string();
    assert_eq!(
        says(folder.path(), &["list", "--limit", &all])
            .lines()
            .count(),
        2
    );
}
