//! A second opinion on a story: a model without queues or slots, which looks
//! at all calls each time.

use super::super::limit::Limit;
use super::super::recovery::Recovery;
use super::super::throttle::Throttle;
use super::super::{Next, Rate, Time, Verdict};
use super::SECOND;
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
    /// The call whose turn it was.
    pub(super) next: Option<usize>,
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
        closed_until: Time::ZERO,
        throttle: Throttle::default(),
        recovery: Recovery::default(),
        recovers_at: Time::ZERO,
        probe: Probe::Needless,
        held_until: Time::ZERO,
        starts: vec![Vec::new(); world.lanes.len() + 1],
        overtaking: vec![0; world.lanes.len() + 1],
        overtaking_of_lanes: 0,
    };
    let mut starts = Vec::new();
    for &(now, call, event) in &story.0 {
        if event == Event::Started {
            starts.push(model.judge(now, call));
        }
        model.happened(now, call, event);
    }
    starts
}

#[derive(Clone, Debug, Default)]
struct Known {
    seniority: usize,
    /// Since when, or from when on, it is ready; only while it waits.
    ready: Option<Time>,
    started: Time,
    in_flight: bool,
    retries: u32,
}

/// Whether an attempt goes ahead of the others.
#[derive(Clone, Copy, PartialEq)]
enum Probe {
    Needless,
    Due,
    UnderWay(usize),
}

struct Model<'a> {
    world: &'a World,
    calls: Vec<Known>,
    joined: usize,
    in_flight: u32,
    /// Since when there is room for one more attempt.
    room_since: Time,
    closed_until: Time,
    /// The rules themselves have tests of their own; here they are kept to.
    throttle: Throttle,
    recovery: Recovery,
    recovers_at: Time,
    probe: Probe,
    /// The others waited for the probe until then.
    held_until: Time,
    /// Of all calls, and then of those in each lane.
    starts: Vec<Vec<Time>>,
    /// How many in a row have overtaken, in each lane and between them.
    overtaking: Vec<u32>,
    overtaking_of_lanes: u32,
}

/// When such limits allow the next start. A limit with the period T and the burst
/// B says of each start that the one after n others has to be `n * T` later, or
/// `B - 1` periods sooner.
fn opens(rates: &[Rate], starts: &[Time]) -> Time {
    let each = rates.iter().flat_map(|rate| {
        let period = Limit::new(*rate).period();
        let burst = u64::from(rate.together().get());
        let starts = starts.iter().rev().zip(1..);
        starts.map(move |(start, after): (_, u64)| {
            let later = start.after_nanos(after * period);
            later.before_nanos((burst - 1) * period)
        })
    });
    each.max().unwrap_or(Time::ZERO)
}

