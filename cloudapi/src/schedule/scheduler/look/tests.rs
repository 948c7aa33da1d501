//! What can be seen is so.

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::schedule::{
    Backoff, Gate, Joining, LaneId, Limits, Next, Priority, Rate, Room, Terms, Verdict, WhenFull,
};

const PERIOD: u64 = 10_000_000_000;

fn scheduler(room: Room) -> Scheduler<usize> {
    Scheduler::new(Gate {
        limits: Limits::new(&[Rate::new(360, Rate::HOUR)]),
        maximum_in_flight: u32::MAX,
        room,
        circuit_threshold: 5,
        retry_budget: None,
    })
}

fn terms(delay: u64) -> Terms {
    Terms {
        backoff: Backoff {
            minimum: Duration::from_nanos(delay),
            maximum: Duration::from_nanos(delay),
            ..Backoff::DEFAULT
        },
        maximum_failed_attempts: 1,
        maximum_throttles: 20,
        maximum_retry_after: Duration::from_secs(3_600),
        jitter: 0.0,
        least_wait: Duration::ZERO,
    }
}

proptest! {
    /// What is told of the end, and of each call's turn, is what happens then.
    #[test]
    fn the_end_comes_when_it_was_told(
        delays in proptest::collection::vec(0..40 * PERIOD, 0..12),
        held in 0..4_usize,
        waiting in 0..12_usize,
        later in 0..2 * PERIOD,
    ) {
        let mut scheduler = scheduler(Room::UNBOUNDED);
        let mut now = Time::ZERO;
        for delay in &delays {
            scheduler.submit(0, Time::NEVER, now).unwrap();
            let Some(Action::Start(id, _)) = scheduler.poll(now) else {
                panic!("its slot is due");
            };
            let next = scheduler.finish(id, Verdict::Failed, &terms(*delay + 100 * PERIOD), now);
            prop_assert!(next.is_some());
            now = now.after_nanos(PERIOD);
        }
        for _ in 0..held {
            scheduler.submit(0, Time::NEVER, now).unwrap();
        }
        let mut ids = Vec::new();
        prop_assert_eq!(scheduler.poll_ready(now, |_, _, _| false), None);
        for _ in 0..waiting {
            ids.push(scheduler.submit(0, Time::NEVER, now).unwrap());
        }
        now = now.after_nanos(later);
        let look = scheduler.look(now);
        prop_assert_eq!(look.in_line, waiting);
        prop_assert_eq!((look.held, look.backing_off), (held, delays.len()));
        let mut turns = ids.iter().map(|id| scheduler.whereabouts(*id, now)).collect::<Vec<_>>();
        turns.reverse();

        let held: Vec<_> = scheduler
            .jobs()
            .map(|(id, _)| id)
            .filter(|id| scheduler.held(*id).is_some())
            .collect();
        let goes_before = held.len();
        for id in held {
            scheduler.release(id, now);
        }
        let mut last = now;
        let mut started = 0;
        loop {
            while let Some(action) = scheduler.poll(now) {
                let Action::Start(id, _) = action else { panic!("nobody is refused") };
                last = now;
                started += 1;
                if goes_before == 0 && ids.contains(&id) {
                    match turns.pop().unwrap() {
                        Some(Whereabouts::InLine(turn)) => prop_assert_eq!(turn.at, Some(now)),
                        other => panic!("{other:?}"),
                    }
                }
            }
            match scheduler.next_wake() {
                Some(wake) => now = wake,
                None => break,
            }
        }
        prop_assert_eq!(started, waiting + goes_before + delays.len());
        prop_assert_eq!(last, look.empty_at);
    }

    /// Where calls overtake each other, wait for limits of their own or outside,
    /// each still has its turn when it was told, and after as many.
    #[test]
    fn the_turn_of_each_call_comes_when_it_was_told(
        calls in proptest::collection::vec((0..3_usize, 0..3_u16, any::<bool>()), 1..40),
        lanes in 0..3_u16,
        places in 1..30_u32,
        later in 0..2 * PERIOD,
    ) {
        let room = Room { maximum: places, when_full: WhenFull::Wait };
        let mut scheduler = scheduler(room);
        let own = [Rate::new(120, Rate::HOUR), Rate::new(300, Rate::HOUR)];
        let mut known = vec![LaneId::MAIN];
        known.extend((0..lanes).map(|lane| scheduler.add_lane(&own[lane.into()..][..1])));
        let mut now = Time::ZERO;
        let mut ids = Vec::new();
        for (priority, lane, at_once) in calls {
            let joining = Joining {
                deadline: Time::NEVER,
                lane: known[usize::from(lane) % known.len()],
                priority: [Priority::High, Priority::Normal, Priority::Low][priority],
            };
            ids.push(scheduler.submit(0, joining, now).unwrap());
            if at_once {
                while scheduler.poll(now).is_some() {}
            }
        }
        while scheduler.poll(now).is_some() {}
        now = now.after_nanos(later);
        let told = |id| match scheduler.to_rehearse(id, now) {
            Some(copy) => copy.rehearse(id, now),
            None => scheduler.whereabouts(id, now),
        };
        let mut turns: Vec<_> = ids.into_iter().filter_map(|id| match told(id)? {
            Whereabouts::InLine(turn) | Whereabouts::Outside(turn) => Some((id, turn)),
            _ => None,
        }).collect();
        turns.sort_by_key(|(_, turn)| turn.ahead);
        let mut started = Vec::new();
        loop {
            while let Some(action) = scheduler.poll(now) {
                let Action::Start(id, _) = action else { panic!("nobody is refused") };
                started.push((id, Turn { ahead: started.len(), at: Some(now) }));
            }
            match scheduler.next_wake() {
                Some(wake) => now = wake,
                None => break,
            }
        }
        prop_assert_eq!(turns, started);
    }
}

