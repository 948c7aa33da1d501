//! The way of the events to those who listen.

use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError};
use std::task::{Context, Poll, Waker};

use futures_core::Stream;
use slab::Slab;

use super::{Event, Rest};
use crate::engine::sync::{Mutex, MutexGuard};

/// So many events are kept for a listener that is slow: those of a thousand calls
/// and more.
const KEPT: usize = 4_096;

/// One for each scope to which somebody listens.
#[derive(Debug, Default)]
pub(super) struct Channel(Arc<Shared>);

#[derive(Debug, Default)]
struct Shared {
    ring: Mutex<Ring>,
    /// How many listen, so that nothing is made for nobody.
    listening: AtomicUsize,
}

#[derive(Debug, Default)]
struct Ring {
    /// The latest events, for all listeners.
    events: VecDeque<Event>,
    /// How many came before the first of those.
    forgotten: u64,
    listeners: Slab<Listener>,
    ended: bool,
}

#[derive(Debug)]
struct Listener {
    /// How many it has had, or has missed.
    seen: u64,
    waker: Option<Waker>,
}

/// What happens to the calls of a gate, as it happens: what
/// [`RestApi::events`](crate::RestApi::events) returns.
///
/// It is a `futures` `Stream`, and [`next`](Self::next) serves without a further
/// crate. It ends when the last client of the gate has gone.
///
/// Nothing waits for a listener. The latest 4,096 events are kept; one that is
/// slower loses the oldest, and the next event that it gets says how many
/// ([`Event::missed`]).
///
/// ```
/// use cloudapi::EventKind;
/// use cloudapi::prelude::*;
///
/// #[rest_api(baseurl = "https://api.example.com/")]
/// struct Example;
///
/// # async fn run() -> Result<()> {
/// let example = Example::new()?;
/// let mut events = example.events();
/// while let Some(event) = events.next().await {
///     if let EventKind::Throttled { wait } = event.kind() {
///         eprintln!("{} {}: throttled for {wait:?}", event.method(), event.path());
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "events are told to those who listen"]
pub struct Events {
    shared: Arc<Shared>,
    key: usize,
}

impl Channel {
    pub(super) fn listen(&self) -> Events {
        let mut ring = self.0.lock();
        let seen = ring.told();
        let key = ring.listeners.insert(Listener { seen, waker: None });
        self.0.listening.fetch_add(1, Ordering::Relaxed);
        Events {
            shared: Arc::clone(&self.0),
            key,
        }
    }

    pub(super) fn is_heard(&self) -> bool {
        // One that has just begun to listen has done so with the scope locked.
        self.0.listening.load(Ordering::Relaxed) > 0
    }

    /// Adds the wakers of those who wait for it.
    pub(super) fn tell(&self, event: Event, rest: &mut Rest) {
        let mut ring = self.0.lock();
        if ring.listeners.is_empty() {
            return;
        }
        if ring.events.len() == KEPT {
            ring.events.pop_front();
            ring.forgotten += 1;
        }
        ring.events.push_back(event);
        ring.wake(rest);
    }

    pub(super) fn end(&self, rest: &mut Rest) {
        let mut ring = self.0.lock();
        ring.ended = true;
        ring.wake(rest);
    }
}

impl Ring {
    /// How many events there were in all.
    fn told(&self) -> u64 {
        self.forgotten + self.events.len() as u64
    }

    fn wake(&mut self, rest: &mut Rest) {
        let listeners = self.listeners.iter_mut();
        rest.wake(listeners.filter_map(|(_, listener)| listener.waker.take()));
    }

    fn next(&mut self, key: usize) -> Option<Event> {
        let listener = &mut self.listeners[key];
        let missed = self.forgotten.saturating_sub(listener.seen);
        let position = listener.seen + missed - self.forgotten;
        let event = self.events.get(position as usize)?;
        listener.seen += missed + 1;
        let mut event = event.clone();
        event.missed = missed;
        Some(event)
    }
}

impl Events {
    /// The next event; `None` once the last client of the gate has gone.
    ///
    /// It can be dropped before it is ready, and nothing is lost.
    pub async fn next(&mut self) -> Option<Event> {
        poll_fn(|context| self.poll_event(context)).await
    }

    fn poll_event(&mut self, context: &Context<'_>) -> Poll<Option<Event>> {
        // A waker may do anything when it is cloned or dropped, so that is done
        // without the lock.
        let waker = context.waker().clone();
        let mut ring = self.shared.lock();
        if let Some(event) = ring.next(self.key) {
            return Poll::Ready(Some(event));
        }
        if ring.ended {
            return Poll::Ready(None);
        }
        let former = ring.listeners[self.key].waker.replace(waker);
        drop(ring);
        drop(former);
        Poll::Pending
    }
}

impl Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.get_mut().poll_event(context)
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        let mut ring = self.shared.lock();
        let gone = ring.listeners.remove(self.key);
        self.shared.listening.fetch_sub(1, Ordering::Relaxed);
        if ring.listeners.is_empty() {
            ring.forgotten = ring.told();
            ring.events = VecDeque::new();
        }
        drop(ring);
        drop(gone);
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Events").finish_non_exhaustive()
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
