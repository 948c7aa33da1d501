//! Only so many calls may wait, and what happens to those for which there is no
//! place.

use std::time::Duration;

use proptest::prelude::*;

use super::super::{Action, Ending, Joining, Next, Priority, Rate, Refusal, Room, Scheduler, Time};
use super::super::{Verdict, WhenFull};
use super::random::{any_world, crowd, punctual_world};
use super::referee::judge;
use super::world::{Call, Event, Reply, World};
use super::{cases, seconds};

const fn room(maximum: u32, when_full: WhenFull) -> Room {
    Room { maximum, when_full }
}

fn when_full() -> impl Strategy<Value = WhenFull> {
    prop_oneof![
        Just(WhenFull::Refuse),
        Just(WhenFull::Wait),
        Just(WhenFull::DropOldest),
    ]
}

fn limited(world: World, maximum: u32, when_full: WhenFull) -> World {
    let mut world = world;
    world.gate.room = room(maximum, when_full);
    world
}

/// What waits, as the story tells it: the call, and whether it has been tried.
#[derive(Default)]
struct Waiting(Vec<(usize, bool)>);

impl Waiting {
    fn happened(&mut self, call: usize, event: Event) {
        match event {
            Event::Submitted => self.0.push((call, false)),
            Event::Answered(_, Next::Waits) => self.0.push((call, true)),
            _ => self.0.retain(|other| other.0 != call),
        }
    }

    fn untried(&self) -> impl Iterator<Item = usize> {
        self.0.iter().filter(|call| !call.1).map(|call| call.0)
    }
}

proptest! {
    #![proptest_config(cases(200))]

    /// The simulation sees to it that each call ends once, that nothing is left,
    /// and that no wake is early, repeated or missing.
    #[test]
    fn nothing_is_lost_where_there_is_little_room(
        world in prop_oneof![any_world(), crowd()],
        maximum in 1..6_u32,
        when_full in when_full(),
    ) {
        let _ = limited(world, maximum, when_full).run();
    }

    #[test]
    fn a_call_is_refused_only_where_the_queue_is_full(
        world in crowd(),
        maximum in 1..6_u32,
        drops in any::<bool>(),
    ) {
        let when_full = if drops { WhenFull::DropOldest } else { WhenFull::Refuse };
        let world = limited(world, maximum, when_full);
        let story = world.run();
        let mut waiting = Waiting::default();
        for (at, &(now, call, event)) in story.0.iter().enumerate() {
            match event {
                Event::TurnedAway(Refusal::Full { until }) => {
                    prop_assert!(waiting.0.len() >= maximum as usize && until >= now);
                    let rank = |call: usize| world.calls[call].priority.rank();
                    let all_matter_more = waiting.untried().all(|other| rank(other) < rank(call));
                    prop_assert!(!drops || all_matter_more);
                }
                // It has a place, or its slot at once.
                Event::Submitted if !drops => {
                    let next = story.0.get(at + 1);
                    let at_once = next.is_some_and(|next| *next == (now, call, Event::Started));
                    prop_assert!(waiting.0.len() < maximum as usize || at_once);
                }
                Event::Refused(Refusal::Displaced { until }) => {
                    prop_assert!(drops && until >= now);
                    prop_assert!(waiting.0.len() > maximum as usize);
                    let rank = |call: usize| world.calls[call].priority.rank();
                    let newcomer = waiting.untried().last().unwrap();
                    prop_assert!(rank(call) >= rank(newcomer));
                    // The oldest of the lowest priority; the sort is stable.
                    let mut new: Vec<_> = waiting.untried().filter(|other| *other != newcomer).collect();
                    new.sort_by_key(|call| std::cmp::Reverse(rank(*call)));
                    prop_assert_eq!(new.first(), Some(&call));
                }
                _ => {}
            }
            waiting.happened(call, event);
        }
    }

    /// Where a call waits outside, it has its slot when it would have had it.
    #[test]
    fn waiting_outside_costs_nobody_a_slot_or_a_turn(
        world in punctual_world(),
        maximum in 1..6_u32,
    ) {
        let mut world = world;
        if world.period() < super::SECOND / 10 {
            // There, waiting for room in flight is lateness, and its count begins
            // anew where the line is empty for a moment.
            world.gate.maximum_in_flight = u32::MAX;
        }
        for call in &mut world.calls {
            call.replies.retain(|reply| reply.verdict == Verdict::Done);
        }
        let story = world.run();
        let narrow = limited(world, maximum, WhenFull::Wait).run();
        prop_assert_eq!(story.0, narrow.0);
    }

    /// However many calls of an endpoint that has to wait fill the queue.
    #[test]
    fn no_slot_is_idle_while_somebody_outside_could_start(world in crowd(), maximum in 1..6_u32) {
        let world = limited(world, maximum, WhenFull::Wait);
        for start in judge(&world, &world.run()) {
            prop_assert_eq!(start.possible, Some(start.at), "{:?}", start);
        }
    }

    #[test]
    fn nobody_overtakes_outside_within_an_endpoint(mut world in crowd(), maximum in 1..6_u32) {
        for call in &mut world.calls {
            call.replies.clear();
        }
        let world = limited(world, maximum, WhenFull::Wait);
        let story = world.run();
        for call in 0..world.calls.len() {
            let one = &world.calls[call];
            let kin = |other: &usize| {
                let other = &world.calls[*other];
                (one.lane, one.priority) == (other.lane, other.priority)
            };
            let happened = |which| {
                let lines = story.0.iter().filter(move |line| line.2 == which);
                lines.map(|line| line.1).filter(kin)
            };
            let started: Vec<_> = happened(Event::Started).collect();
            let came = happened(Event::Submitted).filter(|call| started.contains(call));
            prop_assert_eq!(&started, &came.collect::<Vec<_>>());
        }
    }
}

