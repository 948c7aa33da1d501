//! Getting credentials: once for all calls that need them.

use std::fmt;
use std::pin::pin;
use std::sync::{Arc, PoisonError};
use std::time::Duration;

use http::{HeaderName, HeaderValue};
use tokio::runtime::Handle;

use super::sync::{Mutex, MutexGuard};
use super::{CallCell, Scope, sync};
use crate::client::ClientCore;
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
    /// How often getting them has begun.
    begun: u64,
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
        if is_due {
            state.under_way = true;
            state.begun += 1;
        }
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

    /// Takes new credentials, unless getting them was given up, and says which calls
    /// waited for them. Whoever got others since has newer ones, and the next who needs
    /// some asks.
    fn renew(&self, begun: u64, credential: &Credential, now: Time) -> Result<Vec<CallId>, Error> {
        let (name, value) = credential.sent_as()?;
        let (renewed_from, ends) = match credential.lasts() {
            None => (Time::NEVER, Time::NEVER),
            Some(lasts) => {
                let ahead = (lasts / 10).min(AHEAD);
                (now.after(lasts - ahead), now.after(lasts))
            }
        };
        let mut state = self.lock();
        if !state.waits_for(begun) {
            return Ok(Vec::new());
        }
        state.number += 1;
        state.current = Some(Current {
            name,
            value,
            renewed_from,
            ends,
            settles: now.after(LEAST),
            refused: false,
        });
        Ok(state.over(begun))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// Whether it is this one that the calls wait for, and it has not been given up.
    fn waits_for(&self, begun: u64) -> bool {
        self.under_way && self.begun == begun
    }

    /// Nothing is under way any more, unless another one has begun. Gives the calls that
    /// wait.
    fn over(&mut self, begun: u64) -> Vec<CallId> {
        let held = self.take_held(begun);
        self.under_way &= self.begun != begun;
        held.unwrap_or_default()
    }

    /// `None` if they wait for another one, or for none.
    fn take_held(&mut self, begun: u64) -> Option<Vec<CallId>> {
        self.waits_for(begun)
            .then(|| std::mem::take(&mut self.held))
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
    let begun = of(&cell.client).lock().begun;
    let mut renewing = Renewing {
        scope: Arc::clone(scope),
        needed_by,
        begun,
        until: Time::NEVER,
        cell,
    };
    // From here on it is given up if the provider panics.
    let time = of(&renewing.cell.client).provider.maximum_time();
    renewing.until = scope.clock().now().after(time);
    scope.watch_renewal(renewing.until, &renewing.cell, renewing.begun);
    drop(sync::spawn(&runtime, async move {
        let outcome = renewing.obtain(time).await;
        renewing.finish(outcome);
    }));
}

/// Gives up getting credentials, which has not ended by itself when it should have: the
/// runtime stands still. Its own calls end; those of others are let in, and the first of
/// them gets the credentials on its own.
pub(super) fn give_up(scope: &Arc<Scope>, begun_by: &CallCell, begun: u64) {
    let renewal = of(&begun_by.client);
    let Some(held) = renewal.lock().take_held(begun) else {
        return;
    };
    let runtime = begun_by.runtime().map(Handle::id);
    let (own, mut others): (Vec<_>, _) = scope.split_held(held, runtime);
    let cause = "getting them took too long: the tokio runtime that was at it stands still";
    fail(scope, own, &Refused::new(cause.into()));
    others.extend(renewal.lock().over(begun));
    scope.let_in(others, scope.clock().now());
}

struct Renewing {
    scope: Arc<Scope>,
    needed_by: CallId,
    cell: Arc<CallCell>,
    /// Which one it is.
    begun: u64,
    until: Time,
}

impl Renewing {
    async fn obtain(&self, time: Duration) -> Result<Credential, BoxError> {
        let obtained = pin!(of(&self.cell.client).provider.obtain());
        let outcome = self.scope.clock().within(self.until, obtained).await;
        outcome.unwrap_or_else(|| Err(format!("getting them took more than {time:?}").into()))
    }

    fn finish(self, outcome: Result<Credential, BoxError>) {
        let now = self.scope.clock().now();
        let renewal = of(&self.cell.client);
        let renewed =
            outcome.and_then(|credential| Ok(renewal.renew(self.begun, &credential, now)?));
        match renewed {
            Ok(held) => self.scope.let_in(held, now),
            Err(cause) => {
                let cause = Refused::new(cause);
                let held = renewal.lock().take_held(self.begun);
                fail(&self.scope, held.unwrap_or_default(), &cause);
                // Those that came to it meanwhile ask anew.
                let others = renewal.lock().over(self.begun);
                self.scope.let_in(others, now);
            }
        }
    }
}

/// The runtime has ended, or the provider panicked. The call that needed the
/// credentials ends with its runtime; the next one in line asks on its own.
impl Drop for Renewing {
    fn drop(&mut self) {
        let renewal = of(&self.cell.client);
        let Some(held) = renewal.lock().take_held(self.begun) else {
            return;
        };
        let (own, mut others): (Vec<_>, _) = held.into_iter().partition(|id| *id == self.needed_by);
        let cause = "getting them was given up: the tokio runtime ended, or it panicked";
        fail(&self.scope, own, &Refused::new(cause.into()));
        others.extend(renewal.lock().over(self.begun));
        self.scope.let_in(others, self.scope.clock().now());
    }
}

/// Ends calls. As long as getting credentials is under way, none of the turns that this
/// brings starts another.
fn fail(scope: &Arc<Scope>, calls: Vec<CallId>, cause: &Refused) {
    let kind = |cell: &CallCell, _| EventKind::Ended {
        kind: cell.kind(ErrorKind::Credentials, None),
    };
    for cell in calls.into_iter().filter_map(|id| scope.withdraw(id, kind)) {
        let log = cell.take_log();
        cell.answer(Err(Error::credentials(&cell, cause.clone(), log)));
    }
}

fn of(client: &ClientCore) -> &Renewal {
    let renewal = client.renewal();
    renewal.expect("the client of the call has credentials to renew")
}
