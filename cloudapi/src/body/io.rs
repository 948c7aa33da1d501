//! Work on files, away from the threads of the runtime.

use std::fs::{self, File};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use bytes::Bytes;
use tokio::runtime::Handle;

/// So much of a file is read at once.
const PIECE: u64 = 64 << 10;

/// Where files are worked on.
#[derive(Clone, Debug)]
pub(crate) enum FileIo {
    /// On the threads that the runtime keeps for what blocks.
    Pool(Handle),
    /// At once: outside a runtime there is nobody to keep from working, and the
    /// time of a simulation must not pass meanwhile.
    Here,
}

impl FileIo {
    /// That of the runtime that is current, if one is.
    pub(crate) fn current() -> Self {
        Handle::try_current().map_or(Self::Here, Self::Pool)
    }

    pub(super) async fn create(&self, path: &Path) -> io::Result<File> {
        let path = path.to_owned();
        self.run(move || File::create(path)).await
    }

    pub(super) async fn write(&self, mut file: File, piece: Bytes) -> io::Result<File> {
        self.run(move || file.write_all(&piece).map(|()| file))
            .await
    }

    /// Opens a file to read it, and says how long it is.
    pub(super) async fn open(&self, path: &Path) -> io::Result<(File, u64)> {
        let path = path.to_owned();
        self.run(move || {
            // Before it is opened: to open a pipe waits for its other end.
            let metadata = fs::metadata(&path)?;
            if metadata.is_dir() {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            if !metadata.is_file() {
                let message = "it is no regular file, so nobody knows its length";
                return Err(io::Error::other(message));
            }
            let file = File::open(path)?;
            let length = file.metadata()?.len();
            Ok((file, length))
        })
        .await
    }

    /// The next piece, of at most so many bytes; empty at the end.
    pub(super) async fn read(self, mut file: File, left: u64) -> io::Result<(File, Bytes)> {
        self.run(move || {
            let mut piece = Vec::with_capacity(usize::try_from(left.min(PIECE)).unwrap_or(0));
            (&mut file).take(left.min(PIECE)).read_to_end(&mut piece)?;
            Ok((file, piece.into()))
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        match self {
            Self::Here => work(),
            // It is lost only if the runtime ends, or the work panics.
            Self::Pool(runtime) => match runtime.spawn_blocking(work).await {
                Ok(result) => result,
                Err(lost) => Err(io::Error::other(lost)),
            },
        }
    }
}
