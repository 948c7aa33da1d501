//! What happened to some calls, in the order of time.

use std::time::{Duration, SystemTime};

use cloudapi::{EventKind, Events};

/// A run of some calls.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    pub(crate) title: String,
    /// When it is over, in seconds.
    pub(crate) end: f64,
    pub(crate) calls: Vec<Life>,
    /// From when till when the gate was closed.
    pub(crate) closed: Vec<(f64, f64)>,
    /// When attempts started, in order.
    pub(crate) starts: Vec<f64>,
    /// The seconds of a window, and how many attempts may start in it.
    pub(crate) limit: (f64, u32),
}

impl Story {
    /// The gate is closed. It may have been already.
    fn close(&mut self, from: f64, to: f64) {
        match self.closed.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => self.closed.push((from, to)),
        }
    }
}

/// The life of one call.
#[derive(Clone, Debug)]
pub(crate) struct Life {
    pub(crate) name: String,
    pub(crate) pieces: Vec<Piece>,
    /// When it had its answer, and whether that was a good one.
    pub(crate) answer: Option<(f64, bool)>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Piece {
    pub(crate) kind: Kind,
    pub(crate) from: f64,
    pub(crate) to: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// In the line, for its slot.
    Waiting,
    /// The request is under way.
    Attempt,
    /// Outside the line, until the delay is over.
    Backoff,
    /// In the line again, at its back.
    Requeued,
    /// Until the client has credentials.
    Held,
}

/// Makes a story of the events of a client.
pub(crate) struct Teller {
    events: Events,
    begin: SystemTime,
    names: Vec<String>,
}

impl Teller {
    /// Listens from now on, which is the beginning of the story.
    pub(crate) fn new(events: Events, begin: SystemTime) -> Self {
        Self {
            events,
            begin,
            names: Vec::new(),
        }
    }

    /// The next call to be made has this name.
    pub(crate) fn expect(&mut self, name: &str) {
        self.names.push(name.to_owned());
    }

    /// The story up to its end, once the client is gone.
    pub(crate) async fn tell(mut self, title: &str, end: Duration, limit: (f64, u32)) -> Story {
        let mut story = Story {
            title: title.to_owned(),
            end: end.as_secs_f64(),
            calls: Vec::new(),
            closed: Vec::new(),
            starts: Vec::new(),
            limit,
        };
        let mut known: Vec<(u64, Known)> = Vec::new();
        while let Some(event) = self.events.next().await {
            let at = event.at().duration_since(self.begin).unwrap_or_default();
            let at = at.as_secs_f64();
            let position = known.iter().position(|(call, _)| *call == event.call());
            let position = position.unwrap_or_else(|| {
                let name = self.names.get(known.len()).cloned().unwrap_or_default();
                known.push((event.call(), Known::new(name)));
                known.len() - 1
            });
            known[position].1.happened(at, event.kind(), &mut story);
        }
        story.calls = known.into_iter().map(|(_, known)| known.life).collect();
        story
    }
}

/// A call, and the piece of its life that has no end yet.
struct Known {
    life: Life,
    open: Option<(Kind, f64)>,
}

impl Known {
    fn new(name: String) -> Self {
        Self {
            life: Life {
                name,
                pieces: Vec::new(),
                answer: None,
            },
            open: None,
        }
    }

    fn happened(&mut self, at: f64, event: EventKind, story: &mut Story) {
        match event {
            EventKind::Submitted
            | EventKind::Redirected
            | EventKind::Renews
            | EventKind::Released => self.begin(Kind::Waiting, at),
            EventKind::Started => {
                story.starts.push(at);
                self.begin(Kind::Attempt, at);
            }
            EventKind::Answered { .. } | EventKind::Failed { .. } => self.end(at),
            EventKind::Retries { after } => {
                let until = at + after.as_secs_f64();
                self.begin(Kind::Backoff, at);
                self.begin(Kind::Waiting, until);
            }
            EventKind::Requeued => self.begin(Kind::Requeued, at),
            EventKind::Throttled { wait } => {
                story.close(at, at + wait.as_secs_f64());
                self.begin(Kind::Waiting, at);
            }
            EventKind::Held => self.begin(Kind::Held, at),
            EventKind::Done => self.answer(at, true),
            EventKind::Ended { .. } | EventKind::Cancelled { .. } => self.answer(at, false),
            _ => {}
        }
    }

    fn begin(&mut self, kind: Kind, from: f64) {
        self.end(from);
        self.open = Some((kind, from));
    }

    fn end(&mut self, to: f64) {
        if let Some((kind, from)) = self.open.take() {
            self.life.pieces.push(Piece { kind, from, to });
        }
    }

    fn answer(&mut self, at: f64, is_good: bool) {
        self.end(at);
        self.life.answer = Some((at, is_good));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_in_which_the_gate_is_closed_are_one_where_they_meet() {
        let mut story = Story {
            title: String::new(),
            end: 100.0,
            calls: Vec::new(),
            closed: Vec::new(),
            starts: Vec::new(),
            limit: (1.0, 1),
        };
        for (from, to) in [(1.0, 5.0), (2.0, 4.0), (5.0, 7.0), (8.0, 9.0)] {
            story.close(from, to);
        }
        assert_eq!(story.closed, [(1.0, 7.0), (8.0, 9.0)]);
    }
}
