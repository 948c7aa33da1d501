//! A scope whose limits a store keeps: what it asks, and what it makes of the answers.

use std::collections::HashMap;
use std::fmt;
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, LazyLock, Mutex, Weak};
use std::time::{Duration, SystemTime};

use super::Clock;
use super::errands::{Errand, Errands};
use super::scope::{Claim, Scope, State};
use crate::schedule::{Asked, GRACE, Grant, Rate, StoreDown, Time};
use crate::store::{self, GateState, Listening, Reservation, SharedLimit, StoreError, StoreHandle};
use crate::watch::{StoreNews, StoreOutage};

// The scheduler knows no stores.
const _: () = assert!(GRACE.as_nanos() == store::GRACE.as_nanos());

/// The store of a scope, if it has one.
#[derive(Debug)]
pub(super) struct Sharing {
    store: Option<Store>,
    /// What its last failure was.
    error: String,
    /// Since when it is away, as far as it has been told.
    told: Option<Time>,
    /// For how long the gate is to be closed, once the scope is unlocked.
    closing: Option<Duration>,
}

#[derive(Clone)]
struct Store {
    handle: StoreHandle,
    /// What the scope is called in it.
    scope: Arc<str>,
    gate: Arc<[SharedLimit]>,
    errands: Arc<Errands<Question>>,
    /// What the store calls when the gate is closed, once it has been told to.
    listening: Option<Arc<Listening>>,
}

impl fmt::Debug for Store {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut debug = formatter.debug_struct("Store");
        debug
            .field("handle", &self.handle)
            .field("scope", &self.scope);
        debug.finish_non_exhaustive()
    }
}

impl Sharing {
    pub(super) fn new(claim: &Claim, clock: &Clock) -> Self {
        static ALL: LazyLock<Mutex<HashMap<String, Weak<Errands<Question>>>>> =
            LazyLock::new(Mutex::default);

        let store = claim.store.as_ref().map(|handle| Store {
            handle: handle.clone(),
            scope: claim.store_scope.as_str().into(),
            gate: claim.rates.iter().map(store::gate_limit).collect(),
            errands: Errands::to(handle.name(), clock, &ALL),
            listening: None,
        });
        Self {
            store,
            error: String::new(),
            told: None,
            closing: None,
        }
    }

    /// What is done while the store is away, if there is one.
    pub(super) fn down(claim: &Claim) -> Option<StoreDown> {
        claim.store.as_ref().map(|_| claim.store_down)
    }

    /// An attempt was refused: nobody is to send anything for so long.
    pub(super) fn close(&mut self, wait: Duration) {
        if self.store.is_some() && !wait.is_zero() {
            self.closing = Some(wait);
        }
    }

    /// What [`close`](Self::close) is to tell the store.
    pub(super) const fn take_closing(&mut self) -> Option<Duration> {
        self.closing.take()
    }

    /// What people are told of a store that is away.
    pub(super) fn outage(&self, since: SystemTime, meanwhile: StoreDown) -> StoreOutage {
        StoreOutage {
            since,
            error: self.why().to_owned(),
            meanwhile,
        }
    }

    fn why(&self) -> &str {
        match self.error.is_empty() {
            true => "it does not answer",
            false => &self.error,
        }
    }

    /// Whether it is the store that was asked, and not one of clients that have gone.
    fn is_of(&self, asked: &Store) -> bool {
        let store = self.store.as_ref();
        store.is_some_and(|store| Arc::ptr_eq(&store.gate, &asked.gate))
    }
}

impl Scope {
    /// Asks the store something. To be called without the lock.
    pub(super) fn ask(self: &Arc<Self>, asked: Asked) {
        self.send(|state| match asked {
            Asked::Slot(lane) => About::Slot(state.endpoint_limits(lane)),
            Asked::Gate => About::Gate,
        });
    }

    /// Tells the store that the gate is closed for so long.
    pub(super) fn tell_closed(self: &Arc<Self>, wait: Duration) {
        self.send(|_| About::Closing(wait));
    }

