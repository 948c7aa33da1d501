//! A service that cannot be reached is probed by one attempt at a time.

use std::collections::BTreeMap;
use std::time::Duration;

use proptest::collection::vec;
use proptest::prelude::*;

use super::super::{Action, Ending, Next, Refusal, Report, Scheduler, Terms, Time, Verdict};
use super::random::any_world;
use super::world::{Call, Event, Reply, Story, World};
use super::{SECOND, cases, seconds};

const NOT_REACHED: Verdict = Verdict::Unreachable { again: true };

/// For all time.
fn out(world: World) -> World {
    let outages = vec![(Time::ZERO, Time::NEVER)];
    World { outages, ..world }
}

/// With services that are away now and then, or for good.
fn unsteady_world() -> impl Strategy<Value = World> {
    let outages = vec((0..200_u64, 0..400_u64), 1..4);
    (any_world(), outages, 0..7_u16).prop_map(|(mut world, outages, threshold)| {
        let quarter = world.period() / 4;
        world.gate.circuit_threshold = threshold;
        world.outages = outages
            .iter()
            .map(|(from, length)| {
                let from = Time::from_nanos(from * quarter);
                let until = match length % 10 {
                    0 => Time::NEVER,
                    _ => from.after_nanos(length * quarter),
                };
                (from, until)
            })
            .collect();
        world
    })
}

/// What an onlooker makes of the circuit, from the story alone.
#[derive(Default)]
struct Onlooker {
    failed: Vec<usize>,
    open: bool,
    probes: u32,
    /// No attempt starts earlier.
    until: Time,
    /// The latest attempt that started while it was open, and when, while it lasts.
    probe: Option<(usize, Time)>,
    /// When the latest attempt of each call started.
    started: BTreeMap<usize, Time>,
}

impl Onlooker {
    fn sees(&mut self, world: &World, now: Time, call: usize, event: Event) {
        let delay = |probes: u32| {
            let backoff = world.terms.backoff;
            let step = (probes + 1).min(backoff.multiplications.max(1));
            backoff.delay(world.period().max(SECOND / 2), step)
        };
        if event == Event::Started {
            self.started.insert(call, now);
        }
        match event {
            Event::Started if self.open => {
                assert!(now >= self.until, "a probe before its time");
                if let Some((_, since)) = self.probe {
                    assert!(now >= since.after_nanos(60 * SECOND), "two at a time");
                }
                self.probe = Some((call, now));
            }
            Event::Answered(NOT_REACHED, _) if !self.open => {
                if !self.failed.contains(&call) {
                    self.failed.push(call);
                }
                let threshold = usize::from(world.gate.circuit_threshold);
                if self.failed.len() == threshold {
                    self.open = true;
                    self.until = now.after(delay(0));
                }
            }
            Event::Answered(NOT_REACHED, _) => {
                self.probe = self.probe.filter(|probe| probe.0 != call);
                if self.started[&call] >= self.until {
                    self.probes += 1;
                    self.until = now.after(delay(self.probes));
                }
            }
            Event::Answered(..) => {
                let started = std::mem::take(&mut self.started);
                *self = Self {
                    started,
                    ..Self::default()
                };
            }
            Event::Cancelled if self.probe.is_some_and(|probe| probe.0 == call) => {
                self.probe = None;
            }
            _ => {}
        }
    }
}

fn given_up(story: &Story) -> usize {
    let ends = story.0.iter().filter(|line| {
        let (Event::Refused(refusal) | Event::Answered(_, Next::Ends(Ending::Refused(refusal)))) =
            line.2
        else {
            return false;
        };
        matches!(refusal, Refusal::Unreachable { .. })
    });
    ends.count()
}

