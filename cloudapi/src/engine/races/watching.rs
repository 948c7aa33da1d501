//! The end of a client, and those who listen, while calls come and go.

use super::*;
use crate::watch::{Event, EventKind, Events, ShutdownReport};

const GRACE: Duration = Duration::from_secs(5);

/// Makes a call that is answered, or ended by the end of the client.
fn caller(api: &Arc<Api>) -> thread::JoinHandle<bool> {
    let api = Arc::clone(api);
    thread::spawn(move || match block_on(api.get()) {
        Ok(answer) => answer == "fine",
        Err(error) => {
            assert_eq!(error.kind(), ErrorKind::Shutdown, "{error}");
            false
        }
    })
}

fn closer(api: &Arc<Api>, grace: Option<Duration>) -> thread::JoinHandle<ShutdownReport> {
    let api = Arc::clone(api);
    thread::spawn(move || match grace {
        Some(grace) => block_on(api.shutdown(grace)),
        None => block_on(api.drain()),
    })
}

fn total(report: &ShutdownReport) -> usize {
    let ShutdownReport {
        done,
        failed,
        shut_down,
        unknown,
        cancelled,
    } = report;
    done + failed + shut_down + unknown + cancelled
}

/// All that there is without waiting.
fn told(events: &mut Events) -> Vec<Event> {
    let mut all = Vec::new();
    loop {
        let next = pin!(events.next());
        match next.poll(&mut Context::from_waker(Waker::noop())) {
            Poll::Ready(Some(event)) => all.push(event),
            _ => return all,
        }
    }
}

/// How many of the calls were taken in. Those that were not have been told to end at
/// once.
fn taken_in(events: &[Event]) -> usize {
    let submitted = events
        .iter()
        .enumerate()
        .filter(|(_, event)| event.kind() == EventKind::Submitted);
    let kept = submitted.filter(|(place, event)| {
        let next = &events[place + 1..];
        let next = next.iter().find(|next| next.call() == event.call());
        next.map(Event::kind) != Some(TURNED_AWAY) || event.call() as u32 != u32::MAX
    });
    kept.count()
}

const TURNED_AWAY: EventKind = EventKind::Ended {
    kind: ErrorKind::Shutdown,
};

fn nothing_is_left(world: World) {
    let status = world.api.status();
    assert_eq!((status.waiting, status.in_flight), (0, 0));
    world.ends();
}

/// Each call that was taken in is under way or waits when the end begins, so each is
/// in the report, and whoever asks for it has the same.
#[test]
fn the_report_of_a_shutdown_counts_each_call_once() {
    explore(|| {
        let world = World::new(&[Deed::Hangs]);
        let mut events = world.api.events();
        let callers = [caller(&world.api), caller(&world.api)];
        let closers = [Some(GRACE), Some(GRACE)].map(|grace| closer(&world.api, grace));
        let reports = closers.map(|closer| closer.join().expect("a report"));
        let answered = callers.map(|caller| caller.join().expect("a caller"));
        assert_eq!(answered, [false, false]);
        assert_eq!(reports[0], reports[1]);
        let taken_in = taken_in(&told(&mut events));
        assert_eq!(reports[0].shut_down, taken_in);
        assert_eq!(total(&reports[0]), taken_in);
        nothing_is_left(world);
    });
}

/// Calls are answered, dropped and begun while the client is drained, and then shut
/// down: nobody waits for ever, and no call is counted that did not end so.
#[test]
fn a_client_that_ends_while_its_calls_do_has_one_end() {
    explore(|| {
        let world = World::new(&[Deed::Answers, Deed::Fails, Deed::Answers]);
        let mut events = world.api.events();
        let callers = [caller(&world.api), caller(&world.api)];
        let gone = impatient_with_nothing(&world.api);
        let closers = [None, Some(GRACE)].map(|grace| closer(&world.api, grace));
        let reports = closers.map(|closer| closer.join().expect("a report"));
        gone.join().expect("the one that goes");
        let answered = callers.map(|caller| caller.join().expect("a caller"));
        let answered = answered.into_iter().filter(|answered| *answered).count();
        assert_eq!(reports[0], reports[1]);
        let report = reports[0];
        assert!(report.done <= answered + 1, "{report}, {answered} answered");
        assert!(report.cancelled <= 1 && total(&report) <= 3, "{report}");
        assert_eq!((report.failed, report.unknown), (0, 0), "{report}");
        // Of the one that went, too.
        let told = told(&mut events);
        let failed = EventKind::Ended {
            kind: ErrorKind::Runtime,
        };
        assert!(told.iter().all(|event| event.kind() != failed), "{told:?}");
        // Once it has ended, the report is final.
        assert_eq!(block_on(world.api.drain()), report);
        nothing_is_left(world);
    });
}

/// One listener goes while events come; another misses none of them, and is woken for
/// each.
#[test]
fn a_listener_that_goes_takes_no_event_from_another() {
    explore(|| {
        let world = World::new(&[Deed::Answers]);
        let (mut goes, mut stays) = (world.api.events(), world.api.events());
        let goes = thread::spawn(move || {
            let first = block_on(goes.next()).expect("an event");
            assert_eq!(first.kind(), EventKind::Submitted);
        });
        let stays = thread::spawn(move || {
            let mut all = Vec::new();
            while all.iter().filter(|kind| **kind == EventKind::Done).count() < 2 {
                let event = block_on(stays.next()).expect("an event");
                assert_eq!(event.missed(), 0);
                all.push(event.kind());
            }
            all
        });
        let callers = [caller(&world.api), caller(&world.api)];
        goes.join().expect("the one that goes");
        let all = stays.join().expect("the one that stays");
        assert_eq!(all.len(), 8, "{all:?}");
        for caller in callers {
            assert!(caller.join().expect("a caller"));
        }
        world.is_as_before();
    });
}

/// The last listener goes while events come. One that comes later begins with what
/// happens then.
#[test]
fn one_that_listens_later_hears_what_happens_later() {
    explore(|| {
        let world = World::new(&[Deed::Answers]);
        let events = world.api.events();
        let goes = thread::spawn(move || drop(events));
        let first = caller(&world.api);
        goes.join().expect("the one that goes");
        assert!(first.join().expect("a caller"));
        let mut later = world.api.events();
        assert!(caller(&world.api).join().expect("a caller"));
        let heard = told(&mut later);
        let one_call = heard.iter().all(|event| event.call() == heard[0].call());
        assert!(one_call && heard.len() == 4, "{heard:?}");
        assert!(heard.iter().all(|event| event.missed() == 0));
        drop(later);
        world.is_as_before();
    });
}