    fn send(self: &Arc<Self>, about: impl FnOnce(&State) -> About) {
        let question = {
            let state = self.lock();
            let store = state.sharing.store.clone();
            store.map(|store| (store, about(&state)))
        };
        if let Some((store, about)) = question {
            let errands = Arc::clone(&store.errands);
            errands.send(Question {
                scope: Arc::clone(self),
                store,
                about,
            });
        }
    }

    /// Another process has closed the gate for so long. What follows from it comes from
    /// the clock's own thread: whoever tells it is not to be held up.
    fn closed_elsewhere(self: &Arc<Self>, wait: Duration) {
        let (now, is_earlier) = {
            let mut state = self.lock();
            let now = self.clock().now().max(state.latest);
            state.scheduler.closed_elsewhere(wait, now);
            (now, state.wakes.ask(now))
        };
        if is_earlier {
            self.clock().wake_at(now, Arc::downgrade(self));
        }
    }

    /// A question that was sent then has been answered, or not.
    fn answered(self: &Arc<Self>, question: &Question, sent: Time, answer: Answered) {
        let ((), turn) = self.locked(self.clock().now(), |state, now| {
            if state.sharing.is_of(&question.store) {
                state.answered(&question.about, sent, answer, now);
            }
        });
        turn.carry_out(self);
    }

    fn now_listens(&self, asked: &Store, listening: Arc<Listening>) {
        let sharing = &mut self.lock().sharing;
        if sharing.is_of(asked)
            && let Some(store) = &mut sharing.store
        {
            store.listening = Some(listening);
        }
    }

    fn listener(self: &Arc<Self>) -> Arc<Listening> {
        let scope = Arc::downgrade(self);
        Arc::new(move |wait| {
            if let Some(scope) = scope.upgrade() {
                scope.closed_elsewhere(wait);
            }
        })
    }
}

impl State {
    fn answered(&mut self, about: &About, sent: Time, answer: Answered, now: Time) {
        let Self {
            scheduler, sharing, ..
        } = self;
        match answer {
            Ok(answer) => {
                match answer {
                    Answer::Slot(grant) => scheduler.granted(grant, sent, now),
                    Answer::Gate(gate) => scheduler.checked(gate.closed_for, now),
                    Answer::Told => return,
                }
                if scheduler.store_outage().is_none() {
                    sharing.error.clear();
                }
            }
            Err(error) => {
                sharing.error = error;
                let was_asked = !matches!(about, About::Closing(_));
                scheduler.store_failed(was_asked, now);
            }
        }
    }

    fn endpoint_limits(&self, lane: crate::schedule::LaneId) -> Vec<SharedLimit> {
        let limited = self.limited.iter().find(|limited| limited.lane == lane);
        limited.map_or_else(Vec::new, |limited| {
            let shared = |rate: &Rate| store::endpoint_limit(limited.method, &limited.path, rate);
            limited.rates.iter().map(shared).collect()
        })
    }

    /// Tells that the store is away, or back, to those who watch; as something of the
    /// first call that waits. Where nobody does, there is nobody to tell it of.
    pub(super) fn tell_of_store(&mut self, now: Time) {
        let since = self.scheduler.store_outage().map(|(since, _)| since);
        if since == self.sharing.told {
            return;
        }
        let Some((id, cell)) = self.scheduler.somebody() else {
            return;
        };
        let news = match (since, self.sharing.told) {
            (Some(_), _) => StoreNews::Away(self.sharing.why()),
            (None, told) => StoreNews::Back(now.since(told.unwrap_or(now))),
        };
        let cell = Arc::clone(cell);
        self.watched.note_store(id, &cell, || cell.recorded(), news);
        self.sharing.told = since;
    }
}

/// Something that a store is asked, or told.
struct Question {
    scope: Arc<Scope>,
    store: Store,
    about: About,
}

enum About {
    /// The next slot, under these limits of the endpoint too.
    Slot(Vec<SharedLimit>),
    /// Whether the gate is open.
    Gate,
    /// The gate is closed for so long.
    Closing(Duration),
}

