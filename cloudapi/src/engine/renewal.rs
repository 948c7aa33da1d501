//! Getting credentials: once for all calls that need them.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use http::{HeaderName, HeaderValue};

use super::sync::{Mutex, MutexGuard};
use super::{CallCell, Scope, sync};
use crate::credentials::{Credential, Credentials, Refused};
use crate::error::{Error, ErrorKind};
use crate::outcome::BoxError;
use crate::schedule::{CallId, Time};
use crate::watch::EventKind;

/// Renewed at most so long before the end.
const AHEAD: Duration = Duration::from_secs(30);

/// For so long new credentials are used whatever they say of their end, and no others are
/// got. Those that come with nothing left would else be asked for without end, while the
/// calls wait; so the server says what it thinks of them.
const LEAST: Duration = Duration::from_secs(1);

/// The credentials of a client.
pub(crate) struct Renewal {
    provider: Arc<dyn Credentials>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    current: Option<Current>,
    /// How often there were new ones.
    number: u64,
    under_way: bool,
    /// The calls that wait for them.
    held: Vec<CallId>,
}

struct Current {
    name: HeaderName,
    value: HeaderValue,
    /// From then on they are renewed, and before `ends` no call waits for that.
    renewed_from: Time,
    ends: Time,
    /// Until then neither of the two counts.
    settles: Time,
    refused: bool,
}

/// What goes with an attempt.
#[derive(Clone)]
pub(super) struct Signature {
    pub(super) name: HeaderName,
    pub(super) value: HeaderValue,
    /// By which the credentials are told from later ones.
    pub(super) number: u64,
}

/// What a call that is first in line is told.
#[derive(Clone, Copy, Debug)]
pub(super) struct Admission {
    /// It may go. If not, it is let in again later.
    pub(super) is_ready: bool,
    /// New credentials are to be got.
    pub(super) is_due: bool,
}

impl Renewal {
    pub(crate) fn new(provider: Arc<dyn Credentials>) -> Self {
        Self {
            provider,
            state: Mutex::default(),
        }
    }

    /// Whether a call may go at that time, be it now or later. If new credentials are due,
    /// the caller has to [`start`].
    pub(super) fn admit(&self, id: CallId, then: Time, now: Time) -> Admission {
        let mut state = self.lock();
        let current = state.current.as_ref().filter(|current| !current.refused);
        let is_new = current.is_some_and(|current| now < current.settles);
        let is_ready = is_new || current.is_some_and(|current| then < current.ends);
        let is_fresh = is_new || current.is_some_and(|current| then < current.renewed_from);
        if !is_ready {
            state.held.push(id);
        }
        let is_due = !is_fresh && !state.under_way;
        state.under_way |= is_due;
        Admission { is_ready, is_due }
    }

    /// What is sent with an attempt that starts now. Credentials that were
    /// refused a moment ago are better than none: the server says so again.
    pub(super) fn signature(&self) -> Option<Signature> {
        let state = self.lock();
        let current = state.current.as_ref()?;
        Some(Signature {
            name: current.name.clone(),
            value: current.value.clone(),
            number: state.number,
        })
    }

    /// The server refused the credentials of that number.
    pub(super) fn refuse(&self, number: u64) {
        let mut state = self.lock();
        if state.number == number
            && let Some(current) = &mut state.current
        {
            current.refused = true;
        }
    }

    /// Takes new credentials, and says which calls waited for them.
    fn renew(&self, credential: &Credential, now: Time) -> Result<Vec<CallId>, Error> {
        let (name, value) = credential.sent_as()?;
        let (renewed_from, ends) = match credential.lasts() {
            None => (Time::NEVER, Time::NEVER),
            Some(lasts) => {
                let ahead = (lasts / 10).min(AHEAD);
                (now.after(lasts - ahead), now.after(lasts))
            }
        };
        let mut state = self.lock();
        state.number += 1;
        state.current = Some(Current {
            name,
            value,
            renewed_from,
            ends,
            settles: now.after(LEAST),
            refused: false,
        });
        Ok(state.over())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Nothing is under way any more.
    fn over(&mut self) -> Vec<CallId> {
        self.under_way = false;
        self.take_held()
    }

    fn take_held(&mut self) -> Vec<CallId> {
        std::mem::take(&mut self.held)
    }
}

impl fmt::Debug for Renewal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Renewal(..)")
    }
}

/// Gets new credentials, as a task on the runtime of the call that needs them.
pub(super) fn start(scope: &Arc<Scope>, needed_by: CallId, cell: Arc<CallCell>) {
    let Some(runtime) = cell.runtime().cloned() else {
        unreachable!("a call in a scope has a runtime");
    };
    let mut renewing = Renewing {
        scope: Arc::clone(scope),
        needed_by,
        cell,
        over: false,
    };
    drop(sync::spawn(&runtime, async move {
        let outcome = renewing.obtain().await;
        renewing.finish(outcome);
    }));
}

struct Renewing {
    scope: Arc<Scope>,
    needed_by: CallId,
    cell: Arc<CallCell>,
    over: bool,
}

impl Renewing {
    async fn obtain(&self) -> Result<Credential, BoxError> {
        let provider = &self.renewal().provider;
        let time = provider.maximum_time();
        let clock = self.scope.clock();
        let obtained = pin!(provider.obtain());
        let outcome = clock.within(clock.now().after(time), obtained).await;
        outcome.unwrap_or_else(|| Err(format!("getting them took more than {time:?}").into()))
    }

    fn finish(&mut self, outcome: Result<Credential, BoxError>) {
        self.over = true;
        let now = self.scope.clock().now();
        let renewed = outcome.and_then(|credential| Ok(self.renewal().renew(&credential, now)?));
        match renewed {
            Ok(held) => self.scope.let_in(held, now),
            Err(cause) => {
                let cause = Refused::new(cause);
                let held = self.renewal().lock().take_held();
                self.fail(held, &cause);
                // Those that came to it meanwhile ask anew.
                let others = self.renewal().lock().over();
                self.scope.let_in(others, now);
            }
        }
    }

    /// Ends calls. As long as this is under way, none of the turns that it brings
    /// starts another.
    fn fail(&self, calls: Vec<CallId>, cause: &Refused) {
        let kind = |cell: &CallCell, _| EventKind::Ended {
            kind: cell.kind(ErrorKind::Credentials, None),
        };
        for cell in calls
            .into_iter()
            .filter_map(|id| self.scope.withdraw(id, kind))
        {
            let log = cell.take_log();
            cell.answer(Err(Error::credentials(&cell, cause.clone(), log)));
        }
    }

    fn renewal(&self) -> &Renewal {
        let renewal = self.cell.client.renewal();
        renewal.expect("the client of the call has credentials to renew")
    }
}

/// The runtime has ended, or the provider panicked. The call that needed the
/// credentials ends with its runtime; the next one in line asks on its own.
impl Drop for Renewing {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let held = self.renewal().lock().take_held();
        let (own, mut others): (Vec<_>, _) = held.into_iter().partition(|id| *id == self.needed_by);
        let cause = "getting them was given up: the tokio runtime ended, or it panicked";
        self.fail(own, &Refused::new(cause.into()));
        others.extend(self.renewal().lock().over());
        self.scope.let_in(others, self.scope.clock().now());
    }
}