/// A queue that is full of calls of an endpoint with six a minute, with more of them outside.
#[test]
fn an_endpoint_that_waits_does_not_keep_the_others_outside() {
    let mut world = limited(World::new(3_600), 3, WhenFull::Wait);
    world.lanes = vec![vec![Rate::new(6, Duration::from_secs(60))]];
    let limited = vec![Call::at(Time::ZERO).lane(1); 12];
    // Two that come together: the second finds the first outside.
    let others = [4, 4, 8, 20].map(|second| Call::at(seconds(second)));
    let late = Call::at(seconds(5)).deadline(seconds(119)).lane(1);
    let story = world
        .with([limited, others.to_vec(), vec![late]].concat())
        .run();
    for call in 0..12 {
        assert_eq!(story.starts_of(call), [seconds(10 * call as u64)]);
    }
    for (call, at) in [(12, 4), (13, 5), (14, 8), (15, 21)] {
        assert_eq!(story.starts_of(call), [seconds(at)], "{call}");
    }
    // Eleven of its endpoint are before it, in line or outside.
    let would_run_at = seconds(120);
    let missed = Event::TurnedAway(Refusal::Deadline { would_run_at });
    assert_eq!(story.end_of(16), (seconds(5), missed));
}

#[test]
fn a_call_is_refused_with_the_time_of_the_next_place() {
    let world = limited(World::new(360), 2, WhenFull::Refuse);
    let calls = [0, 0, 0, 5, 15].map(|second| Call::at(seconds(second)));
    let story = world.with(calls).run();
    let until = seconds(10);
    let full = Event::TurnedAway(Refusal::Full { until });
    assert_eq!(story.end_of(3), (seconds(5), full));
    assert_eq!(story.starts(), [0, 10, 20, 30].map(seconds));
}

#[test]
fn calls_that_are_in_are_tried_again_however_full_it_is() {
    let mut world = limited(World::new(360), 1, WhenFull::Refuse);
    world.terms.backoff.multiplications = 1;
    let failing = Call::at(Time::ZERO).replies(&[Reply::at_once(Verdict::Failed); 3]);
    let calls = [failing, Call::at(seconds(5)), Call::at(seconds(12))];
    let story = world.with(calls).run();
    // The first backs off and takes the place; the gate is closed until 10 s.
    let until = seconds(20);
    let full = Event::TurnedAway(Refusal::Full { until });
    assert_eq!(story.end_of(1), (seconds(5), full));
    // From then on whoever comes needs no place: its slot is free.
    assert_eq!(story.starts_of(2), [seconds(12)]);
    assert_eq!(story.starts_of(0), [0, 22, 32, 52].map(seconds));
    assert_eq!(story.ending_of(0), Ending::Done);
}

#[test]
fn who_waits_outside_comes_in_first_come_first_served() {
    let world = limited(World::new(360), 2, WhenFull::Wait);
    let calls = (0..20).map(|n| Call::at(seconds(n / 4)));
    let story = world.with(calls).run();
    for call in 0..20 {
        assert_eq!(story.starts_of(call), [seconds(10 * call as u64)]);
    }
}

/// That is what makes it an outside: the back of the queue is before it.
#[test]
fn who_goes_to_the_back_of_the_queue_is_before_those_outside() {
    let mut world = limited(World::new(360), 1, WhenFull::Wait);
    world.terms.backoff.multiplications = 0;
    let failing = [Reply::after(5 * super::SECOND, Verdict::Failed)];
    let failing = Call::at(Time::ZERO).replies(&failing);
    let others = vec![Call::at(Time::ZERO); 3];
    let story = world.with([vec![failing], others].concat()).run();
    assert_eq!(story.starts_of(0), [0, 20].map(seconds));
    assert_eq!(story.starts_of(1), [seconds(10)]);
    assert_eq!(story.starts_of(2), [seconds(30)]);
}

#[test]
fn who_waits_outside_has_a_deadline_and_can_leave() {
    let world = limited(World::new(360), 1, WhenFull::Wait);
    let calls = [
        Call::at(Time::ZERO),
        Call::at(Time::ZERO),
        Call::at(Time::ZERO).cancelled(seconds(12)),
        Call::at(Time::ZERO).deadline(seconds(29)),
        Call::at(Time::ZERO).deadline(seconds(30)),
    ];
    let story = world.with(calls).run();
    let would_run_at = seconds(30);
    let missed = Refusal::Deadline { would_run_at };
    assert_eq!(story.end_of(3), (Time::ZERO, Event::TurnedAway(missed)));
    assert_eq!(story.starts_of(4), [seconds(20)]);
}