/// One that is tried, one that backs off, one that is held back, one in line and one
/// outside.
#[test]
fn each_call_is_counted_where_it_is() {
    let mut scheduler = scheduler(Room {
        maximum: 3,
        when_full: WhenFull::Wait,
    });
    scheduler.gate.maximum_in_flight = 2;
    let submit = |scheduler: &mut Scheduler<_>, job, now| {
        let joined = scheduler.submit(job, Time::NEVER, now);
        joined.unwrap()
    };
    let first = submit(&mut scheduler, 0, Time::ZERO);
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(first, 0)));
    let next = scheduler.finish(first, Verdict::Failed, &terms(100 * PERIOD), Time::ZERO);
    assert_eq!(next, Some(Next::Waits));
    let now = Time::from_nanos(PERIOD);
    let second = submit(&mut scheduler, 1, now);
    assert_eq!(scheduler.poll(now), Some(Action::Start(second, 1)));
    let now = Time::from_nanos(2 * PERIOD);
    submit(&mut scheduler, 2, now);
    assert_eq!(scheduler.poll_ready(now, |_, _, _| false), None);
    for job in [3, 4] {
        submit(&mut scheduler, job, now);
    }
    let look = scheduler.look(now);
    let since = Time::from_nanos(PERIOD);
    assert_eq!(scheduler.in_flight_since(second), Some(since));
    assert_eq!(scheduler.in_flight_since(first), None);
    let until = Time::from_nanos(100 * PERIOD);
    assert_eq!(scheduler.backs_off_until(first), Some(until));
    assert_eq!(scheduler.backs_off_until(second), None);
    assert_eq!((look.in_flight, look.backing_off, look.held), (1, 1, 1));
    assert_eq!((look.in_line, look.outside), (1, 1));
    assert!(!look.is_full);
    assert!(scheduler.poll(now).is_some());
    assert_eq!(scheduler.poll(now), None);
    let look = scheduler.look(now);
    assert!(look.is_full);
    assert_eq!((look.in_line, look.outside), (1, 0));
}

#[test]
fn who_waits_outside_has_its_slot_too() {
    let mut scheduler = scheduler(Room {
        maximum: 1,
        when_full: WhenFull::Wait,
    });
    let ids = [0, 1, 2, 3].map(|job| {
        let id = scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
        let _ = scheduler.poll(Time::ZERO);
        id
    });
    let look = scheduler.look(Time::ZERO);
    assert_eq!((look.in_line, look.outside), (1, 2));
    let end = Time::from_nanos(3 * PERIOD);
    assert_eq!(look.empty_at, end);
    let copy = scheduler.to_rehearse(ids[3], Time::ZERO).unwrap();
    let (ahead, at) = (2, Some(end));
    let turn = Whereabouts::Outside(Turn { ahead, at });
    assert_eq!(copy.rehearse(ids[3], Time::ZERO), Some(turn));
}

