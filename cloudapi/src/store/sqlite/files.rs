//! The files that this process has open.
//!
//! A lock of POSIX is a process's, and lost when it closes the file, whatever handle it
//! was closed by. SQLite takes care of its own. So a file that it has open here is opened
//! by nobody else of us.
//!
//! A fork takes SQLite's account of the locks along, and not the locks
//! (<https://sqlite.org/howtocorrupt.html>, 2.6). So a file that was open then is not used
//! in the child, through whatever connection.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What makes a file this one and no other that has come in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Identity(u64, u64);

impl Identity {
    #[cfg(unix)]
    pub(super) fn of(path: &Path) -> Option<Self> {
        use std::os::unix::fs::MetadataExt as _;
        let metadata = std::fs::metadata(path).ok()?;
        Some(Self(metadata.dev(), metadata.ino()))
    }

    /// Elsewhere a file that is open can be neither removed nor replaced, and locks are a
    /// handle's.
    #[cfg(not(unix))]
    pub(super) fn of(_: &Path) -> Option<Self> {
        None
    }
}

/// Those that there are to one file.
struct Connections {
    count: usize,
    /// That made them.
    process: u32,
}

type Files = HashMap<Identity, Connections>;

#[cfg(all(test, feature = "testing"))]
std::thread_local! {
    /// Not zero in a thread that stands for a child of this process.
    pub(super) static FORKS: std::cell::Cell<u32> = const { std::cell::Cell::new(0) };
}

/// Which process this is: another one after a fork.
pub(super) fn process() -> u32 {
    let process = std::process::id();
    #[cfg(all(test, feature = "testing"))]
    let process = process.wrapping_add(FORKS.get());
    process
}

fn files() -> MutexGuard<'static, Files> {
    static FILES: OnceLock<Mutex<Files>> = OnceLock::new();
    let files = FILES.get_or_init(Mutex::default);
    files.lock().unwrap_or_else(PoisonError::into_inner)
}

/// While there is one, nobody else here opens a file.
pub(super) struct Opening<'a>(MutexGuard<'a, Files>);

impl Opening<'static> {
    pub(super) fn begin() -> Self {
        Self(files())
    }
}

impl Opening<'_> {
    /// Whether the file is open, and so has been looked at.
    pub(super) fn has(&self, path: &Path) -> bool {
        Identity::of(path).is_some_and(|file| self.0.contains_key(&file))
    }

    /// Whether the file was open when this process was forked.
    pub(super) fn is_inherited(&self, path: &Path) -> bool {
        let file = Identity::of(path).and_then(|file| self.0.get(&file));
        file.is_some_and(|connections| connections.process != process())
    }

    /// There is a connection to it now.
    pub(super) fn opened(mut self, path: &Path) -> OpenFile {
        let file = Identity::of(path);
        if let Some(file) = file {
            let none = Connections {
                count: 0,
                process: process(),
            };
            self.0.entry(file).or_insert(none).count += 1;
        }
        OpenFile(file)
    }
}

/// Is dropped after its connection.
pub(super) struct OpenFile(Option<Identity>);

impl OpenFile {
    /// Whether the file is still at its path.
    pub(super) fn is_at(&self, path: &Path) -> bool {
        Identity::of(path) == self.0
    }
}

impl Drop for OpenFile {
    fn drop(&mut self) {
        let Some(file) = self.0 else {
            return;
        };
        let mut files = files();
        if let Some(connections) = files.get_mut(&file) {
            connections.count -= 1;
            if connections.count == 0 {
                files.remove(&file);
            }
        }
    }
}
