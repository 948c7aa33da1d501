//! Which store in a Redis it is, as far as that can be seen without one.

use std::io::{BufRead, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::mpsc::{self, Receiver};
use std::thread;

use super::{command, text};

/// A server that has nothing, and tells what it was asked. Returns its address.
fn empty_server() -> (String, Receiver<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("redis://{}/", listener.local_addr().unwrap());
    let (tell, asked) = mpsc::channel();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut reader = BufReader::new(stream.unwrap());
            // `*2`, and for each word its length and the word.
            while let Some(words) = number(&mut reader) {
                let words: Vec<_> = (0..words).map(|_| word(&mut reader)).collect();
                let answer = if words[0] == "GET" {
                    "$-1\r\n"
                } else {
                    "+OK\r\n"
                };
                let _ = tell.send(words);
                let _ = reader.get_mut().write_all(answer.as_bytes());
            }
        }
    });
    (address, asked)
}

fn number(reader: &mut impl BufRead) -> Option<usize> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    line.trim_end().get(1..)?.parse().ok()
}

fn word(reader: &mut impl BufRead) -> String {
    let length = number(reader).unwrap();
    let mut bytes = vec![0; length + 2];
    reader.read_exact(&mut bytes).unwrap();
    text(&bytes[..length])
}

#[test]
fn a_store_that_is_not_there_is_told_and_not_made() {
    let folder = tempfile::tempdir().unwrap();
    for (argument, variable, key) in [
        (None, None, "cloudapi:format"),
        (Some("bulk"), Some("other"), "bulk:format"),
        (None, Some("other"), "other:format"),
    ] {
        let (address, asked) = empty_server();
        let mut command = command(folder.path(), &["count", "--store", &address]);
        if let Some(prefix) = argument {
            command.args(["--prefix", prefix]);
        }
        if let Some(prefix) = variable {
            command.env("CLOUDAPI_STORE_PREFIX", prefix);
        }
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = text(&output.stderr);
        let prefix = key.trim_end_matches(":format");
        assert!(told.contains("has no store"), "{told}");
        assert!(told.contains(&format!("`{prefix}`")), "{told}");
        let asked: Vec<_> = asked.try_iter().collect();
        assert_eq!(asked, [["GET", key]]);
    }
}

#[test]
fn the_certificates_that_are_named_are_those_that_count() {
    let folder = tempfile::tempdir().unwrap();
    let missing = folder.path().join("ca.pem");
    let missing = missing.to_str().unwrap();
    let count = ["count", "--store", "rediss://127.0.0.1:1/"];
    let mut named = command(
        folder.path(),
        &[&count[..], &["--ca-file", missing]].concat(),
    );
    let mut set = command(folder.path(), &count);
    set.env("CLOUDAPI_STORE_CA_FILE", missing);
    for command in [&mut named, &mut set] {
        let output = command.output().unwrap();
        assert_eq!(output.status.code(), Some(1));
        let told = text(&output.stderr);
        assert!(told.contains(missing), "{told}");
    }
}
