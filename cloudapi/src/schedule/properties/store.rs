//! A store as a simulation has it: what it keeps, what others do with it, how long it
//! takes, and when it fails. It sees to it that nothing starts that it has not allowed.

use std::time::Duration;

use super::super::grant::GRACE;
use super::super::{Asked, Grant, LaneId, Rate, StoreDown, Time};
use super::SECOND;

/// What is to become of the questions to a store, one after the other; it answers all
/// further ones at once.
#[derive(Clone, Debug)]
pub(super) struct Script {
    pub(super) down: StoreDown,
    pub(super) deeds: Vec<Deed>,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Deed {
    /// How long the question is under way, and how long the answer.
    pub(super) there: u64,
    pub(super) back: u64,
    /// So many slots have been taken by others since the last question.
    pub(super) others: u32,
    pub(super) fate: Fate,
}

#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Fate {
    #[default]
    Answers,
    Fails,
    /// Another process has closed the gate for so long.
    Closed(u64),
}

#[derive(Clone, Copy, Debug)]
pub(super) enum Answer {
    Slot(Grant),
    Gate(Duration),
    Failed,
}

/// A question on its way, and when it was sent.
#[derive(Clone, Copy, Debug)]
pub(super) struct Question {
    asked: Asked,
    sent: Time,
    deed: Deed,
}

/// A slot by the store's clock.
#[derive(Clone, Copy, Debug)]
struct Slot {
    lane: LaneId,
    at: Time,
    /// How much later than that it may be used: the grace, or what an answer that takes
    /// long makes of it.
    lateness: Duration,
}

#[derive(Clone, Debug)]
pub(super) struct Model {
    script: Script,
    /// Of the gate and of each lane.
    limits: Vec<Vec<Limit>>,
    closed_until: Time,
    questions: usize,
    under_way: Option<Time>,
    /// The slot that was given last, until it is used.
    slot: Option<Slot>,
    last: Option<Slot>,
    is_away: bool,
    /// What the scheduler knows.
    known_closed_until: Time,
    pub(super) given: usize,
}

#[derive(Clone, Debug)]
struct Limit {
    period: u64,
    tolerance: u64,
    next: u64,
}

impl Limit {
    fn new(rate: &Rate) -> Self {
        let burst = u64::from(rate.together().get());
        let window = rate.window() + GRACE.as_nanos() as u64;
        let period = window.div_ceil(u64::from(rate.calls().get()) - burst + 1);
        Self {
            period,
            tolerance: period * (burst - 1),
            next: 0,
        }
    }

    fn earliest(&self) -> u64 {
        self.next.saturating_sub(self.tolerance)
    }

    fn take(&mut self, slot: u64) {
        self.next = self.next.max(slot) + self.period;
    }
}

impl Model {
    pub(super) fn new(script: &Script, gate: &[Rate], lanes: &[Vec<Rate>]) -> Self {
        let limits = |rates: &[Rate]| rates.iter().map(Limit::new).collect();
        let mut all = vec![limits(gate)];
        all.extend(lanes.iter().map(|rates| limits(rates)));
        Self {
            script: script.clone(),
            limits: all,
            closed_until: Time::ZERO,
            questions: 0,
            under_way: None,
            slot: None,
            last: None,
            is_away: false,
            known_closed_until: Time::ZERO,
            given: 0,
        }
    }

    /// The scheduler asks; tells when the question reaches the store.
    pub(super) fn ask(&mut self, asked: Asked, now: Time) -> (Time, Question) {
        assert_eq!(self.under_way, None, "two questions at once");
        self.under_way = Some(now);
        let deed = self.script.deeds.get(self.questions).copied();
        let deed = deed.unwrap_or_default();
        self.questions += 1;
        assert!(self.questions < 20_000, "there is no end to the questions");
        let sent = now;
        (now.after_nanos(deed.there), Question { asked, sent, deed })
    }

    /// The store looks at it; tells when the answer is there.
    pub(super) fn reached(&mut self, question: Question, now: Time) -> (Time, Answer) {
        let deed = question.deed;
        for _ in 0..deed.others {
            let slot = self.earliest(0, now.as_nanos());
            self.take(0, slot);
        }
        if let Fate::Closed(wait) = deed.fate {
            self.closed_until = self.closed_until.max(now.after_nanos(wait));
        }
        let closed = self.closed_until.since(now);
        let answer = match (question.asked, deed.fate) {
            (_, Fate::Fails) => Answer::Failed,
            (Asked::Gate, _) => Answer::Gate(closed),
            (Asked::Slot(_), _) if !closed.is_zero() => Answer::Slot(Grant::Later {
                wait: closed,
                closed: true,
            }),
            (Asked::Slot(lane), _) => Answer::Slot(self.reserve(lane, deed, now)),
        };
        (now.after_nanos(deed.back), answer)
    }

    fn reserve(&mut self, lane: LaneId, deed: Deed, now: Time) -> Grant {
        let own = usize::from(lane.0);
        let slot = self.earliest(0, now.as_nanos());
        let wait = |at: u64| Duration::from_nanos(at - now.as_nanos());
        if own > 0 && self.earliest(own, slot) > slot {
            return Grant::Later {
                wait: wait(self.earliest(own, slot)),
                closed: false,
            };
        }
        self.take(0, slot);
        if own > 0 {
            self.take(own, slot);
        }
        let took = Duration::from_nanos(deed.there + deed.back);
        self.last = Some(Slot {
            lane,
            at: Time::from_nanos(slot),
            lateness: GRACE.max(took + GRACE / 2),
        });
        self.given += 1;
        Grant::Slot { wait: wait(slot) }
    }

    fn earliest(&self, limits: usize, first: u64) -> u64 {
        let earliest = self.limits[limits].iter().map(Limit::earliest);
        earliest.fold(first, u64::max)
    }

    fn take(&mut self, limits: usize, slot: u64) {
        for limit in &mut self.limits[limits] {
            limit.take(slot);
        }
    }

    /// The scheduler hears of it. Tells when the question was sent.
    pub(super) fn heard(&mut self, question: Question, answer: Answer, now: Time) -> Time {
        self.under_way = None;
        self.is_away = matches!(answer, Answer::Failed);
        let mut closed = Duration::ZERO;
        match answer {
            Answer::Slot(Grant::Slot { .. }) => self.slot = self.last,
            Answer::Slot(Grant::Later { wait, closed: true }) => closed = wait,
            Answer::Slot(Grant::Later { .. }) => self.slot = None,
            Answer::Gate(wait) => closed = wait,
            Answer::Failed => self.slot = None,
        }
        if !closed.is_zero() {
            self.known_closed_until = self.known_closed_until.max(now.after(closed));
        }
        question.sent
    }

    /// A call starts: that has to be allowed.
    pub(super) fn started(&mut self, lane: LaneId, now: Time) {
        assert!(self.known_closed_until <= now, "the gate is closed");
        let patience = |sent: Time| sent.after_nanos(10 * SECOND) <= now;
        let is_away = self.is_away || self.under_way.is_some_and(patience);
        let Some(slot) = self.slot.take().filter(|_| !is_away) else {
            let has_part = matches!(self.script.down, StoreDown::Share(_));
            assert!(is_away && has_part, "nobody gave a slot");
            return;
        };
        assert!(slot.lane == lane || lane == LaneId::MAIN, "another's slot");
        let until = slot.at.after(slot.lateness);
        assert!((slot.at..=until).contains(&now), "{slot:?} at {now:?}");
    }
}
