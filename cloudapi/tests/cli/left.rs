//! Jobs of a worker that has ended without a word, while there is no other.

use std::time::Duration;

use cloudapi::store::{JobState, Store as _};
use serde_json::Value;

use super::{fails, job, says, store};

#[test]
fn jobs_of_a_worker_that_has_ended_are_taken_back() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let jobs = [
        job("a", "sent"),
        job("a", "claimed"),
        job("b", "cancelled"),
        job("c", "alive"),
    ];
    for job in &jobs {
        store.put(job).unwrap();
    }
    let minute = Duration::from_secs(60);
    let sent = store.claim("a", "worker", minute).unwrap().unwrap();
    store.mark_sent(&sent.lease).unwrap();
    store.heartbeat(&sent.lease, Duration::ZERO).unwrap();
    for queue in ["a", "b"] {
        store.claim(queue, "worker", Duration::ZERO).unwrap();
    }
    store.claim("c", "worker", minute).unwrap();
    let ids: Vec<_> = jobs.iter().map(|job| job.id.to_string()).collect();

    // Whoever tries something else first is told what to do.
    let first = "cloudapi queue reclaim";
    let told = fails(folder.path(), &["settle", &ids[0], "done"]);
    assert!(told.contains("is sent") && told.contains(first), "{told}");
    let told = fails(folder.path(), &["retry", &ids[1]]);
    assert!(
        told.contains("is claimed") && told.contains(first),
        "{told}"
    );
    let told = says(folder.path(), &["cancel", &ids[2]]);
    assert!(told.contains(first), "{told}");
    // Its worker is alive.
    let told = fails(folder.path(), &["retry", &ids[3]]);
    assert!(!told.contains(first), "{told}");

    let told = says(folder.path(), &["reclaim", "--queue", "c"]);
    assert_eq!(told, "no worker's lease is over\n");
    let told = says(folder.path(), &["reclaim", "--queue", "b", "--json"]);
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!(
        (&told["id"], &told["state"]),
        (&ids[2].as_str().into(), &"cancelled".into())
    );
    let told = says(folder.path(), &["reclaim"]);
    assert_eq!(
        told,
        format!("{} is unknown\n{} waits again\n", ids[0], ids[1])
    );
    assert_eq!(store.counts(None).unwrap().of(JobState::Claimed), 1);
    assert!(says(folder.path(), &["settle", &ids[0], "done"]).contains("settled"));
    assert_eq!(says(folder.path(), &["reclaim", "--json"]), "");
}
