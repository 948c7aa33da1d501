//! What is happening: for people, for programs and for their tools.
//!
//! The engine has one hook, [`Watched::note`], which counts and tells the
//! listeners. It is called with the scope locked, so it never waits, and what it
//! tells of one call is in order. All code that is not ours (wakers, a recorder of
//! metrics) runs once the scope is unlocked again.

mod call;
mod channel;
mod event;
#[cfg(feature = "metrics")]
mod metrics;
pub(crate) mod names;
#[cfg(feature = "progress")]
mod progress;
mod shutdown;
mod status;
#[cfg(feature = "tracing")]
mod trace;
#[cfg(not(feature = "tracing"))]
#[path = "no_trace.rs"]
mod trace;
mod words;

use std::task::Waker;
#[cfg(feature = "store")]
use std::time::Duration;

pub(crate) use self::call::Link;
pub use self::call::{CallPhase, CallStatus, Watch};
pub use self::channel::Events;
pub use self::event::{Event, EventKind};
#[cfg(feature = "progress")]
pub use self::progress::Progress;
pub(crate) use self::shutdown::{Closing, How};
pub use self::shutdown::{Shutdown, ShutdownReport};
pub(crate) use self::status::Counts;
pub use self::status::{Outage, Status, StoreOutage, Waits};
pub(crate) use self::trace::{AttemptTrace, CallTrace};

use self::channel::Channel;
use crate::details::unless_it_panics;
use crate::engine::{CallCell, Clock};
use crate::schedule::{CallId, Unreadable};

/// The names of so many fields that make no sense are kept. The profiles know fewer,
/// but one of somebody's own may make up names all the time.
const MOST_FIELDS: usize = 32;

/// What a scope keeps for those who watch it.
#[derive(Debug)]
pub(crate) struct Watched {
    pub(crate) counts: Counts,
    clock: Clock,
    /// There is one once somebody has listened.
    channel: Option<Channel>,
    /// Calls that were not taken in.
    turned_away: u32,
    /// The fields that were told to make no sense.
    unreadable: Vec<&'static str>,
    rest: Rest,
}

/// What is left to do once the scope is unlocked. Nearly always that is nothing,
/// which is handed on in one word.
#[derive(Debug, Default)]
#[must_use]
pub(crate) struct Rest(Option<Box<Left>>);

#[derive(Debug, Default)]
struct Left {
    wakers: Vec<Waker>,
    #[cfg(feature = "metrics")]
    events: Vec<metrics::Measured>,
    #[cfg(feature = "tracing")]
    unreadable: Vec<Unreadable>,
    #[cfg(all(feature = "tracing", feature = "store"))]
    stores: Vec<trace::StoreTrace>,
}

/// What there is to tell of the store that keeps the limits.
#[cfg(feature = "store")]
#[derive(Clone, Copy, Debug)]
pub(crate) enum StoreNews<'a> {
    /// It cannot be asked, and why.
    #[cfg_attr(not(feature = "tracing"), allow(dead_code))]
    Away(&'a str),
    /// It can again, after so long.
    Back(Duration),
}

impl Watched {
    pub(crate) fn new(clock: Clock) -> Self {
        Self {
            counts: Counts::default(),
            clock,
            channel: None,
            turned_away: 0,
            unreadable: Vec::new(),
            rest: Rest::default(),
        }
    }

    /// Something has happened to a call, in the attempt of that number or after it.
    #[inline]
    pub(crate) fn note(
        &mut self,
        id: CallId,
        cell: &CallCell,
        attempt: impl FnOnce() -> u32,
        kind: EventKind,
    ) {
        self.counts.count(kind);
        if kind.is_an_end() && cell.client.closing().has_begun() {
            cell.client.closing().ended(kind, &mut self.rest);
        }
        if cfg!(feature = "metrics") || self.is_heard() {
            self.tell(id, cell, attempt(), kind);
        }
    }

