//! Which requests fail on purpose, and how. Nothing is random: the number of a
//! request decides, so that a run can be repeated.

use std::collections::BTreeMap;
use std::time::Duration;

/// One way for a request to fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing is carried out, and the answer has this status. One that is not
    /// between 200 and 599 is answered as 500.
    Status(u16),
    /// Nothing is carried out: 503 with a Retry-After of so many seconds.
    Unavailable(u64),
    /// Nothing is carried out, and the connection is closed without an answer.
    Closed,
    /// The request is carried out, but its answer is lost: the connection is
    /// closed all the same.
    Lost,
    /// The request is carried out, but its answer is cut in the middle.
    Garbled,
    /// The request is carried out and answered, so much later.
    Late(Duration),
}

/// What goes wrong when. Requests are numbered from 1 as they arrive, whatever
/// their token.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    at: BTreeMap<u64, Fault>,
    every: Vec<(u64, Fault)>,
}

impl Faults {
    /// Nothing goes wrong.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The request with this number fails so, whatever else is said of it.
    #[must_use]
    pub fn at(mut self, number: u64, fault: Fault) -> Self {
        self.at.insert(number, fault);
        self
    }

    /// Every `interval`-th request fails so; none if `interval` is 0. Where
    /// several of these meet, the first holds.
    #[must_use]
    pub fn every(mut self, interval: u64, fault: Fault) -> Self {
        self.every.push((interval, fault));
        self
    }

    pub(super) fn of(&self, number: u64) -> Option<Fault> {
        self.at.get(&number).copied().or_else(|| {
            let hit = |(interval, _): &&(u64, Fault)| number.checked_rem(*interval) == Some(0);
            self.every.iter().find(hit).map(|(_, fault)| *fault)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_fails_unless_told() {
        assert!((0..1_000).all(|number| Faults::new().of(number).is_none()));
    }

    #[test]
    fn at_a_number_and_every_so_often() {
        let faults = Faults::new()
            .every(4, Fault::Closed)
            .every(6, Fault::Status(503))
            .at(8, Fault::Status(500));
        let failing: Vec<_> = (1..=13)
            .filter_map(|number| Some((number, faults.of(number)?)))
            .collect();
        assert_eq!(
            failing,
            [
                (4, Fault::Closed),
                (6, Fault::Status(503)),
                (8, Fault::Status(500)),
                (12, Fault::Closed),
            ]
        );
    }

    #[test]
    fn every_zeroth_is_never() {
        assert_eq!(Faults::new().every(0, Fault::Lost).of(0), None);
        assert_eq!(Faults::new().every(0, Fault::Lost).of(7), None);
    }
}
