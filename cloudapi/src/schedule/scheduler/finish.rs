//! What becomes of a call after an attempt.

use std::time::Duration;

use super::Scheduler;
use crate::schedule::calls::{CallId, Phase};
use crate::schedule::circuit::{Breaker, GivenUp, Reach};
use crate::schedule::probe::Probe;
use crate::schedule::queue::Queue;
use crate::schedule::{Ending, Next, Refusal, Report, Terms, Time, Verdict};

/// The others wait so long at least for the probe after a refusal, in
/// nanoseconds. What takes longer than this to be answered is not refused.
const PATIENCE: u64 = 1_000_000_000;

/// Another server that does not say for how long it refuses is left alone for so long at
/// first, or for the gate's period if that is longer, in nanoseconds: a fast pace is not its.
const ELSEWHERE: u64 = 1_000_000_000;

impl<J: Clone> Scheduler<J> {
    /// The attempt of a call has ended.
    pub(crate) fn finish(
        &mut self,
        id: CallId,
        report: impl Into<Report>,
        terms: &Terms,
        now: Time,
    ) -> Option<Next> {
        let Report { verdict, tells } = report.into();
        if self.calls.phase(id)? != Phase::InFlight {
            return None;
        }
        self.in_flight -= 1;
        if tells {
            self.probe.ended(id);
        } else {
            self.probe.given_up(id);
        }
        if tells && !matches!(verdict, Verdict::Unreachable { .. }) && self.circuit.reached() {
            // Whoever probes now, there is nothing left to find out.
            self.probe = Probe::Needless;
        }
        if !matches!(verdict, Verdict::Throttled(_)) {
            let started = self.calls[id.key].at;
            self.throttle.answered(started);
            if tells {
                self.recovery.answered(started, now);
            }
        }
        let next = match verdict {
            Verdict::Done => Next::Ends(Ending::Done),
            Verdict::Ends => Next::Ends(Ending::Failed),
            Verdict::Unknown => Next::Ends(Ending::Unknown),
            Verdict::Failed => self.failed(id.key, terms, now),
            Verdict::Unreachable { again } => {
                let found = match tells {
                    true => self.not_reached(id, terms, now),
                    false => Reach::Failed,
                };
                match found {
                    _ if !again => Next::Ends(Ending::Failed),
                    Reach::Failed => self.failed(id.key, terms, now),
                    Reach::Open => self.waits_for_probe(id.key, terms, now),
                    Reach::GivenUp { since, until } | Reach::TooLate { since, until } => {
                        Next::Ends(Ending::Refused(Refusal::Unreachable { since, until }))
                    }
                }
            }
            Verdict::Again => self.returned(id.key, now),
            Verdict::AgainAfter(asked) => self.returns_after(id.key, asked, terms, now),
            Verdict::Throttled(asked) if tells => self.throttled(id.key, asked, terms, now),
            Verdict::Throttled(asked) => self.throttled_elsewhere(id.key, asked, terms, now),
        };
        if matches!(next, Next::Ends(_)) {
            self.calls.remove(id.key);
        }
        Some(next)
    }

    fn failed(&mut self, key: u32, terms: &Terms, now: Time) -> Next {
        let entry = &self.calls[key];
        let deadline = entry.deadline;
        let is_spent = entry.multiplications >= terms.backoff.multiplications;
        if is_spent && u32::from(entry.failed_attempts) >= terms.maximum_failed_attempts {
            return Next::Ends(Ending::Exhausted);
        }
        if is_spent {
            let ahead = self.ahead_of(entry.lane, entry.priority);
            let would_run_at = self.would_run_at(entry.lane, ahead, now);
            if would_run_at > deadline {
                return Next::too_late(would_run_at);
            }
            let seniority = self.seniority();
            let entry = &mut self.calls[key];
            entry.failed_attempts = entry.failed_attempts.saturating_add(1);
            entry.multiplications = 0;
            entry.seniority = seniority;
            if self.retries.take(now) {
                self.enter_line(key, Phase::Again, now, Queue::join);
            } else {
                self.back_off(key, now);
            }
            return Next::Waits;
        }
        let step = entry.multiplications + 1;
        let delay = terms.backoff.delay(self.gate.limits.pace(), step);
        let most = terms.backoff.maximum;
        let delay = self.jitter.lengthen(delay, terms.jitter, most);
        let until = now.after(delay);
        let would_run_at = self.call_opens_at(key).max(until);
        if would_run_at > deadline {
            return Next::too_late(would_run_at);
        }
        self.calls[key].multiplications = step;
        self.back_off(key, until);
        Next::Waits
    }

