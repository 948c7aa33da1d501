//! A service that cannot be reached: a circuit breaker.

use std::cmp::Reverse;
use std::time::Duration;

use super::calls::{Calls, Phase};
use super::{Backoff, CallId, Refusal, Terms, Time};

/// The others wait so long for a probe, in nanoseconds. What takes longer to fail
/// has most likely connected and is busy with a long transfer; then the next
/// attempt is a probe too.
pub(super) const PATIENCE: u64 = 60_000_000_000;

/// A probe costs a service nothing, but to look for it a hundred times a second is of
/// no use, and whoever restarts one needs some seconds: the delays are at least those of
/// a limit with such a period, in nanoseconds.
const LEAST_PERIOD: u64 = 500_000_000;

/// Notices that the service is down, and sees to it that not every call finds that
/// out for itself, again and again.
///
/// It opens when so many different calls in a row could not connect. From then on
/// one attempt after the other probes whether the service is there again, at the
/// delays of the geometric series; it spends nothing of its call's own series.
/// Whatever comes back closes the circuit.
#[derive(Clone, Debug, Default)]
pub(super) struct Circuit {
    /// The calls that could not connect since anything came back, each once.
    unreachable: Vec<CallId>,
    /// When the first of them failed.
    since: Time,
    open: Option<Open>,
}

#[derive(Clone, Copy, Debug)]
struct Open {
    /// How many probes have failed.
    probes: u32,
    /// The delay before the next probe, and its end.
    delay: Duration,
    until: Time,
    /// The delays that have passed in vain while somebody waited.
    waited: Duration,
    /// When all who waited were given up last.
    given_up: Time,
}

/// What an attempt that could not connect means for its call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// It failed as any attempt does.
    Failed,
    /// The circuit is open: the call waits for the next probe.
    Open,
    /// All who wait have waited for as long as one call alone would have tried.
    GivenUp { since: Time, until: Time },
    /// All who waited were given up while its attempt was under way.
    TooLate { since: Time, until: Time },
}

/// How the circuit breaks, as the client has it whose attempt has just failed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Breaker {
    /// So many different calls in a row open it; none do, if 0.
    pub(super) threshold: u16,
    pub(super) backoff: Backoff,
    /// How long one call alone would keep trying.
    pub(super) patience: Duration,
    /// Nanoseconds between two slots, or more.
    pub(super) period: u64,
}

impl Breaker {
    pub(super) fn new(threshold: u16, terms: &Terms, period: u64) -> Self {
        let period = period.max(LEAST_PERIOD);
        let series = terms.backoff.total(period);
        let requeues = terms.maximum_failed_attempts;
        // After each series but the last a call waits for a slot at least.
        let at_the_back = Duration::from_nanos(period).saturating_mul(requeues);
        let patience = series.saturating_mul(requeues.saturating_add(1));
        Self {
            threshold,
            backoff: terms.backoff,
            patience: patience.saturating_add(at_the_back),
            period,
        }
    }

    fn delay(&self, probes: u32) -> Duration {
        let last = self.backoff.multiplications.max(1);
        let step = probes.saturating_add(1).min(last);
        self.backoff.delay(self.period, step)
    }
}

/// Calls that end without having reached the service, until they are told.
#[derive(Clone, Debug, Default)]
pub(super) struct GivenUp {
    /// The most senior one last.
    calls: Vec<CallId>,
    since: Time,
    until: Time,
}

impl GivenUp {
    /// All calls that wait.
    pub(super) fn all<J>(calls: &Calls<J>, since: Time, until: Time) -> Self {
        let waiting = calls.iter();
        let waiting = waiting.filter(|(_, entry)| entry.phase != Phase::InFlight);
        let mut calls: Vec<_> = waiting.map(|(id, entry)| (entry.seniority, id)).collect();
        calls.sort_unstable_by_key(|(seniority, _)| Reverse(*seniority));
        Self {
            calls: calls.into_iter().map(|(_, id)| id).collect(),
            since,
            until,
        }
    }

    #[cfg(test)]
    pub(super) const fn len(&self) -> usize {
        self.calls.len()
    }

