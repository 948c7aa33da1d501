//! The way to the real servers that `.ci/servers` starts.

use std::env;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The address of a server. `None` says that it does not run, and that the test
/// is to be skipped.
///
/// # Panics
///
/// In CI (`CI=true`), if nothing is said of the server: there it has to run.
#[must_use]
pub fn server(variable: &str) -> Option<String> {
    match env::var(variable) {
        // It cannot run here, and `.ci/servers` has said so.
        Ok(none) if none == "none" => {
            println!("skipped: {variable} is none (.ci/servers says why)");
            None
        }
        Ok(url) => Some(url),
        Err(_) => {
            let in_ci = env::var("CI").is_ok_and(|ci| ci == "true");
            assert!(!in_ci, "{variable} is not set: start with .ci/servers");
            println!("skipped: {variable} is not set (start with .ci/servers)");
            None
        }
    }
}

/// A name that no other test and no former run has, of letters, digits and `-`.
///
/// # Panics
///
/// If it is before 1970.
#[must_use]
pub fn unique(name: &str) -> String {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = since.expect("a time after 1970").as_nanos();
    format!("{name}-{nanos:x}-{number}")
}
