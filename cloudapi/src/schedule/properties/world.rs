//! Who calls when, what the server does, and what came of it.

use std::time::Duration;

use super::super::{
    Backoff, Ending, Gate, Joining, LaneId, Limits, Next, Priority, Rate, Refusal, Room, Terms,
    Time, Verdict,
};
use super::simulation;
use super::store::Script;

/// What the server does with one attempt.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reply {
    pub(super) verdict: Verdict,
    /// `None`: it never answers.
    pub(super) latency: Option<u64>,
}

impl Reply {
    pub(super) const HANGS: Self = Self {
        verdict: Verdict::Done,
        latency: None,
    };

    pub(super) const fn at_once(verdict: Verdict) -> Self {
        Self::after(0, verdict)
    }

    pub(super) const fn after(latency: u64, verdict: Verdict) -> Self {
        Self {
            verdict,
            latency: Some(latency),
        }
    }
}

#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) arrives: Time,
    pub(super) deadline: Time,
    /// Which of the endpoints' limits it has, counted from 1; 0 is none.
    pub(super) lane: u16,
    pub(super) priority: Priority,
    pub(super) cancelled: Time,
    /// One for each attempt, and `Done` from then on.
    pub(super) replies: Vec<Reply>,
}

impl Call {
    pub(super) const fn at(arrives: Time) -> Self {
        Self {
            arrives,
            deadline: Time::NEVER,
            lane: 0,
            priority: Priority::Normal,
            cancelled: Time::NEVER,
            replies: Vec::new(),
        }
    }

    pub(super) fn deadline(self, deadline: Time) -> Self {
        Self { deadline, ..self }
    }

    pub(super) fn lane(self, lane: u16) -> Self {
        Self { lane, ..self }
    }

    pub(super) fn priority(self, priority: Priority) -> Self {
        Self { priority, ..self }
    }

    pub(super) const fn joining(&self) -> Joining {
        Joining {
            deadline: self.deadline,
            lane: LaneId(self.lane),
            priority: self.priority,
        }
    }

    pub(super) fn cancelled(self, cancelled: Time) -> Self {
        Self { cancelled, ..self }
    }

    pub(super) fn replies(self, replies: &[Reply]) -> Self {
        let replies = replies.to_vec();
        Self { replies, ..self }
    }

    pub(super) fn always(self, verdict: Verdict) -> Self {
        self.replies(&[Reply::at_once(verdict); 100])
    }
}

#[derive(Clone, Debug)]
pub(super) struct World {
    pub(super) gate: Gate,
    /// The limits that the gate has.
    pub(super) rates: Vec<Rate>,
    /// Those of endpoints.
    pub(super) lanes: Vec<Vec<Rate>>,
    pub(super) terms: Terms,
    pub(super) calls: Vec<Call>,
    /// The service cannot be reached by attempts that start from the one time on and
    /// before the other.
    pub(super) outages: Vec<(Time, Time)>,
    /// How late the wakes come, over and over; empty for a perfect timer.
    pub(super) lateness: Vec<u64>,
    /// The store that keeps the limits, if one does.
    pub(super) store: Option<Script>,
}

impl World {
    pub(super) fn new(calls_per_hour: u32) -> Self {
        Self::with_limits(&[Rate::new(calls_per_hour, Rate::HOUR)])
    }

    pub(super) fn with_limits(rates: &[Rate]) -> Self {
        Self {
            gate: Gate {
                limits: Limits::new(rates),
                maximum_in_flight: u32::MAX,
                room: Room::UNBOUNDED,
                circuit_threshold: 5,
                retry_budget: None,
            },
            rates: rates.to_vec(),
            lanes: Vec::new(),
            terms: Terms {
                backoff: Backoff::DEFAULT,
                maximum_failed_attempts: 1,
                maximum_throttles: 20,
                maximum_retry_after: Duration::from_secs(3_600),
                jitter: 0.0,
                least_wait: Duration::ZERO,
            },
            calls: Vec::new(),
            outages: Vec::new(),
            lateness: Vec::new(),
            store: None,
        }
    }

    pub(super) fn with(self, calls: impl IntoIterator<Item = Call>) -> Self {
        let calls = calls.into_iter().collect();
        Self { calls, ..self }
    }

    pub(super) fn is_out(&self, at: Time) -> bool {
        let mut outages = self.outages.iter();
        outages.any(|(from, until)| (*from..*until).contains(&at))
    }

    pub(super) fn period(&self) -> u64 {
        self.gate.limits.pace()
    }

    /// Lets everything happen, to the end.
    pub(super) fn run(&self) -> Story {
        self.run_with_store().0
    }

    /// Tells also how many slots the store has given.
    pub(super) fn run_with_store(&self) -> (Story, usize) {
        simulation::run(self)
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event {
    Submitted,
    TurnedAway(Refusal),
    Started,
    Answered(Verdict, Next),
    Refused(Refusal),
    Cancelled,
}

impl Event {
    pub(super) const fn is_an_end(self) -> bool {
        match self {
            Self::TurnedAway(_) | Self::Refused(_) | Self::Cancelled => true,
            Self::Answered(_, next) => matches!(next, Next::Ends(_)),
            Self::Submitted | Self::Started => false,
        }
    }
}

/// What happened, in order: when, to which call, and what.
#[derive(Debug)]
pub(super) struct Story(pub(super) Vec<(Time, usize, Event)>);

impl Story {
    pub(super) fn starts(&self) -> Vec<Time> {
        let started = self.0.iter().filter(|line| line.2 == Event::Started);
        started.map(|line| line.0).collect()
    }

    pub(super) fn of(&self, call: usize) -> impl Iterator<Item = (Time, Event)> {
        let lines = self.0.iter().filter(move |line| line.1 == call);
        lines.map(|line| (line.0, line.2))
    }

    pub(super) fn starts_of(&self, call: usize) -> Vec<Time> {
        let started = self.of(call).filter(|line| line.1 == Event::Started);
        started.map(|line| line.0).collect()
    }

    /// The last thing that happened to a call.
    pub(super) fn end_of(&self, call: usize) -> (Time, Event) {
        self.of(call).last().unwrap()
    }

    pub(super) fn ending_of(&self, call: usize) -> Ending {
        match self.end_of(call).1 {
            Event::Answered(_, Next::Ends(ending)) => ending,
            other => panic!("{other:?} is not the end of an attempt"),
        }
    }
}
