//! Response bodies, read no further than a limit.

use bytes::{Bytes, BytesMut};
use http_body::Body as _;
use http_body_util::BodyExt as _;

use crate::body::Body;
use crate::outcome::{Failure, TransportError};

/// Reads a body to its end.
pub(crate) async fn read(body: &mut Body, maximum_size: u64) -> Result<Bytes, TransportError> {
    let mut collected = Collector::new(maximum_size);
    collected.expect(body.size_hint().lower())?;
    while let Some(frame) = body.frame().await {
        if let Ok(data) = frame?.into_data() {
            collected.push(data)?;
        }
    }
    Ok(collected.finish())
}

/// Puts a body together. One that came in one piece is not copied.
pub(super) struct Collector {
    maximum_size: u64,
    pieces: Pieces,
}

enum Pieces {
    One(Bytes),
    More(BytesMut),
}

impl Collector {
    pub(super) const fn new(maximum_size: u64) -> Self {
        Self {
            maximum_size,
            pieces: Pieces::One(Bytes::new()),
        }
    }

    /// Refuses a body that says beforehand that it is too large.
    pub(super) fn expect(&self, size: u64) -> Result<(), TransportError> {
        if size > self.maximum_size {
            return Err(Failure::TooLarge.into());
        }
        Ok(())
    }

    pub(super) fn push(&mut self, piece: Bytes) -> Result<(), TransportError> {
        let size = self.len().saturating_add(piece.len());
        self.expect(size as u64)?;
        match &mut self.pieces {
            Pieces::One(first) if first.is_empty() => *first = piece,
            Pieces::One(first) => {
                let mut more = BytesMut::with_capacity(size.max(2 * first.len()));
                more.extend_from_slice(first);
                more.extend_from_slice(&piece);
                self.pieces = Pieces::More(more);
            }
            Pieces::More(more) => more.extend_from_slice(&piece),
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Bytes {
        match self.pieces {
            Pieces::One(bytes) => bytes,
            Pieces::More(bytes) => bytes.freeze(),
        }
    }

    fn len(&self) -> usize {
        match &self.pieces {
            Pieces::One(bytes) => bytes.len(),
            Pieces::More(bytes) => bytes.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn collect(pieces: &[&'static str], maximum_size: u64) -> Result<Bytes, TransportError> {
        let mut collected = Collector::new(maximum_size);
        for piece in pieces {
            collected.push(Bytes::from_static(piece.as_bytes()))?;
        }
        Ok(collected.finish())
    }

    #[test]
    fn pieces_are_put_together_in_their_order() {
        assert_eq!(collect(&[], 8).unwrap(), "");
        assert_eq!(collect(&["ab"], 8).unwrap(), "ab");
        assert_eq!(collect(&["ab", "", "cd", "ef"], 8).unwrap(), "abcdef");
    }

    #[test]
    fn the_limit_is_the_largest_size_that_passes() {
        assert!(collect(&["abcd", "efgh"], 8).is_ok());
        let error = collect(&["abcd", "efgh", "i"], 8).unwrap_err();
        assert_eq!(error.failure(), Failure::TooLarge);
        assert!(collect(&["a"], 0).is_err());
    }
}
