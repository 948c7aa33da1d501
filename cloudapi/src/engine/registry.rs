//! Which scopes there are in this process.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use super::{Claim, Clock, Scope, pacer};

/// Names a scope: the normalised base URL, and what it is split by.
///
/// What it is split by is often a token, so only a hash of it is kept, with a
/// key that is random for each process.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct ScopeKey {
    baseurl: String,
    split: Option<u64>,
    clock: usize,
    /// Of a simulation, in which there may be several.
    process: u32,
}

impl ScopeKey {
    pub(crate) fn new(baseurl: &str, split: Option<&str>, clock: &Clock) -> Self {
        static KEYS: LazyLock<RandomState> = LazyLock::new(RandomState::new);
        Self {
            baseurl: baseurl.to_owned(),
            split: split.map(|split| KEYS.hash_one(split)),
            clock: clock.identity(),
            process: 0,
        }
    }

    #[cfg(feature = "testing")]
    pub(crate) fn of_process(self, process: u32) -> Self {
        Self { process, ..self }
    }
}

/// Why a client cannot join a scope.
#[derive(Debug)]
pub(crate) enum JoinError {
    /// Another client has claimed the scope with these limits.
    Conflict(Claim),
    Thread(std::io::Error),
}

/// A client's share in a scope; dropping it leaves the scope.
#[derive(Debug)]
pub(crate) struct Membership(Arc<Scope>);

impl Membership {
    pub(crate) const fn scope(&self) -> &Arc<Scope> {
        &self.0
    }
}

impl Drop for Membership {
    fn drop(&mut self) {
        self.0.leave();
    }
}

/// Joins the scope of that name, which is made if there is none.
///
/// A scope outlives its clients until its next slot is due: a program that
/// makes a client for each call keeps to the limit too.
pub(crate) fn join(key: ScopeKey, claim: Claim, clock: &Clock) -> Result<Membership, JoinError> {
    static SCOPES: LazyLock<Mutex<HashMap<ScopeKey, Arc<Scope>>>> = LazyLock::new(Mutex::default);

    // Nothing of one run of shuttle may be locked in the next.
    if cfg!(shuttle) {
        return enter(&Scope::new(clock.clone(), claim.clone()), claim, clock);
    }
    if matches!(clock, Clock::System) {
        pacer::start().map_err(JoinError::Thread)?;
    }
    let mut scopes = SCOPES.lock().unwrap_or_else(PoisonError::into_inner);
    scopes.retain(|other, scope| *other == key || !scope.is_forgettable());
    let scope = scopes
        .entry(key)
        .or_insert_with(|| Scope::new(clock.clone(), claim.clone()));
    enter(scope, claim, clock)
}

fn enter(scope: &Arc<Scope>, claim: Claim, clock: &Clock) -> Result<Membership, JoinError> {
    scope
        .enter(claim, clock.now())
        .map_err(JoinError::Conflict)?;
    Ok(Membership(Arc::clone(scope)))
}
