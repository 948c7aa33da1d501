//! The ways in which people read a body.

use std::future::poll_fn;
use std::path::Path;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use futures_core::Stream;
use http_body::Body as _;

use super::{Body, FileIo};
use crate::error::Error;
use crate::outcome::{Failure, TransportError};

impl Body {
    /// The next piece, which is not empty; `None` at the end.
    ///
    /// If the future is dropped, no piece is lost.
    ///
    /// # Errors
    ///
    /// If the connection breaks or no piece comes within `request_timeout`. The
    /// body is at its end then.
    pub async fn chunk(&mut self) -> Result<Option<Bytes>, Error> {
        poll_fn(|context| self.poll_chunk(context)).await
    }

    /// The whole body, if it has no more than `maximum` bytes.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk), and of the kind
    /// [`TooLarge`](crate::ErrorKind::TooLarge) if there is more.
    pub async fn collect(mut self, maximum: u64) -> Result<Bytes, Error> {
        let read = crate::transport::read(&mut self, maximum).await;
        read.map_err(|error| match error.failure() {
            Failure::TooLarge => self.told(Error::too_large(maximum), Some(Failure::TooLarge)),
            _ => self.error(error),
        })
    }

    /// Writes the body into a file, which is made anew, and returns how many
    /// bytes it has.
    ///
    /// The file is written away from the threads of the runtime. If the body
    /// breaks off, the file stays with what has come.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk), and of the kind
    /// [`File`](crate::ErrorKind::File) if the file cannot be written.
    pub async fn save(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref();
        let failed = |body: &Self, doing: &str, error: std::io::Error| {
            let file = path.display();
            let message = format!("the file `{file}` cannot be {doing}: {error}");
            body.told(Error::file(message).caused_by(error), None)
        };
        let io = self
            .watch
            .as_ref()
            .map_or_else(FileIo::current, |watch| watch.file_io());
        let mut file = match io.create(path).await {
            Ok(file) => file,
            Err(error) => return Err(failed(&self, "made", error)),
        };
        let mut size = 0;
        while let Some(piece) = self.chunk().await? {
            size += piece.len() as u64;
            file = match io.write(file, piece).await {
                Ok(file) => file,
                Err(error) => return Err(failed(&self, "written", error)),
            };
        }
        Ok(size)
    }

    /// The next piece, as [`chunk`](Self::chunk) gives it; it blocks the thread
    /// until it is there.
    ///
    /// Works on any thread for the body of a blocking call. The body of a call
    /// that was awaited comes only while its runtime runs, so the thread must
    /// not be the one that this runtime needs.
    ///
    /// # Errors
    ///
    /// As [`chunk`](Self::chunk).
    #[cfg(feature = "blocking")]
    pub fn blocking_chunk(&mut self) -> Result<Option<Bytes>, Error> {
        let mut body = std::mem::take(self);
        let (body, piece) = crate::blocking::run(&body.clock(), async move {
            body.wait_here();
            let piece = body.chunk().await;
            (body, piece)
        })?;
        *self = body;
        piece
    }

    /// Writes the body into a file, as [`save`](Self::save) does; it blocks the
    /// thread until that is done.
    ///
    /// Works where [`blocking_chunk`](Self::blocking_chunk) does.
    ///
    /// # Errors
    ///
    /// As [`save`](Self::save).
    #[cfg(feature = "blocking")]
    pub fn blocking_save(mut self, path: impl AsRef<Path>) -> Result<u64, Error> {
        let path = path.as_ref().to_owned();
        crate::blocking::run(&self.clock(), async move {
            self.wait_here();
            self.save(path).await
        })?
    }

    #[cfg(feature = "blocking")]
    fn clock(&self) -> crate::engine::Clock {
        let clock = self.watch.as_ref().map(|watch| watch.clock());
        clock.cloned().unwrap_or_default()
    }

    /// Waits on the time of this runtime: the other one may stand still.
    #[cfg(feature = "blocking")]
    fn wait_here(&mut self) {
        if let Some(watch) = &mut self.watch {
            watch.wait_here();
        }
    }

    fn poll_chunk(&mut self, context: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        loop {
            let frame = match ready!(Pin::new(&mut *self).poll_frame(context)) {
                None => return Poll::Ready(Ok(None)),
                Some(Err(error)) => return Poll::Ready(Err(self.error(error))),
                Some(Ok(frame)) => frame,
            };
            // Of trailers nobody has asked for any.
            if let Ok(piece) = frame.into_data()
                && !piece.is_empty()
            {
                return Poll::Ready(Ok(Some(piece)));
            }
        }
    }

    fn error(&self, error: TransportError) -> Error {
        let failure = error.failure();
        self.told(Error::of_body(error), Some(failure))
    }

    /// Adds to an error what is known of the call; `failure` is that of the body,
    /// if it is one.
    fn told(&self, error: Error, failure: Option<Failure>) -> Error {
        match &self.watch {
            Some(watch) => watch.about(error, failure),
            None => error,
        }
    }
}

/// The pieces, as [`Body::chunk`] gives them.
impl Stream for Body {
    type Item = Result<Bytes, Error>;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.get_mut().poll_chunk(context).map(Result::transpose)
    }
}