enum Answer {
    Slot(Grant),
    Gate(GateState),
    Told,
}

/// The answer, or what the store's failure says.
type Answered = Result<Answer, String>;

impl Question {
    fn put(&self) -> Result<Answer, StoreError> {
        let Store {
            handle,
            scope,
            gate,
            listening,
            ..
        } = &self.store;
        match &self.about {
            About::Slot(endpoint) => {
                if listening.is_none() {
                    let listening = self.scope.listener();
                    handle.on_close(scope, Arc::downgrade(&listening))?;
                    self.scope.now_listens(&self.store, listening);
                }
                let wanted = Reservation { gate, endpoint };
                let grant = handle.reserve(scope, &wanted)?;
                Ok(Answer::Slot(grant.into()))
            }
            About::Gate => handle.gate(scope).map(Answer::Gate),
            About::Closing(wait) => handle.close(scope, *wait).map(|()| Answer::Told),
        }
    }
}

impl Errand for Question {
    fn run(self) {
        let sent = self.scope.clock().now();
        // The text of an error may be what panics, and is not asked for under the lock.
        let put = || self.put().map_err(|error| error.to_string());
        let answer = catch_unwind(AssertUnwindSafe(put));
        let answer = answer.unwrap_or_else(|_| Err(panicked(&self.store.handle)));
        self.scope.answered(&self, sent, answer);
    }

    fn fail(self, error: io::Error) {
        let error = format!("the thread that asks the store cannot be started: {error}");
        let now = self.scope.clock().now();
        self.scope.answered(&self, now, Err(error));
    }
}

fn panicked(store: &StoreHandle) -> String {
    // Its name may be what panics.
    let name = catch_unwind(AssertUnwindSafe(|| store.name()));
    let name = name.unwrap_or_else(|_| "store".to_owned());
    format!("the code of `{name}` panicked; the panic message says where")
}

impl From<store::Grant> for Grant {
    fn from(grant: store::Grant) -> Self {
        match grant {
            store::Grant::Slot { wait } => Self::Slot { wait },
            store::Grant::Later { wait, closed } => Self::Later { wait, closed },
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::*;
    use crate::schedule::Room;
    use crate::store::MemoryStore;

    fn claim(store: StoreHandle) -> Claim {
        Claim {
            rates: vec![Rate::new(360, Rate::HOUR)],
            maximum_in_flight: NonZeroU32::MIN,
            room: Room::UNBOUNDED,
            circuit_threshold: 5,
            retry_budget: None,
            store: Some(store),
            store_down: StoreDown::Stop,
            store_scope: "test".to_owned(),
        }
    }

    fn slot(scope: &Arc<Scope>) -> Question {
        let store = scope.lock().sharing.store.clone().unwrap();
        let about = About::Slot(Vec::new());
        Question {
            scope: Arc::clone(scope),
            store,
            about,
        }
    }

    fn listening(scope: &Scope) -> Option<Arc<Listening>> {
        let state = scope.lock();
        state.sharing.store.as_ref().unwrap().listening.clone()
    }

    /// It would never have been told to tell of a closed gate.
    #[test]
    fn a_question_to_an_earlier_store_says_nothing_of_the_one_after_it() {
        let [earlier, later] = [(); 2].map(|()| claim(MemoryStore::new().into()));
        let scope = Scope::new(Clock::System, earlier);
        let question = slot(&scope);
        scope.enter(later, Time::ZERO).unwrap();
        assert!(question.put().is_ok());
        let listening = listening(&scope);
        assert!(listening.is_none());
    }

    /// A service that makes clients without end would have the store call more and more.
    #[test]
    fn a_scope_that_is_gone_leaves_no_listener() {
        let scope = Scope::new(Clock::System, claim(MemoryStore::new().into()));
        assert!(slot(&scope).put().is_ok());
        let listening = Arc::downgrade(&listening(&scope).unwrap());
        assert_eq!(listening.strong_count(), 1);
        drop(scope);
        assert_eq!(listening.strong_count(), 0);
    }
}
