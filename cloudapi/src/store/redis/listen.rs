//! Hears of scopes that are closed by other processes.
//!
//! One thread for each store has one connection, and waits. It sleeps but for a question
//! whether the server is still there, and for that only when nothing has come for long.

use std::net::{Shutdown, TcpStream};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

use redis::{Value, cmd};

use super::failure::{Cause, Failure};
use super::keys::Keys;
use super::link::Link;
use super::nodes::Nodes;
use super::scopes;
use crate::store::listeners::Listeners;
use crate::store::{CloseListener, StoreError, StoreErrorKind};

/// After so much silence the server is asked whether it is there.
const SILENCE: Duration = Duration::from_secs(15);

/// Between two attempts to connect: from here, doubled up to there.
const BACKOFF: (Duration, Duration) = (Duration::from_millis(50), Duration::from_secs(5));

pub(super) struct Ears {
    shared: Arc<Shared>,
}

struct Shared {
    state: Mutex<State>,
    stop: Condvar,
}

#[derive(Default)]
struct State {
    listeners: Listeners,
    /// The process in which the thread runs, if it does: a forked child has none.
    process: Option<u32>,
    is_stopped: bool,
    /// Of the connection that the thread waits at, to wake it.
    socket: Option<TcpStream>,
}

impl Ears {
    pub(super) fn new() -> Self {
        Self {
            shared: Arc::new(Shared {
                state: Mutex::default(),
                stop: Condvar::new(),
            }),
        }
    }

    /// Has the listener called from now on, also for a scope that is closed already.
    pub(super) fn add(
        &self,
        scope: &str,
        listener: &CloseListener,
        nodes: &Arc<Nodes>,
        keys: &Arc<Keys>,
    ) -> Result<(), StoreError> {
        // First heard, then asked: nothing is in between.
        let is_first = {
            let mut state = self.shared.locked();
            state.listeners.add(scope, listener.clone());
            let process = Some(std::process::id());
            std::mem::replace(&mut state.process, process) != process
        };
        let started = if is_first {
            self.start(Arc::clone(nodes), Arc::clone(keys))
        } else {
            Ok(())
        };
        let closed_for = started.and_then(|()| scopes::closed_for(nodes, keys, scope));
        let left =
            closed_for.inspect_err(|_| self.shared.locked().listeners.remove(scope, listener))?;
        if !left.is_zero()
            && let Some(listening) = listener.upgrade()
        {
            listening(left);
        }
        Ok(())
    }

    fn start(&self, nodes: Arc<Nodes>, keys: Arc<Keys>) -> Result<(), StoreError> {
        let shared = Arc::clone(&self.shared);
        let thread = thread::Builder::new().name("cloudapi-redis".to_owned());
        let spawned = thread.spawn(move || shared.listen(&nodes, &keys));
        spawned.map(drop).map_err(|error| {
            self.shared.locked().process = None;
            StoreError::new(
                StoreErrorKind::Unavailable,
                "the thread that listens to the Redis cannot be started",
            )
            .caused_by(error)
        })
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        let mut state = self.shared.locked();
        state.is_stopped = true;
        if let Some(socket) = state.socket.take() {
            let _ = socket.shutdown(Shutdown::Both);
        }
        self.shared.stop.notify_all();
    }
}

impl Shared {
    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell(&self, scope: &str, left: Duration) {
        let listeners = self.locked().listeners.of(scope);
        for listening in listeners {
            listening(left);
        }
    }

    fn listen(&self, nodes: &Nodes, keys: &Keys) {
        let mut backoff = BACKOFF.0;
        while self.goes_on() {
            let started = Instant::now();
            let _ = self.hear(nodes, keys);
            // A connection that held for a while was a good one.
            if started.elapsed() > BACKOFF.1 {
                backoff = BACKOFF.0;
            }
            let state = self.locked();
            let waiting = self
                .stop
                .wait_timeout_while(state, backoff, |state| !state.is_stopped);
            drop(waiting.unwrap_or_else(PoisonError::into_inner));
            backoff = (backoff * 2).min(BACKOFF.1);
        }
    }

    /// Whether somebody listens. Otherwise the thread ends, and the next one who does
    /// starts another.
    fn goes_on(&self) -> bool {
        let mut state = self.locked();
        if state.is_stopped || state.listeners.is_empty() {
            state.process = None;
            return false;
        }
        true
    }

    /// Until the connection ends, or nobody listens.
    fn hear(&self, nodes: &Nodes, keys: &Keys) -> Result<(), StoreError> {
        let mut link = nodes.dial_any()?;
        let Ok(socket) = link.socket() else {
            return Ok(());
        };
        {
            let mut state = self.locked();
            if state.is_stopped {
                return Ok(());
            }
            state.socket = Some(socket);
        }
        let heard = self.hear_at(&mut link, nodes, keys);
        self.locked().socket = None;
        heard
    }

    fn hear_at(&self, link: &mut Link, nodes: &Nodes, keys: &Keys) -> Result<(), StoreError> {
        let mut subscribe = cmd("SUBSCRIBE");
        subscribe.arg(&keys.channel);
        begin(link, nodes.timeout());
        let answer = link.ask(&subscribe)?;
        if matches!(answer, Value::ServerError(_)) {
            return Ok(());
        }
        // What was told while there was no connection.
        let scopes = self.locked().listeners.scopes();
        for scope in scopes {
            let left = scopes::closed_for(nodes, keys, &scope)?;
            if !left.is_zero() {
                self.tell(&scope, left);
            }
        }
        while !self.locked().listeners.is_empty() {
            let message = self.next(link, nodes)?;
            if let Some((scope, left)) = closing(&message) {
                self.tell(&scope, left);
            }
        }
        Ok(())
    }

    /// Waits for as long as the server is there.
    fn next(&self, link: &mut Link, nodes: &Nodes) -> Result<Value, Failure> {
        begin(link, SILENCE);
        match link.receive() {
            Err(failure) if failure.cause == Cause::TimedOut => {}
            received => return received,
        }
        begin(link, nodes.timeout());
        link.ask(&cmd("PING"))
    }
}

fn begin(link: &mut Link, timeout: Duration) {
    link.begin(Instant::now() + timeout, timeout);
}

/// The scope and the time of a message, if it is one.
fn closing(message: &Value) -> Option<(String, Duration)> {
    let Value::Array(parts) = message else {
        return None;
    };
    let [Value::BulkString(kind), _, Value::BulkString(payload)] = &parts[..] else {
        return None;
    };
    let payload = (kind == b"message").then_some(payload)?;
    let (left, scope) = std::str::from_utf8(payload).ok()?.split_once(' ')?;
    Some((scope.to_owned(), Duration::from_micros(left.parse().ok()?)))
}
