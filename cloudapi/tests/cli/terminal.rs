//! What servers and programs say must not have a terminal do anything.

use cloudapi::store::{JobState, Store as _};
use serde_json::Value;

use super::{fails, finish, job, says, store};

/// The one that clears the screen in one byte of C1, the end of it, deletion, and what
/// turns the direction of a line.
const NASTY: &str = "\u{9b}2J \u{7f} \u{202e}gnp.exe \u{2066} \u{200f} \u{61c} \u{2028}";

fn is_harmless(told: &str) -> bool {
    let told = told.strip_suffix('\n').unwrap_or(told);
    !told.chars().any(|char| {
        let turns = "\u{61c}\u{200e}\u{200f}\u{2028}\u{202a}\u{202e}\u{2066}\u{2069}";
        (char.is_control() && char != '\n') || turns.contains(char)
    })
}

#[test]
fn controls_are_escaped_in_json_and_blank_in_text() {
    let folder = tempfile::tempdir().unwrap();
    let store = store(folder.path());
    let mut nasty = job("a", NASTY);
    let body = format!("{{\"name\":\"{NASTY}\"}}");
    nasty.request = format!("{{\"body\":{}}}", Value::from(body)).into_bytes();
    store.put(&nasty).unwrap();
    finish(&store, "a", JobState::Failed, Some(NASTY));
    let id = nasty.id.to_string();
    for arguments in [&["list"][..], &["show", &id]] {
        let told = says(folder.path(), arguments);
        assert!(is_harmless(&told), "{told:?}");
        let json = says(folder.path(), &[arguments, &["--json"]].concat());
        assert!(is_harmless(&json), "{json:?}");
        assert!(
            json.contains("\\u009b2J \\u007f \\u202egnp.exe"),
            "{json:?}"
        );
        // Nothing is lost.
        let json: Value = serde_json::from_str(&json).unwrap();
        assert_eq!(json["reason"], NASTY);
        assert_eq!(json["endpoint"], NASTY);
    }
}

#[test]
fn controls_are_blank_in_errors() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(format!("{NASTY}.db"));
    let address = format!("sqlite:{}", path.display());
    let told = fails(folder.path(), &["count", "--store", &address]);
    assert!(told.contains("gnp.exe"), "{told:?}");
    assert!(is_harmless(&told), "{told:?}");
}