proptest! {
    #![proptest_config(cases(400))]

    /// The simulation sees to it that each call ends exactly once, that nothing is
    /// left, and that there is no busy loop.
    #[test]
    fn one_probe_at_a_time_and_at_its_time(world in unsteady_world()) {
        let story = world.run();
        let mut onlooker = Onlooker::default();
        for &(now, call, event) in &story.0 {
            onlooker.sees(&world, now, call, event);
        }
        for call in 0..world.calls.len() {
            prop_assert!(story.end_of(call).1.is_an_end());
        }
    }

    #[test]
    fn deadlines_hold_while_it_is_open(world in unsteady_world()) {
        for (now, call, event) in world.run().0 {
            let deadline = world.calls[call].deadline;
            prop_assert!(event != Event::Started || now <= deadline);
            if let Event::Refused(Refusal::Deadline { would_run_at })
            | Event::TurnedAway(Refusal::Deadline { would_run_at }) = event
            {
                prop_assert!(would_run_at > deadline);
            }
        }
    }

    /// Without the circuit, it is as any failure is.
    #[test]
    fn without_a_threshold_nothing_is_different(mut world in unsteady_world()) {
        world.gate.circuit_threshold = 0;
        let story = world.run();
        prop_assert_eq!(given_up(&story), 0);
        let mut plain = world.clone();
        plain.gate.circuit_threshold = u16::MAX;
        let starts = plain.run().starts();
        prop_assert_eq!(story.starts(), starts);
    }

    /// Nobody gives up sooner than a call would that is alone with the same service,
    /// from the moment the circuit opened.
    #[test]
    fn a_service_that_comes_back_in_time_answers_all(
        count in 6..80_usize,
        length in 1..1_150_u64,
    ) {
        let mut world = World::new(360).with(vec![Call::at(Time::ZERO); count]);
        // The circuit opens at 100 s at the latest, and gives up 1,260 s after that.
        world.outages = vec![(Time::ZERO, seconds(length))];
        let story = world.run();
        prop_assert_eq!(given_up(&story), 0);
        for call in 0..count {
            prop_assert_eq!(story.ending_of(call), Ending::Done);
        }
    }
}

#[test]
fn a_lone_call_has_its_whole_series() {
    for count in 1..5 {
        let story = out(World::new(36_000))
            .with((0..count).map(|n| Call::at(seconds(1_000 * n))))
            .run();
        for (call, began) in (0..count).map(|n| (n as usize, 1_000_000 * n)) {
            // A tenth of a second each, so all is a hundredth of what it is by default.
            let times = [
                0, 200, 600, 1_400, 3_000, 6_200, 6_300, 6_500, 6_900, 7_700, 9_300, 12_500,
            ];
            let at = |time: u64| Time::from_nanos((began + time) * 1_000_000);
            assert_eq!(story.starts_of(call), times.map(at));
            assert_eq!(story.ending_of(call), Ending::Exhausted);
        }
    }
}

#[test]
fn a_thousand_calls_on_a_dead_host_cost_what_a_few_would() {
    let story = out(World::new(360).with(vec![Call::at(Time::ZERO); 1_000])).run();
    // Before anybody knows, every slot is taken; then 20, 40, 80, 160, and 320 s thrice.
    let before = (0..=10).map(|slot| 10 * slot);
    let probes = [120, 160, 240, 400, 720, 1_040, 1_360];
    let times: Vec<_> = before.chain(probes).map(seconds).collect();
    assert_eq!(story.starts(), times);
    assert_eq!(given_up(&story), 1_000);
    let refusal = Refusal::Unreachable {
        since: Time::ZERO,
        until: seconds(1_680),
    };
    assert_eq!(story.end_of(999), (seconds(1_360), Event::Refused(refusal)));
}

#[test]
fn a_service_that_is_back_has_all_calls_at_the_usual_pace() {
    let mut world = World::new(360).with(vec![Call::at(Time::ZERO); 1_000]);
    world.outages = vec![(Time::ZERO, seconds(600))];
    let story = world.run();
    // The probe at 720 s is answered.
    let starts = story.starts();
    assert_eq!(starts.len(), 11 + 4 + 1_000);
    for (n, start) in (0..).zip(&starts[15..]) {
        assert_eq!(*start, seconds(720 + 10 * n));
    }
}