#[test]
fn who_waits_outside_hears_that_the_gate_is_barred() {
    let mut world = limited(World::new(360), 1, WhenFull::Wait);
    world.terms.maximum_retry_after = Duration::from_secs(100);
    let asked = Some(Duration::from_secs(1_000));
    let refused = Reply::at_once(Verdict::Throttled(asked));
    let calls = [
        Call::at(Time::ZERO).replies(&[refused]),
        Call::at(Time::ZERO).replies(&[refused]),
        Call::at(Time::ZERO),
    ];
    let mut story = world.clone().with(calls.clone()).run();
    assert_eq!(story.starts(), [Time::ZERO]);
    // The same where the first is answered later, with two outside.
    let [mut first, second, third] = calls;
    first.replies[0].latency = Some(5 * super::SECOND);
    story = world.with([first, second, third]).run();
    let until = seconds(105);
    for waiting in [1, 2] {
        let barred = Event::Refused(Refusal::Barred { until });
        assert_eq!(story.end_of(waiting), (seconds(5), barred));
    }
}

#[test]
fn the_oldest_of_the_lowest_priority_gives_its_place_to_a_newer_call() {
    let world = limited(World::new(360), 3, WhenFull::DropOldest);
    let call = |second, priority| Call::at(seconds(second)).priority(priority);
    let calls = [
        call(0, Priority::Normal),
        call(1, Priority::Normal),
        call(2, Priority::Low),
        call(3, Priority::Low),
        call(4, Priority::Normal),
        call(5, Priority::Low),
        call(6, Priority::High),
        call(7, Priority::Normal),
        call(8, Priority::Low),
    ];
    let story = world.with(calls).run();
    let until = seconds(10);
    let displaced = |second| {
        (
            seconds(second),
            Event::Refused(Refusal::Displaced { until }),
        )
    };
    assert_eq!(story.end_of(2), displaced(4));
    assert_eq!(story.end_of(3), displaced(5));
    assert_eq!(story.end_of(5), displaced(6));
    assert_eq!(story.end_of(1), displaced(7));
    let full = Event::TurnedAway(Refusal::Full { until });
    assert_eq!(story.end_of(8), (seconds(8), full), "it matters least");
    let order: Vec<_> = [6, 4, 7].map(|call| story.starts_of(call)[0]).into();
    assert_eq!(order, [10, 20, 30].map(seconds));
}

#[test]
fn a_call_that_was_tried_does_not_give_its_place_away() {
    let world = limited(World::new(360), 1, WhenFull::DropOldest);
    let failing = Call::at(Time::ZERO).replies(&[Reply::at_once(Verdict::Failed)]);
    let story = world.with([failing, Call::at(seconds(5))]).run();
    let until = seconds(20);
    let full = Event::TurnedAway(Refusal::Full { until });
    assert_eq!(story.end_of(1), (seconds(5), full));
    assert_eq!(story.starts_of(0), [0, 20].map(seconds));
}

/// The engine may leave the newcomer's turn to another thread, and the newcomer
/// may go before that.
#[test]
fn who_gave_a_place_away_is_told_also_if_nobody_waits_any_more() {
    let world = limited(World::new(360), 1, WhenFull::DropOldest);
    let mut scheduler = Scheduler::new(world.gate.clone());
    let submit = |scheduler: &mut Scheduler<u32>, job| {
        let joining: Joining = Time::NEVER.into();
        scheduler.submit(job, joining, Time::ZERO).unwrap()
    };
    let first = submit(&mut scheduler, 0);
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(first, 0)));
    let _ = scheduler.finish(first, Verdict::Done, &world.terms, Time::ZERO);
    let oldest = submit(&mut scheduler, 1);
    let newest = submit(&mut scheduler, 2);
    assert_eq!(scheduler.cancel(oldest), None, "it has ended");
    assert_eq!(scheduler.cancel(newest), Some(2));
    assert!(!scheduler.is_empty() && !scheduler.is_neutral(seconds(10)));
    assert_eq!(scheduler.next_wake(), Some(Time::ZERO));
    let told = scheduler.poll(Time::ZERO);
    assert!(matches!(
        told,
        Some(Action::Refuse(1, Refusal::Displaced { .. }))
    ));
    assert_eq!(scheduler.leftovers(), 0);
}

#[test]
fn many_who_give_their_places_away_leave_no_trace() {
    let world = limited(World::new(1), 100, WhenFull::DropOldest);
    let mut scheduler = Scheduler::new(world.gate);
    for job in 0..5_000 {
        scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
        while scheduler.poll(Time::ZERO).is_some() {}
    }
    assert!(
        scheduler.leftovers() <= 3 * 100 + 1,
        "{}",
        scheduler.leftovers()
    );
}
