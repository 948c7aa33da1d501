//! A file as the body of a request.

use std::fs::File;
use std::io;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::OnceLock;
use std::task::{Context, Poll};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::{Body, FileIo};
use crate::outcome::{Failure, TransportError};

/// A file that is opened anew for each attempt.
#[derive(Debug)]
pub(crate) struct FileSource {
    path: PathBuf,
    /// How long it was at the first attempt.
    length: OnceLock<u64>,
}

impl FileSource {
    pub(super) fn new(path: PathBuf) -> Self {
        Self {
            path,
            length: OnceLock::new(),
        }
    }

    /// The same file, for another call.
    pub(super) fn afresh(&self) -> Self {
        Self::new(self.path.clone())
    }

    pub(super) async fn open(&self, io: &FileIo) -> Result<Body, TransportError> {
        let opened = io.open(&self.path).await;
        let (file, length) = opened.map_err(|error| self.failed("opened", &error))?;
        let first = *self.length.get_or_init(|| length);
        if first != length {
            let path = self.path.display();
            return Err(TransportError::new(
                Failure::Body,
                format!(
                    "the file `{path}` had {first} bytes at the first attempt and has {length} now"
                ),
            ));
        }
        if length == 0 {
            return Ok(Body::default());
        }
        Ok(Body::new(FileBody {
            path: self.path.clone(),
            io: io.clone(),
            state: State::Idle(file),
            length,
            left: length,
        }))
    }

    fn failed(&self, doing: &str, error: &io::Error) -> TransportError {
        failed(&self.path, doing, error)
    }
}

/// In one text, since of an error's causes only the last is shown.
fn failed(path: &std::path::Path, doing: &str, error: &io::Error) -> TransportError {
    let path = path.display();
    let message = format!("the file `{path}` cannot be {doing}: {error}");
    TransportError::new(Failure::Body, message)
}

/// An open file, read in pieces, each when it is asked for.
struct FileBody {
    path: PathBuf,
    io: FileIo,
    state: State,
    length: u64,
    left: u64,
}

/// A read that is under way, and gives the file back.
type Reading = Pin<Box<dyn Future<Output = io::Result<(File, Bytes)>> + Send>>;

enum State {
    Idle(File),
    Reading(Reading),
    Over,
}

impl HttpBody for FileBody {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        let this = self.get_mut();
        // What is appended meanwhile is not sent: the length has been said.
        if this.left == 0 {
            this.state = State::Over;
        }
        loop {
            match std::mem::replace(&mut this.state, State::Over) {
                State::Over => return Poll::Ready(None),
                State::Idle(file) => {
                    let reading = this.io.clone().read(file, this.left);
                    this.state = State::Reading(Box::pin(reading));
                }
                State::Reading(mut reading) => {
                    let Poll::Ready(read) = reading.as_mut().poll(context) else {
                        this.state = State::Reading(reading);
                        return Poll::Pending;
                    };
                    return Poll::Ready(Some(this.piece(read).map(Frame::data)));
                }
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.left == 0
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}

impl FileBody {
    fn piece(&mut self, read: io::Result<(File, Bytes)>) -> Result<Bytes, TransportError> {
        let (file, piece) = read.map_err(|error| failed(&self.path, "read", &error))?;
        if piece.is_empty() {
            let path = self.path.display();
            let (length, came) = (self.length, self.length - self.left);
            return Err(TransportError::new(
                Failure::Body,
                format!("the file `{path}` had {length} bytes and ends after {came} now"),
            ));
        }
        self.left -= piece.len() as u64;
        self.state = State::Idle(file);
        Ok(piece)
    }
}