#[test]
fn a_probe_spends_nothing_of_its_calls_series() {
    let mut world = World::new(360).with(vec![Call::at(Time::ZERO); 6]);
    world.terms.backoff.multiplications = 3;
    world.terms.maximum_failed_attempts = 0;
    // Six probes and more, which no series of three could pay for.
    world.gate.circuit_threshold = 2;
    world.outages = vec![(Time::ZERO, seconds(130))];
    let story = world.run();
    for call in 0..6 {
        assert_eq!(story.ending_of(call), Ending::Done, "{call}");
    }
}

#[test]
fn who_comes_after_all_have_given_up_has_the_same_patience() {
    let early = vec![Call::at(Time::ZERO); 10];
    let late = [Call::at(seconds(1_400)), Call::at(seconds(1_500))];
    let story = out(World::new(360).with(early.into_iter().chain(late))).run();
    assert_eq!(story.end_of(9).0, seconds(1_360));
    let probes = [1_680, 2_000, 2_320, 2_640];
    assert_eq!(story.starts_of(10), probes.map(seconds));
    let since = Time::ZERO;
    let until = seconds(2_960);
    let refusal = Refusal::Unreachable { since, until };
    assert_eq!(story.ending_of(10), Ending::Refused(refusal));
    assert_eq!(story.end_of(11), (seconds(2_640), Event::Refused(refusal)));
}

/// Where packets vanish, connecting takes as long as `connect_timeout` says.
#[test]
fn probes_that_take_longer_than_the_others_wait_for_them_count_too() {
    for latency in [59, 61, 90, 600] {
        let reply = Reply::after(latency * SECOND, NOT_REACHED);
        let call = Call::at(Time::ZERO).replies(&[reply; 200]);
        let story = World::new(3_600_000).with(vec![call; 20]).run();
        // All of them, those too that were under way when the others were told.
        assert_eq!(given_up(&story), 20, "{latency}");
        // One attempt of each before anybody knows, then seven that count, and one more
        // for each minute that one of them takes.
        let probes = story.starts().len() as u64 - 20;
        let most = 7 * (latency / 60 + 2);
        assert!((7..=most).contains(&probes), "{latency}: {probes}");
        // Their delays come to 63 s, and their part may be taken for a minute.
        let last = story.0.last().unwrap().0;
        assert!(
            last <= seconds(9 * latency + 7 * 60 + 63),
            "{latency}: {last:?}"
        );
    }
}

/// A scheduler whose circuit has just opened, at 0 s, with two calls that wait.
fn opened(terms: &Terms) -> (Scheduler<usize>, [super::super::CallId; 3]) {
    let mut world = World::new(3_600_000);
    world.gate.circuit_threshold = 1;
    let mut scheduler = Scheduler::new(world.gate);
    let ids = [0, 1, 2].map(|job| scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap());
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(ids[0], 0)));
    let next = scheduler.finish(ids[0], NOT_REACHED, terms, Time::ZERO);
    assert_eq!(next, Some(Next::Waits));
    (scheduler, ids)
}

fn patient() -> Terms {
    let mut terms = World::new(1).terms;
    terms.backoff.minimum = Duration::from_secs(10);
    terms
}

#[test]
fn a_probe_that_is_given_up_or_says_nothing_leaves_its_part_to_the_next() {
    let (mut scheduler, ids) = opened(&patient());
    assert_eq!(scheduler.next_wake(), Some(seconds(10)));
    assert_eq!(scheduler.poll(seconds(10)), Some(Action::Start(ids[0], 0)));
    assert_eq!(scheduler.poll(seconds(11)), None, "one at a time");
    assert_eq!(scheduler.cancel(ids[0]), Some(0));
    assert_eq!(scheduler.poll(seconds(12)), Some(Action::Start(ids[1], 1)));
    let verdict = Verdict::Ends;
    let silent = Report {
        verdict,
        tells: false,
    };
    let next = scheduler.finish(ids[1], silent, &patient(), seconds(13));
    assert_eq!(next, Some(Next::Ends(Ending::Failed)));
    assert!(scheduler.outage().is_some(), "it has not been found out");
    assert_eq!(scheduler.poll(seconds(13)), Some(Action::Start(ids[2], 2)));
    let next = scheduler.finish(ids[2], Verdict::Ends, &patient(), seconds(14));
    assert_eq!(next, Some(Next::Ends(Ending::Failed)));
    assert_eq!(scheduler.outage(), None, "an error is an answer too");
    assert_eq!(scheduler.leftovers(), 0);
}

