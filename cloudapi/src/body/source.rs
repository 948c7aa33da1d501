//! What makes the body of each attempt.

use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

use super::exactly::Exactly;
use super::file::FileSource;
use super::{Body, FileIo};
use crate::outcome::{BoxError, Failure, TransportError};

/// What a request sends. A clone makes the same bodies.
#[derive(Clone)]
pub(crate) enum Source {
    Bytes(Bytes),
    /// With no more kinds here, this takes no more room than the bytes alone.
    Made(Arc<Made>),
}

/// What is made for each attempt.
pub(crate) enum Made {
    File(FileSource),
    Factory(Box<dyn Make>),
    /// One after the other.
    Sequence(Vec<Source>),
    /// One whose length was given by its maker.
    Exactly(Source, u64),
}

/// A body that is being made.
pub(super) type Making<'a> =
    Pin<Box<dyn Future<Output = Result<Body, TransportError>> + Send + 'a>>;

/// Makes a body for each attempt.
pub(crate) trait Make: Send + Sync {
    fn make(&self) -> Making<'static>;
}

impl<F, Fut, E> Make for F
where
    F: Fn() -> Fut + Send + Sync,
    Fut: Future<Output = Result<Body, E>> + Send + 'static,
    E: Into<BoxError>,
{
    fn make(&self) -> Making<'static> {
        let made = self();
        Box::pin(async { made.await.map_err(failed) })
    }
}

impl Source {
    pub(crate) const EMPTY: Self = Self::Bytes(Bytes::new());

    /// Whether there is nothing to send, as far as that is known.
    pub(crate) fn is_empty(&self) -> bool {
        matches!(self, Self::Bytes(bytes) if bytes.is_empty())
    }

    /// All that it sends, if that is in memory and stays what it is; otherwise what it is.
    #[cfg(feature = "store")]
    pub(crate) fn to_bytes(&self) -> Result<Bytes, &'static str> {
        let made = match self {
            Self::Bytes(bytes) => return Ok(bytes.clone()),
            Self::Made(made) => made,
        };
        match &**made {
            Made::File(_) => Err("a file"),
            Made::Factory(_) => Err("a stream, or what a function makes"),
            Made::Exactly(source, length) => match source.to_bytes()? {
                bytes if bytes.len() as u64 == *length => Ok(bytes),
                _ => Err("of another length than it says"),
            },
            Made::Sequence(sources) => {
                let mut all = Vec::new();
                for source in sources {
                    all.extend_from_slice(&source.to_bytes()?);
                }
                Ok(all.into())
            }
        }
    }

    /// The bytes that it holds in memory.
    #[cfg(feature = "testing")]
    pub(crate) fn memory(&self) -> usize {
        match self {
            Self::Bytes(bytes) => bytes.len(),
            Self::Made(made) => match &**made {
                Made::File(_) | Made::Factory(_) => 0,
                Made::Sequence(sources) => sources.iter().map(Self::memory).sum(),
                Made::Exactly(source, _) => source.memory(),
            },
        }
    }

    /// The same for another call, which may find a file changed.
    pub(crate) fn afresh(self) -> Self {
        let Self::Made(made) = &self else {
            return self;
        };
        Self::from(match &**made {
            Made::File(file) => Made::File(file.afresh()),
            Made::Sequence(sources) => {
                Made::Sequence(sources.iter().cloned().map(Self::afresh).collect())
            }
            Made::Exactly(source, length) => Made::Exactly(source.clone().afresh(), *length),
            Made::Factory(_) => return self,
        })
    }

    /// The body of one attempt. Every file of it is opened before anything is
    /// sent, so that one that is missing does no harm.
    pub(crate) fn open<'a>(&'a self, io: &'a FileIo) -> Making<'a> {
        Box::pin(async move {
            let made = match self {
                Self::Bytes(bytes) => return Ok(Body::from(bytes.clone())),
                Self::Made(made) => made,
            };
            Ok(match &**made {
                Made::File(file) => file.open(io).await?,
                Made::Factory(factory) => factory.make().await?,
                Made::Exactly(source, length) => {
                    Body::new(Exactly::new(source.open(io).await?, *length))
                }
                Made::Sequence(sources) => {
                    let mut bodies = Vec::with_capacity(sources.len());
                    for source in sources {
                        bodies.push(source.open(io).await?);
                    }
                    bodies.reverse();
                    Body::new(Sequence { bodies })
                }
            })
        })
    }
}

impl From<Made> for Source {
    fn from(made: Made) -> Self {
        Self::Made(Arc::new(made))
    }
}

/// The caller's own error.
fn failed(error: impl Into<BoxError>) -> TransportError {
    TransportError::new(Failure::Body, error)
}

/// Kind and size, and nothing of what is sent.
impl fmt::Debug for Source {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let made = match self {
            Self::Bytes(bytes) => return write!(formatter, "{} bytes", bytes.len()),
            Self::Made(made) => made,
        };
        match &**made {
            Made::File(_) => formatter.write_str("a file"),
            Made::Factory(_) => formatter.write_str("a factory"),
            Made::Sequence(sources) => formatter.debug_list().entries(sources).finish(),
            Made::Exactly(source, length) => write!(formatter, "{source:?}, {length} bytes"),
        }
    }
}

/// Bodies one after the other; the last is the next.
struct Sequence {
    bodies: Vec<Body>,
}

impl HttpBody for Sequence {
    type Data = Bytes;
    type Error = TransportError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, TransportError>>> {
        while let Some(body) = self.bodies.last_mut() {
            match ready!(Pin::new(body).poll_frame(context)?) {
                // What one body says at its end says nothing of all.
                Some(frame) if frame.is_trailers() => {}
                Some(frame) => return Poll::Ready(Some(Ok(frame))),
                None => drop(self.bodies.pop()),
            }
        }
        Poll::Ready(None)
    }

    fn is_end_stream(&self) -> bool {
        self.bodies.iter().all(HttpBody::is_end_stream)
    }

    fn size_hint(&self) -> SizeHint {
        let mut all = SizeHint::with_exact(0);
        for body in &self.bodies {
            let one = HttpBody::size_hint(body);
            let upper = all.upper().zip(one.upper());
            let upper = upper.and_then(|(all, one)| all.checked_add(one));
            let lower = all.lower().saturating_add(one.lower());
            all = SizeHint::new();
            all.set_lower(lower);
            if let Some(upper) = upper {
                all.set_upper(upper);
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_source_takes_no_more_room_than_bytes() {
        assert_eq!(size_of::<Source>(), size_of::<Bytes>());
    }
}
