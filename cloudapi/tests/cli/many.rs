//! Many jobs at once, and an output that nobody reads any more.

use std::collections::HashSet;
use std::io;
use std::path::Path;
use std::process::{Output, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use cloudapi::Priority;
use cloudapi::store::{Finish, JobState, Store as _};

use tempfile::TempDir;

use super::{command, finish, job, says, store, text};

/// In memory where there is such a disk: nothing here asks more of it than to be quick.
fn folder() -> TempDir {
    match Path::new("/dev/shm") {
        memory if memory.is_dir() => tempfile::tempdir_in(memory).unwrap(),
        _ => tempfile::tempdir().unwrap(),
    }
}

/// What `head` leaves behind when it has seen enough.
fn unread(folder: &Path, arguments: &[&str]) -> Output {
    let (reader, writer) = io::pipe().unwrap();
    drop(reader);
    let mut command = command(folder, arguments);
    command.stdout(writer).stderr(Stdio::piped());
    command.output().unwrap()
}

#[test]
fn what_is_to_be_done_is_done_though_nobody_reads_of_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    for _ in 0..5 {
        store.put(&job("a", "create")).unwrap();
    }
    finish(&store, "a", JobState::Unknown, None);
    let unknown = says(folder.path(), &["list", "--state", "unknown", "--json"]);
    let unknown: serde_json::Value = serde_json::from_str(&unknown).unwrap();
    let count = |state| store.counts(None).unwrap().of(state);
    let done_and_untold = |arguments: &[&str]| {
        let output = unread(folder.path(), arguments);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}");
        let told = text(&output.stderr);
        assert!(told.contains("all is done"), "{arguments:?}: {told}");
    };
    done_and_untold(&["settle", unknown["id"].as_str().unwrap(), "failed"]);
    assert_eq!(count(JobState::Failed), 1);
    done_and_untold(&["cancel", "--all", "waiting"]);
    assert_eq!(count(JobState::Cancelled), 4);
    done_and_untold(&["retry", "--all", "cancelled", "--all", "failed"]);
    assert_eq!(count(JobState::Waiting), 5);
    done_and_untold(&["cancel", "--all", "waiting"]);
    done_and_untold(&["purge", "--over-for", "0s"]);
    assert_eq!(store.counts(None).unwrap().total(), 0);
}

#[test]
fn who_reads_some_of_a_list_has_what_was_wanted() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    store.put(&job("a", "create")).unwrap();
    for arguments in [&["list"][..], &["count"], &["list", "--json"]] {
        let output = unread(folder.path(), arguments);
        assert!(output.status.success(), "{arguments:?}");
        assert_eq!(text(&output.stderr), "", "{arguments:?}");
    }
}

/// Were all of them in memory there would not be enough.
#[cfg(target_os = "linux")]
#[test]
fn memory_does_not_grow_with_the_number_of_jobs() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let jobs = 500;
    for _ in 0..jobs {
        let mut job = job("a", "create");
        job.request = vec![b'7'; 200_000];
        store.put(&job).unwrap();
    }
    let lines = |arguments: &[&str]| {
        let program = command(folder.path(), arguments);
        let mut limited = std::process::Command::new("sh");
        // In KiB: 80 MB, where all jobs have 100 and a part of them has 20.
        limited
            .args(["-c", "ulimit -v 80000; exec \"$0\" \"$@\""])
            .arg(program.get_program())
            .args(program.get_args());
        for (name, value) in program.get_envs() {
            match value {
                Some(value) => limited.env(name, value),
                None => limited.env_remove(name),
            };
        }
        let output = limited.output().unwrap();
        assert!(output.status.success(), "{}", text(&output.stderr));
        text(&output.stdout).lines().count()
    };
    assert_eq!(lines(&["list", "--limit", "0", "--json"]), jobs);
    assert_eq!(lines(&["cancel", "--all", "waiting"]), jobs);
    assert_eq!(
        store.counts(None).unwrap().of(JobState::Cancelled),
        jobs as u64
    );
}

#[test]
fn a_list_of_several_parts_is_one() {
    let folder = folder();
    let store = store(folder.path());
    for _ in 0..250 {
        store.put(&job("a", "create")).unwrap();
    }
    let all = says(folder.path(), &["list", "--limit", "0"]);
    let lines: Vec<_> = all.lines().collect();
    assert_eq!(lines.len(), 251);
    let different: HashSet<_> = lines.iter().collect();
    assert_eq!(different.len(), 251, "each is there once, as is the head");
    for (limit, is_all) in [("100", false), ("249", false), ("250", true), ("999", true)] {
        let some = says(folder.path(), &["list", "--limit", limit]);
        let jobs = limit.parse::<usize>().unwrap().min(250);
        let more = if is_all { 0 } else { 1 };
        assert_eq!(some.lines().count(), 1 + jobs + more, "{limit}");
        assert_eq!(some.contains("there are more"), !is_all, "{limit}");
        let json = says(folder.path(), &["list", "--json", "--limit", limit]);
        assert_eq!(json.lines().count(), jobs, "{limit}");
    }
}

/// What is retried goes to the back, and may be there again as it was. An urgent one is
/// even ahead of others then that have not had their turn.
#[test]
fn what_fails_again_at_once_is_retried_once() {
    let folder = folder();
    let store = store(folder.path());
    let fail = Finish {
        state: JobState::Failed,
        result: None,
        reason: None,
    };
    let fail_next = || match store.claim("a", "worker", Duration::from_secs(60)).unwrap() {
        Some(claimed) => store.finish(&claimed.lease, &fail).unwrap(),
        None => thread::yield_now(),
    };
    let mut ids = HashSet::new();
    for number in 0..300 {
        let mut job = job("a", "create");
        if number < 150 {
            job.priority = Priority::High;
        }
        store.put(&job).unwrap();
        fail_next();
        ids.insert(job.id.to_string());
    }
    let is_over = AtomicBool::new(false);
    let told = thread::scope(|scope| {
        scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                fail_next();
            }
        });
        let told = says(folder.path(), &["retry", "--all", "failed"]);
        is_over.store(true, Ordering::Relaxed);
        told
    });
    assert_eq!(told.lines().count(), 300);
    let told: HashSet<_> = told.lines().map(|line| line[..32].to_owned()).collect();
    assert_eq!(told, ids);
}