#[test]
fn a_probe_that_takes_long_has_connected_and_holds_nobody_up_for_ever() {
    let (mut scheduler, ids) = opened(&patient());
    assert_eq!(scheduler.poll(seconds(10)), Some(Action::Start(ids[0], 0)));
    assert_eq!(scheduler.next_wake(), Some(seconds(70)));
    assert_eq!(scheduler.poll(seconds(70)), Some(Action::Start(ids[1], 1)));
    assert_eq!(scheduler.poll(seconds(71)), None, "that one is a probe too");
    let next = scheduler.finish(ids[0], Verdict::Done, &patient(), seconds(72));
    assert_eq!(next, Some(Next::Ends(Ending::Done)));
    assert_eq!(scheduler.poll(seconds(72)), Some(Action::Start(ids[2], 2)));
}

#[test]
fn those_who_are_given_up_have_to_be_told_at_once() {
    let mut terms = World::new(1).terms;
    terms.backoff.multiplications = 1;
    terms.maximum_failed_attempts = 0;
    let (mut scheduler, ids) = opened(&terms);
    let now = seconds(1);
    assert_eq!(scheduler.poll(now), Some(Action::Start(ids[0], 0)));
    let next = scheduler.finish(ids[0], NOT_REACHED, &terms, now);
    assert!(
        matches!(next, Some(Next::Ends(Ending::Refused(_)))),
        "{next:?}"
    );
    assert_eq!(scheduler.next_wake(), Some(Time::ZERO));
    for job in [1, 2] {
        let told = scheduler.poll(now);
        assert!(
            matches!(told, Some(Action::Refuse(refused, _)) if refused == job),
            "{told:?}"
        );
    }
    assert_eq!(scheduler.leftovers(), 0);
}

#[test]
fn a_circuit_that_is_switched_off_closes() {
    let (mut scheduler, ids) = opened(&patient());
    let mut gate = World::new(3_600_000).gate;
    gate.circuit_threshold = 9;
    scheduler.set_gate(gate.clone(), Time::ZERO);
    assert!(scheduler.outage().is_some(), "it is still open");
    gate.circuit_threshold = 0;
    scheduler.set_gate(gate, Time::ZERO);
    assert_eq!(scheduler.outage(), None);
    assert_eq!(scheduler.poll(seconds(1)), Some(Action::Start(ids[0], 0)));
}

#[test]
fn who_never_tries_again_ends_at_once_and_is_a_sign_all_the_same() {
    let mut world = World::new(3_600_000);
    world.gate.circuit_threshold = 2;
    let mut scheduler = Scheduler::new(world.gate);
    for job in 0..2 {
        let now = seconds(job);
        let id = scheduler.submit(job, Time::NEVER, now).unwrap();
        assert_eq!(scheduler.poll(now), Some(Action::Start(id, job)));
        let never = Verdict::Unreachable { again: false };
        let next = scheduler.finish(id, never, &patient(), now);
        assert_eq!(next, Some(Next::Ends(Ending::Failed)));
    }
    let outage = scheduler.outage();
    assert_eq!(outage, Some((Time::ZERO, seconds(11))));
    assert!(!scheduler.is_neutral(seconds(10)));
    assert!(scheduler.is_neutral(seconds(11)));
}

#[test]
fn where_nothing_is_ever_tried_again_a_probe_is_not_either() {
    let mut world = out(World::new(360).with(vec![Call::at(Time::ZERO); 20]));
    world.terms.backoff.multiplications = 0;
    world.terms.maximum_failed_attempts = 0;
    let story = world.run();
    for call in 0..20 {
        assert!(story.starts_of(call).len() <= 1);
    }
}
