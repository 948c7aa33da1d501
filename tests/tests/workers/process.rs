//! Processes that say what they have done, as long as they live.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;

use super::api::{SERVER, STORE};

pub(super) struct Process {
    child: Child,
    words: thread::JoinHandle<Vec<String>>,
}

impl Process {
    /// Runs one of the tests that are ignored otherwise, as a process.
    pub(super) fn start(test: &str, server: &str, store: &str, more: &[(&str, String)]) -> Self {
        let mut command = Command::new(std::env::current_exe().expect("this program"));
        command
            .args(["--exact", test, "--ignored", "--nocapture", "-q"])
            .args(["--test-threads", "1"])
            .env(SERVER, server)
            .env(STORE, store)
            .stdout(Stdio::piped());
        for (name, value) in more {
            command.env(name, value);
        }
        let mut child = command.spawn().expect("a process");
        let stdout = BufReader::new(child.stdout.take().expect("its output"));
        let words = thread::spawn(move || {
            let lines = stdout.lines().map_while(Result::ok);
            let said = lines.filter_map(|line| line.strip_prefix("> ").map(str::to_owned));
            said.collect()
        });
        Self { child, words }
    }

    /// As `kill -9` does it.
    pub(super) fn kill(mut self) -> Vec<String> {
        self.child.kill().expect("a process that can be killed");
        let _ = self.child.wait();
        self.words.join().expect("its words")
    }

    pub(super) fn end(mut self) -> Vec<String> {
        let status = self.child.wait().expect("its end");
        assert!(status.success(), "{status}");
        self.words.join().expect("its words")
    }
}

/// One test after the other: they share the cores.
pub(super) fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Says something at once, whatever happens next. It begins a line, whatever the test's
/// own output is.
pub(super) fn say(words: &str) {
    let line = format!("\n> {words}\n");
    let mut stdout = std::io::stdout().lock();
    let _ = stdout.write_all(line.as_bytes());
    let _ = stdout.flush();
}
