//! How a client ends: each of its calls is answered, here or by its attempt.

use std::sync::{Arc, Weak};

use super::{Scope, State};
use crate::client::ClientCore;
use crate::engine::CallCell;
use crate::error::ErrorKind;
use crate::outcome::Failure;
use crate::schedule::{CallId, Ending, Refusal, Time};
use crate::watch::{EventKind, How};

impl Scope {
    /// Takes no more calls of a client. What is left of them ends as `how` says; the
    /// time for that is watched like a slot, whoever waits for it.
    pub(crate) fn close(self: &Arc<Self>, client: &Arc<ClientCore>, how: How) {
        let (refused, turn) = self.locked(self.clock.now(), |state, now| {
            let calls = state.calls_of(client);
            // Those that gave up their places are told in this turn or the next.
            let displaced = state.scheduler.displaced();
            let displaced = displaced.filter(|cell| Arc::ptr_eq(&cell.client, client));
            client
                .closing()
                .begin(how, || calls.len() + displaced.count());
            let How::Shutdown(grace) = how else {
                return Vec::new();
            };
            state.stops.push((now.after(grace), Arc::downgrade(client)));
            let kind = |cell: &CallCell, _| EventKind::Ended {
                kind: cell.kind(ErrorKind::Shutdown, None),
            };
            let waiting = calls.into_iter().filter_map(|id| {
                let waits = state.scheduler.in_flight_since(id).is_none();
                waits.then(|| state.take_out(id, kind)).flatten()
            });
            waiting.collect()
        });
        if let How::Shutdown(grace) = how {
            let stop = turn.now.after(grace);
            if stop < Time::NEVER {
                self.clock.wake_at(stop, Arc::downgrade(self));
            }
        }
        turn.carry_out(self);
        for cell in refused {
            cell.refuse(Refusal::Shutdown);
        }
    }

    /// The time of a client is over: ends the calls whose attempts still are under
    /// way.
    pub(super) fn stop(self: &Arc<Self>, client: &Arc<ClientCore>) {
        let (stopped, turn) = self.locked(self.clock.now(), |state, now| {
            let calls = state.calls_of(client).into_iter();
            let stopped: Vec<_> = calls.filter_map(|id| state.stop(id, now)).collect();
            stopped
        });
        turn.carry_out(self);
        for (cell, ending) in stopped {
            cell.stop(ending);
        }
    }
}

impl State {
    fn calls_of(&self, client: &Arc<ClientCore>) -> Vec<CallId> {
        let calls = self.scheduler.jobs();
        let own = calls.filter(|(_, cell)| Arc::ptr_eq(&cell.client, client));
        own.map(|(id, _)| id).collect()
    }

    /// The clients whose time is over.
    pub(super) fn due_stops(&mut self, now: Time) -> Vec<Weak<ClientCore>> {
        if self.stops.is_empty() {
            return Vec::new();
        }
        let due = self.stops.extract_if(.., |(at, _)| *at <= now);
        due.map(|(_, client)| client).collect()
    }

    fn stop(&mut self, id: CallId, now: Time) -> Option<(Arc<CallCell>, Ending)> {
        let started = self.scheduler.in_flight_since(id)?;
        let cell = self.scheduler.cancel(id)?;
        let ending = cell.stopped(started, now);
        let failed = EventKind::Failed {
            failure: Failure::Stopped,
            took: now.since(started),
        };
        let kind = match ending {
            Ending::Unknown => ErrorKind::UnknownOutcome,
            _ => ErrorKind::Shutdown,
        };
        for kind in [failed, EventKind::Ended { kind }] {
            self.watched.note(id, &cell, || cell.recorded(), kind);
        }
        Some((cell, ending))
    }
}