/// It goes to the back of the queue, which is no delay of its own.
#[test]
fn a_call_that_is_put_off_does_not_back_off() {
    let mut scheduler = scheduler(Room::UNBOUNDED);
    let mut gate = scheduler.gate.clone();
    gate.retry_budget = Some(0.0);
    scheduler.set_gate(gate, Time::ZERO);
    while scheduler.retries.take(Time::ZERO) {}
    let id = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
    assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, 0)));
    let mut terms = terms(PERIOD);
    terms.backoff.multiplications = 0;
    let next = scheduler.finish(id, Verdict::Failed, &terms, Time::ZERO);
    assert_eq!(next, Some(Next::Waits));
    let look = scheduler.look(Time::ZERO);
    assert_eq!((look.backing_off, look.put_off), (1, 1));
    assert_eq!(scheduler.backs_off_until(id), None);
}

#[test]
fn who_had_to_give_up_its_place_is_known_until_it_is_told() {
    let mut scheduler = scheduler(Room {
        maximum: 1,
        when_full: WhenFull::DropOldest,
    });
    for job in 0..3 {
        scheduler.submit(job, Time::NEVER, Time::ZERO).unwrap();
        if job == 0 {
            assert!(scheduler.poll(Time::ZERO).is_some());
        }
    }
    assert_eq!(scheduler.displaced().collect::<Vec<_>>(), [&1]);
    assert!(matches!(
        scheduler.poll(Time::ZERO),
        Some(Action::Refuse(1, _))
    ));
    assert_eq!(scheduler.displaced().count(), 0);
}

#[test]
fn a_server_that_asks_for_too_much_turns_all_away_for_as_long_as_is_waited() {
    // An hour at most.
    for (asked, closed) in [(600, 600), (3_600, 3_600), (7_200, 3_600)] {
        let mut scheduler = scheduler(Room::UNBOUNDED);
        let id = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
        assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, 0)));
        let throttled = Verdict::Throttled(Some(Duration::from_secs(asked)));
        let next = scheduler.finish(id, throttled, &terms(PERIOD), Time::ZERO);
        assert_eq!(matches!(next, Some(Next::Waits)), asked <= 3_600);
        let until = Time::ZERO.after(Duration::from_secs(closed));
        assert_eq!(scheduler.closed_to_all_until(Time::ZERO), until, "{asked}");
    }
}

#[test]
fn it_is_throttled_while_the_server_keeps_it_from_a_slot() {
    // The next slot of the limit is at ten seconds.
    for (asked, is_throttled) in [(5, false), (9, false), (10, true), (60, true)] {
        let mut scheduler = scheduler(Room::UNBOUNDED);
        let id = scheduler.submit(0, Time::NEVER, Time::ZERO).unwrap();
        assert_eq!(scheduler.poll(Time::ZERO), Some(Action::Start(id, 0)));
        let now = Time::from_nanos(PERIOD / 10);
        let wait = Duration::from_secs(asked);
        let throttled = Verdict::Throttled(Some(wait));
        let next = scheduler.finish(id, throttled, &terms(PERIOD), now);
        assert_eq!(next, Some(Next::Waits));
        assert_eq!(scheduler.look(now).is_throttled, is_throttled, "{asked} s");
        let over = now.after(wait);
        assert_eq!(
            scheduler.look(over.before_nanos(1)).is_throttled,
            is_throttled
        );
        assert!(!scheduler.look(over).is_throttled);
    }
}

#[test]
fn a_call_whose_deadline_comes_first_is_told_so_and_keeps_nobody() {
    let mut scheduler = scheduler(Room::UNBOUNDED);
    let mut submit = |priority, deadline| {
        let joining = Joining {
            priority,
            ..Joining::from(deadline)
        };
        let id = scheduler.submit(0, joining, Time::ZERO).unwrap();
        let _ = scheduler.poll(Time::ZERO);
        id
    };
    let _first = submit(Priority::Normal, Time::NEVER);
    let hurried = submit(Priority::Low, Time::from_nanos(5 * PERIOD / 2));
    let patient = submit(Priority::Low, Time::NEVER);
    for _ in 0..2 {
        submit(Priority::High, Time::NEVER);
    }
    let told = |id| {
        let copy = scheduler.to_rehearse(id, Time::ZERO).unwrap();
        copy.rehearse(id, Time::ZERO)
    };
    let in_line = |ahead, at| Some(Whereabouts::InLine(Turn { ahead, at }));
    assert_eq!(told(hurried), in_line(2, None));
    assert_eq!(
        told(patient),
        in_line(2, Some(Time::from_nanos(3 * PERIOD)))
    );
}