    pub(super) const fn is_empty(&self) -> bool {
        self.calls.is_empty()
    }

    /// The next one to be told, and what. It may have been cancelled meanwhile.
    pub(super) fn next(&mut self) -> Option<(CallId, Refusal)> {
        let call = self.calls.pop()?;
        let Self { since, until, .. } = *self;
        if self.calls.is_empty() {
            // There may have been a million.
            self.calls = Vec::new();
        }
        Some((call, Refusal::Unreachable { since, until }))
    }
}

impl Circuit {
    /// No attempt starts earlier.
    pub(super) const fn closed_until(&self) -> Time {
        match self.open {
            Some(Open { until, .. }) => until,
            None => Time::ZERO,
        }
    }

    /// Whether the service is taken for down.
    pub(super) const fn is_open(&self) -> bool {
        self.open.is_some()
    }

    /// Since when the service cannot be reached, and when the next probe goes at
    /// the earliest, if the circuit is open.
    pub(super) fn outage(&self) -> Option<(Time, Time)> {
        Some((self.since, self.open?.until))
    }

    /// Whether to forget it changes nothing that matters.
    pub(super) fn is_neutral(&self, now: Time) -> bool {
        self.closed_until() <= now
    }

    /// The attempt of a call that started then could not connect.
    pub(super) fn not_reached(
        &mut self,
        id: CallId,
        started: Time,
        breaker: &Breaker,
        lengthen: impl FnOnce(Duration) -> Duration,
        now: Time,
    ) -> Reach {
        if breaker.threshold == 0 {
            return Reach::Failed;
        }
        if self.unreachable.is_empty() {
            self.since = now;
        }
        let Some(open) = &mut self.open else {
            if !self.unreachable.contains(&id) {
                self.unreachable.push(id);
            }
            if self.unreachable.len() < usize::from(breaker.threshold) {
                return Reach::Failed;
            }
            let delay = breaker.delay(0);
            self.open = Some(Open {
                probes: 0,
                delay,
                until: now.after(lengthen(delay)),
                waited: Duration::ZERO,
                given_up: Time::ZERO,
            });
            return Reach::Open;
        };
        // What started before the delay was over says what is known. Which attempt is the
        // probe does not matter here: where connecting takes longer than the others wait
        // for one, it is always another by then.
        if started < open.until {
            return match started < open.given_up {
                true => Reach::TooLate {
                    since: self.since,
                    until: open.until,
                },
                false => Reach::Open,
            };
        }
        open.waited = open.waited.saturating_add(open.delay);
        open.probes = open.probes.saturating_add(1);
        open.delay = breaker.delay(open.probes);
        open.until = now.after(lengthen(open.delay));
        // Delays are counted, not time: attempts that take long to fail must not
        // make the calls give up sooner.
        if open.waited < breaker.patience {
            return Reach::Open;
        }
        open.waited = Duration::ZERO;
        open.given_up = now;
        Reach::GivenUp {
            since: self.since,
            until: open.until,
        }
    }

    /// Something came back from the service. Says whether that closes the circuit.
    pub(super) fn reached(&mut self) -> bool {
        self.unreachable.clear();
        self.open.take().is_some()
    }

