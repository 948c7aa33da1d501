//! A second opinion on a story: a model without queues or slots, which looks
//! at all calls each time.

use super::super::{Next, Time, Verdict};
use super::world::{Event, Story, World};

/// The most starts that lie in any window of that length.
pub(super) fn densest(starts: &[Time], window: u64) -> usize {
    let mut starts = starts.to_vec();
    starts.sort();
    let mut most = 0;
    let mut first = 0;
    for (last, start) in starts.iter().enumerate() {
        while starts[first].after_nanos(window) <= *start {
            first += 1;
        }
        most = most.max(last - first + 1);
    }
    most
}

/// The shortest time between two starts.
pub(super) fn closest(starts: &[Time]) -> Option<u64> {
    let gaps = starts.windows(2).map(|pair| pair[1].since(pair[0]));
    gaps.min().map(|gap| gap.as_nanos() as u64)
}

/// One start, beside what the model has to say of it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) at: Time,
    pub(super) call: usize,
    /// From when on the call itself was ready to go.
    pub(super) ready: Option<Time>,
    /// The most senior of the calls that were ready.
    pub(super) most_senior: Option<usize>,
    /// The earliest time at which anything could have started.
    pub(super) possible: Option<Time>,
    /// The server wanted no request before then.
    pub(super) closed_until: Time,
    pub(super) in_flight: u32,
}

pub(super) fn judge(world: &World, story: &Story) -> Vec<Judged> {
    let mut model = Model {
        world,
        calls: vec![Known::default(); world.calls.len()],
        joined: 0,
        in_flight: 0,
        room_since: Time::ZERO,
        somebody_since: None,
        closed_until: Time::ZERO,
        next_slot: Time::ZERO,
    };
    let mut starts = Vec::new();
    for &(now, call, event) in &story.0 {
        model.look(now);
        if event == Event::Started {
            starts.push(model.judge(now, call));
        }
        model.happened(now, call, event);
        model.look(now);
    }
    starts
}

#[derive(Clone, Debug, Default)]
struct Known {
    seniority: usize,
    /// Since when, or from when on, it is ready; only while it waits.
    ready: Option<Time>,
    in_flight: bool,
    retries: u32,
}

struct Model<'a> {
    world: &'a World,
    calls: Vec<Known>,
    joined: usize,
    in_flight: u32,
    /// Since when there is room for one more attempt.
    room_since: Time,
    /// Since when some call or other has been ready.
    somebody_since: Option<Time>,
    closed_until: Time,
    next_slot: Time,
}

impl Model<'_> {
    fn look(&mut self, now: Time) {
        let ready = self.calls.iter().filter_map(|call| call.ready);
        let first = ready.min().filter(|first| *first <= now);
        self.somebody_since = first.map(|first| self.somebody_since.unwrap_or(first));
    }

    fn judge(&self, at: Time, call: usize) -> Judged {
        let ready = self.calls.iter().enumerate();
        let ready = ready.filter(|(_, call)| call.ready.is_some_and(|ready| ready <= at));
        let gate = self.next_slot.max(self.closed_until).max(self.room_since);
        Judged {
            at,
            call,
            ready: self.calls[call].ready,
            most_senior: ready
                .min_by_key(|(_, call)| call.seniority)
                .map(|found| found.0),
            possible: self.somebody_since.map(|since| since.max(gate)),
            closed_until: self.closed_until,
            in_flight: self.in_flight,
        }
    }

    fn happened(&mut self, now: Time, call: usize, event: Event) {
        if event.is_an_end() {
            self.calls[call].ready = None;
        }
        match event {
            Event::TurnedAway(_) | Event::Refused(_) => {}
            Event::Submitted => self.join(now, call),
            Event::Started => {
                self.calls[call].ready = None;
                self.calls[call].in_flight = true;
                self.in_flight += 1;
                self.next_slot = now.after_nanos(self.world.period());
            }
            Event::Cancelled => self.land(now, call),
            Event::Answered(verdict, next) => {
                self.land(now, call);
                self.answered(now, call, verdict, next == Next::Waits);
            }
        }
    }

    fn join(&mut self, now: Time, call: usize) {
        self.joined += 1;
        self.calls[call].seniority = self.joined;
        self.calls[call].ready = Some(now);
    }

    fn land(&mut self, now: Time, call: usize) {
        if std::mem::take(&mut self.calls[call].in_flight) {
            if self.in_flight == self.world.gate.maximum_in_flight {
                self.room_since = now;
            }
            self.in_flight -= 1;
        }
    }

    fn answered(&mut self, now: Time, call: usize, verdict: Verdict, waits: bool) {
        let terms = &self.world.terms;
        let known = &mut self.calls[call];
        match verdict {
            Verdict::Throttled(asked) => {
                let asked = asked.filter(|asked| *asked <= terms.maximum_retry_after);
                let asked = asked.map_or(Time::ZERO, |asked| now.after(asked));
                self.closed_until = self.closed_until.max(asked);
                known.ready = waits.then_some(now);
            }
            Verdict::Again => known.ready = waits.then_some(now),
            Verdict::Failed if waits && known.retries < terms.backoff.multiplications => {
                known.retries += 1;
                let delay = terms.backoff.delay(self.world.period(), known.retries);
                known.ready = Some(now.after(delay));
            }
            Verdict::Failed if waits => {
                known.retries = 0;
                self.join(now, call);
            }
            _ => assert!(!waits),
        }
    }
}