    /// A call was not taken in.
    #[cold]
    pub(crate) fn note_turned_away(&mut self, cell: &CallCell, kind: EventKind) {
        self.turned_away = self.turned_away.wrapping_add(1);
        let id = CallId::turned_away(self.turned_away);
        for kind in [EventKind::Submitted, kind] {
            self.counts.count(kind);
            self.tell(id, cell, 0, kind);
        }
    }

    /// The answer of that attempt has fields that make no sense. A server that sends
    /// one does so all the time, so each is told once.
    #[cold]
    pub(crate) fn note_unreadable(
        &mut self,
        id: CallId,
        cell: &CallCell,
        attempt: u32,
        fields: &[Unreadable],
    ) {
        for unreadable in fields {
            let field = unreadable.field;
            if self.unreadable.contains(&field) || self.unreadable.len() >= MOST_FIELDS {
                continue;
            }
            self.unreadable.push(field);
            #[cfg(feature = "tracing")]
            self.rest
                .0
                .get_or_insert_default()
                .unreadable
                .push(*unreadable);
            self.note(id, cell, || attempt, EventKind::Unreadable { field });
        }
    }

    /// The store that keeps the limits is away, or back. That is told of a call that
    /// waits for it.
    #[cfg(feature = "store")]
    #[cold]
    pub(crate) fn note_store(
        &mut self,
        id: CallId,
        cell: &CallCell,
        attempt: impl FnOnce() -> u32,
        news: StoreNews<'_>,
    ) {
        let kind = match news {
            StoreNews::Away(_) => EventKind::StoreAway,
            StoreNews::Back(after) => EventKind::StoreBack { after },
        };
        #[cfg(feature = "tracing")]
        self.rest.0.get_or_insert_default().stores.push(news.into());
        self.note(id, cell, attempt, kind);
    }

    #[inline]
    fn is_heard(&self) -> bool {
        self.channel.as_ref().is_some_and(Channel::is_heard)
    }

    #[cold]
    fn tell(&mut self, id: CallId, cell: &CallCell, attempt: u32, kind: EventKind) {
        #[cfg(feature = "metrics")]
        self.rest
            .0
            .get_or_insert_default()
            .events
            .push(metrics::Measured::new(cell, kind));
        if let Some(channel) = &self.channel
            && channel.is_heard()
        {
            let event = Event::new(id, cell, attempt, kind, self.clock.wall());
            channel.tell(event, &mut self.rest);
        }
    }

    /// Somebody listens.
    pub(crate) fn listen(&mut self) -> Events {
        self.channel.get_or_insert_default().listen()
    }

    /// Nobody is left to whom anything could happen.
    pub(crate) fn end(&mut self) -> Rest {
        if let Some(channel) = self.channel.take() {
            channel.end(&mut self.rest);
        }
        self.rest()
    }

    /// What is left to do without the lock.
    #[inline]
    pub(crate) fn rest(&mut self) -> Rest {
        std::mem::take(&mut self.rest)
    }
}

impl Rest {
    /// Those who are to be woken.
    fn wake(&mut self, wakers: impl Iterator<Item = Waker>) {
        let mut wakers = wakers.peekable();
        if wakers.peek().is_some() {
            self.0.get_or_insert_default().wakers.extend(wakers);
        }
    }

    #[inline]
    pub(crate) fn carry_out(self) {
        if let Some(left) = self.0 {
            left.carry_out();
        }
    }
}

impl Left {
    /// None of it is ours: what panics keeps none of the others from being told.
    #[cold]
    fn carry_out(self) {
        #[cfg(feature = "metrics")]
        for event in self.events {
            unless_it_panics(|| event.record());
        }
        #[cfg(feature = "tracing")]
        for unreadable in self.unreadable {
            unless_it_panics(|| trace::unreadable(&unreadable));
        }
        #[cfg(all(feature = "tracing", feature = "store"))]
        for store in self.stores {
            unless_it_panics(|| store.tell());
        }
        for waker in self.wakers {
            wake(waker);
        }
    }
}

/// Wakes whoever waits.
pub(crate) fn wake(waker: Waker) {
    // A waker is not ours, and this may be the thread that watches the slots of
    // all scopes. If it panics, nobody else has to suffer.
    unless_it_panics(|| waker.wake());
}