    /// Nobody waits any more, so whoever comes next has all the patience again.
    pub(super) const fn nobody_waits(&mut self) {
        if let Some(open) = &mut self.open {
            open.waited = Duration::ZERO;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::properties::seconds;
    use super::*;

    const PERIOD: u64 = 10_000_000_000;

    fn breaker() -> Breaker {
        let terms = Terms {
            backoff: Backoff::DEFAULT,
            maximum_failed_attempts: 1,
            maximum_throttles: 1,
            maximum_retry_after: Duration::ZERO,
            jitter: 0.0,
            least_wait: Duration::ZERO,
        };
        Breaker::new(3, &terms, PERIOD)
    }

    fn id(number: u64) -> CallId {
        CallId::from_bits(1 << 32 | number)
    }

    /// Open since 0 s.
    fn open() -> Circuit {
        let mut circuit = Circuit::default();
        for number in 1..=3 {
            let _ = circuit.not_reached(
                id(number),
                Time::ZERO,
                &breaker(),
                |delay| delay,
                Time::ZERO,
            );
        }
        circuit
    }

    #[test]
    fn the_patience_is_the_life_of_a_call_that_always_fails() {
        assert_eq!(breaker().patience.as_secs(), 1_250);
    }

    #[test]
    fn different_calls_in_a_row_open_it() {
        let mut circuit = Circuit::default();
        let mut fails =
            |number, at| circuit.not_reached(id(number), at, &breaker(), |delay| delay, at);
        for number in [1, 1, 2, 1, 2, 1] {
            assert_eq!(fails(number, seconds(5)), Reach::Failed);
        }
        assert_eq!(fails(3, seconds(9)), Reach::Open);
        assert_eq!(circuit.outage(), Some((seconds(5), seconds(29))));
    }

    #[test]
    fn what_comes_back_in_between_begins_the_count_anew() {
        let mut circuit = Circuit::default();
        for number in 1..=6 {
            let found = circuit.not_reached(
                id(number),
                seconds(number),
                &breaker(),
                |delay| delay,
                seconds(number),
            );
            assert_eq!(found, Reach::Failed);
            if number % 2 == 0 {
                assert!(!circuit.reached());
            }
        }
        assert!(!circuit.is_open());
    }

    #[test]
    fn probes_go_at_the_delays_of_the_series_and_no_later_than_its_last() {
        let mut circuit = open();
        for (at, next) in [(20, 60), (60, 140), (140, 300), (300, 620), (620, 940)] {
            assert_eq!(circuit.closed_until(), seconds(at));
            let found =
                circuit.not_reached(id(9), seconds(at), &breaker(), |delay| delay, seconds(at));
            assert_eq!(found, Reach::Open);
            assert_eq!(circuit.closed_until(), seconds(next));
        }
        assert!(circuit.reached());
        assert!(!circuit.is_open());
    }

    #[test]
    fn those_who_wait_give_up_after_the_life_of_one_call_and_others_begin_anew() {
        let mut circuit = open();
        let mut rounds = Vec::new();
        for probe in 1..=16 {
            let at = circuit.closed_until();
            let found = circuit.not_reached(id(probe), at, &breaker(), |delay| delay, at);
            if let Reach::GivenUp { since, until } = found {
                assert_eq!((since, until), (Time::ZERO, circuit.closed_until()));
                rounds.push((probe, at));
            }
        }
        // Delays of 20, 40, 80, 160, 320, 320 and 320 s; then of 320 s each.
        let expected = [(7, 1_260), (11, 2_540), (15, 3_820)];
        assert_eq!(rounds, expected.map(|(probe, at)| (probe, seconds(at))));
    }

    #[test]
    fn whoever_comes_when_nobody_waited_has_all_the_patience() {
        let mut circuit = open();
        for _ in 0..6 {
            let at = circuit.closed_until();
            assert_eq!(
                circuit.not_reached(id(1), at, &breaker(), |delay| delay, at),
                Reach::Open
            );
        }
        circuit.nobody_waits();
        let at = seconds(100_000);
        assert_eq!(
            circuit.not_reached(id(1), at, &breaker(), |delay| delay, at),
            Reach::Open
        );
    }

    #[test]
    fn what_started_before_the_delay_was_over_is_no_news() {
        let mut circuit = open();
        for number in 4..100 {
            let found = circuit.not_reached(
                id(number),
                seconds(15),
                &breaker(),
                |delay| delay,
                seconds(25),
            );
            assert_eq!(found, Reach::Open);
        }
        assert_eq!(circuit.closed_until(), seconds(20));
    }

    #[test]
    fn without_a_threshold_it_never_opens() {
        let mut circuit = Circuit::default();
        let off = Breaker {
            threshold: 0,
            ..breaker()
        };
        for number in 1..1_000 {
            let found =
                circuit.not_reached(id(number), Time::ZERO, &off, |delay| delay, Time::ZERO);
            assert_eq!(found, Reach::Failed);
        }
        assert!(!circuit.is_open());
    }
}