    /// The call stands outside the line until then, or until the retry budget allows.
    fn back_off(&mut self, key: u32, until: Time) {
        let entry = &mut self.calls[key];
        entry.phase = Phase::BackingOff;
        entry.at = until;
        self.backoffs.insert((until, key));
        let (lane, deadline) = (entry.lane, entry.deadline);
        self.lanes[lane].watch(deadline, key);
    }

    /// The attempt of a call could not connect. If that is too much, all who wait
    /// end with it.
    fn not_reached(&mut self, id: CallId, terms: &Terms, now: Time) -> Reach {
        let period = self.gate.limits.pace();
        let started = self.calls[id.key].at;
        let breaker = Breaker::new(self.gate.circuit_threshold, terms, period);
        let jitter = &mut self.jitter;
        let most = terms.backoff.maximum;
        let lengthen = |delay| jitter.lengthen(delay, terms.jitter, most);
        let found = self
            .circuit
            .not_reached(id, started, &breaker, lengthen, now);
        if let Reach::GivenUp { since, until } = found {
            self.given_up = GivenUp::all(&self.calls, since, until);
        }
        found
    }

    /// The circuit is open: the call goes first when it is probed, and has spent
    /// nothing. Where nothing is ever tried again, this one is not either.
    fn waits_for_probe(&mut self, key: u32, terms: &Terms, now: Time) -> Next {
        match (terms.backoff.multiplications, terms.maximum_failed_attempts) {
            (0, 0) => Next::Ends(Ending::Exhausted),
            _ => self.returned(key, now),
        }
    }

    fn throttled(&mut self, key: u32, asked: Option<Duration>, terms: &Terms, now: Time) -> Next {
        let period = self.gate.limits.pace();
        self.probe.demand(period.max(PATIENCE));
        let entry = &mut self.calls[key];
        let jitter = &mut self.jitter;
        let lengthen = |wait| jitter.lengthen(wait, terms.jitter, Duration::MAX);
        let started = entry.at;
        self.recovery.refused(started, now);
        let refused = self
            .throttle
            .refused(started, asked, period, terms, lengthen, now);
        if let Err(until) = refused {
            return Next::Ends(Ending::Refused(Refusal::Barred { until }));
        }
        entry.throttles = entry.throttles.saturating_add(1);
        if entry.throttles > terms.maximum_throttles {
            return Next::Ends(Ending::Throttled);
        }
        self.returned(key, now)
    }

    /// Another server refused, to which a redirect led. What it wants is no matter of the
    /// gate: only this call waits for it.
    fn throttled_elsewhere(
        &mut self,
        key: u32,
        asked: Option<Duration>,
        terms: &Terms,
        now: Time,
    ) -> Next {
        let asked = asked.filter(|asked| !asked.is_zero());
        if let Some(ends) = asked.and_then(|asked| Next::too_long(asked, terms, now)) {
            return ends;
        }
        let entry = &mut self.calls[key];
        entry.throttles = entry.throttles.saturating_add(1);
        if entry.throttles > terms.maximum_throttles {
            return Next::Ends(Ending::Throttled);
        }
        let step = u32::from(entry.throttles).min(terms.backoff.multiplications.max(1));
        let own = || {
            terms
                .backoff
                .delay(self.gate.limits.pace().max(ELSEWHERE), step)
        };
        let wait = asked.unwrap_or_else(own);
        self.waits_alone(key, wait, terms, now)
    }

    /// A redirect, and when it is to be followed. That is no matter of the gate either.
    fn returns_after(&mut self, key: u32, asked: Duration, terms: &Terms, now: Time) -> Next {
        match Next::too_long(asked, terms, now) {
            Some(ends) => ends,
            None if asked.is_zero() => self.returned(key, now),
            None => self.waits_alone(key, asked, terms, now),
        }
    }

    fn waits_alone(&mut self, key: u32, wait: Duration, terms: &Terms, now: Time) -> Next {
        let until = now.after(self.jitter.lengthen(wait, terms.jitter, Duration::MAX));
        let would_run_at = self.call_opens_at(key).max(until);
        if would_run_at > self.calls[key].deadline {
            return Next::too_late(would_run_at);
        }
        self.back_off(key, until);
        Next::Waits
    }

    /// The call goes first, as soon as there is a slot.
    fn returned(&mut self, key: u32, now: Time) -> Next {
        let would_run_at = self.call_opens_at(key).max(now);
        if would_run_at > self.calls[key].deadline {
            return Next::too_late(would_run_at);
        }
        self.enter_line(key, Phase::Again, now, Queue::come_back);
        Next::Waits
    }
}