impl Model<'_> {
    fn lane_opens(&self, call: usize) -> Time {
        match self.world.calls[call].lane.into() {
            0 => Time::ZERO,
            lane => opens(&self.world.lanes[lane - 1_usize], &self.starts[lane]),
        }
    }

    fn judge(&mut self, at: Time, call: usize) -> Judged {
        let gate = opens(&self.world.rates, &self.starts[0]);
        let gate = gate.max(self.throttle.closed_until()).max(self.room_since);
        let gate = gate.max(self.held_until);
        let gate = gate.max(self.recovers_at);
        let open: Vec<_> = (0..self.calls.len())
            .filter_map(|call| Some((call, self.calls[call].ready?)))
            .map(|(call, ready)| (call, ready.max(self.lane_opens(call))))
            .collect();
        Judged {
            at,
            call,
            ready: self.calls[call].ready,
            next: self.next(
                open.iter()
                    .filter(|(_, from)| *from <= at)
                    .map(|call| call.0),
            ),
            possible: open.iter().map(|(_, from)| gate.max(*from)).min(),
            closed_until: self.closed_until,
            in_flight: self.in_flight,
        }
    }

    /// Whose turn it is: first in each lane, and then among the lanes.
    fn next(&mut self, open: impl Iterator<Item = usize>) -> Option<usize> {
        let open: Vec<_> = open.collect();
        let senior = |call: &usize| self.calls[*call].seniority;
        let highest = |call: &usize| (self.world.calls[*call].priority.rank(), senior(call));
        let turn = |calls: &[usize], overtaking: u32| {
            let senior = *calls.iter().min_by_key(|call| senior(call))?;
            let highest = *calls.iter().min_by_key(|call| highest(call))?;
            let next = if overtaking == 9 { senior } else { highest };
            Some((next, next == senior))
        };
        let lanes = self.world.lanes.len();
        let heads: Vec<_> = (0..=lanes)
            .filter_map(|lane| {
                let of_lane = |call: &&usize| usize::from(self.world.calls[**call].lane) == lane;
                let calls: Vec<_> = open.iter().filter(of_lane).copied().collect();
                let (head, is_senior) = turn(&calls, self.overtaking[lane])?;
                Some((lane, head, is_senior))
            })
            .collect();
        let of_lanes: Vec<_> = heads.iter().map(|head| head.1).collect();
        let (next, is_senior) = turn(&of_lanes, self.overtaking_of_lanes)?;
        let &(lane, _, is_senior_there) = heads.iter().find(|head| head.1 == next)?;
        let count = |count: u32, is_senior: bool| if is_senior { 0 } else { count + 1 };
        self.overtaking_of_lanes = count(self.overtaking_of_lanes, is_senior);
        self.overtaking[lane] = count(self.overtaking[lane], is_senior_there);
        Some(next)
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
                self.calls[call].started = now;
                self.recovery.took(now);
                self.recover(now);
                self.in_flight += 1;
                self.probe = match self.probe {
                    Probe::Due => {
                        let patience = self.world.period().max(SECOND);
                        self.held_until = now.after_nanos(patience);
                        Probe::UnderWay(call)
                    }
                    _ => Probe::Needless,
                };
                let lane = usize::from(self.world.calls[call].lane);
                self.starts[0].push(now);
                if lane > 0 {
                    self.starts[lane].push(now);
                }
            }
            Event::Cancelled => {
                self.land(now, call);
                self.probe_ended(now, call, Probe::Due);
            }
            Event::Answered(verdict, next) => {
                self.land(now, call);
                self.probe_ended(now, call, Probe::Needless);
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

    fn probe_ended(&mut self, now: Time, call: usize, then: Probe) {
        if self.probe == Probe::UnderWay(call) {
            self.probe = then;
            self.held_until = now;
        }
    }

    /// What happens may bring the next start forward, but not before itself.
    fn recover(&mut self, now: Time) {
        let earliest = self.recovery.earliest(self.world.period());
        self.recovers_at = earliest.max(now.min(self.recovers_at));
    }

    fn answered(&mut self, now: Time, call: usize, verdict: Verdict, waits: bool) {
        let terms = &self.world.terms;
        let started = self.calls[call].started;
        match verdict {
            Verdict::Throttled(asked) => {
                self.recovery.refused(started, now);
                let period = self.world.period();
                let throttle = &mut self.throttle;
                let _ = throttle.refused(started, asked, period, terms, |wait| wait, now);
            }
            _ => {
                self.recovery.answered(started, now);
                self.throttle.answered(started);
            }
        }
        self.recover(now);
        let known = &mut self.calls[call];
        match verdict {
            Verdict::Throttled(asked) => {
                if let Probe::UnderWay(_) = self.probe {
                    self.held_until = now;
                }
                self.probe = Probe::Due;
                let asked = asked.filter(|asked| *asked <= terms.maximum_retry_after);
                let asked = asked.map_or(Time::ZERO, |asked| now.after(asked));
                self.closed_until = self.closed_until.max(asked);
                known.ready = waits.then_some(now);
            }
            Verdict::Again => known.ready = waits.then_some(now),
            Verdict::AgainAfter(wait) => known.ready = waits.then_some(now.after(wait)),
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
