//! Who is to hear of scopes that are closed, for stores that can tell.

use std::collections::HashMap;
use std::sync::{Arc, Weak};

use super::{CloseListener, Listening};

/// So many listeners may be there before the first look for those that nobody has any more.
const FEW: usize = 16;

pub(super) struct Listeners {
    by_scope: HashMap<String, Vec<CloseListener>>,
    count: usize,
    /// Of so many, half may be gone: then it is worth a look.
    look_at: usize,
}

impl Default for Listeners {
    fn default() -> Self {
        Self {
            by_scope: HashMap::new(),
            count: 0,
            look_at: FEW,
        }
    }
}

impl Listeners {
    pub(super) fn add(&mut self, scope: &str, listener: CloseListener) {
        if self.count >= self.look_at {
            self.forget_gone();
            self.look_at = FEW.max(self.count * 2);
        }
        self.count += 1;
        let of_scope = self.by_scope.entry(scope.to_owned()).or_default();
        of_scope.push(listener);
    }

    /// Those of a scope. They are somebody else's, and so to be called without a lock.
    pub(super) fn of(&self, scope: &str) -> Vec<Arc<Listening>> {
        let of_scope = self.by_scope.get(scope).into_iter().flatten();
        of_scope.filter_map(Weak::upgrade).collect()
    }

    /// The scopes that somebody listens for.
    #[cfg(feature = "redis")]
    pub(super) fn scopes(&mut self) -> Vec<String> {
        self.forget_gone();
        self.by_scope.keys().cloned().collect()
    }

    /// Whether nobody listens.
    #[cfg(feature = "redis")]
    pub(super) fn is_empty(&mut self) -> bool {
        self.forget_gone();
        self.by_scope.is_empty()
    }

    /// One that was added in vain.
    #[cfg(feature = "redis")]
    pub(super) fn remove(&mut self, scope: &str, listener: &CloseListener) {
        if let Some(of_scope) = self.by_scope.get_mut(scope) {
            of_scope.retain(|kept| !kept.ptr_eq(listener));
        }
        self.forget_gone();
    }

    fn forget_gone(&mut self) {
        self.by_scope.retain(|_, of_scope| {
            of_scope.retain(|listener| listener.strong_count() > 0);
            !of_scope.is_empty()
        });
        self.count = self.by_scope.values().map(Vec::len).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listening() -> Arc<Listening> {
        Arc::new(|_| {})
    }

    /// A service may make clients without end, each with a gate of its own.
    #[test]
    fn listeners_that_nobody_has_any_more_do_not_pile_up() {
        let mut listeners = Listeners::default();
        let kept = listening();
        listeners.add("kept", Arc::downgrade(&kept));
        for tenant in 0..10_000 {
            let gone = listening();
            listeners.add(&format!("tenant {tenant}"), Arc::downgrade(&gone));
        }
        assert!(listeners.count <= 2 * FEW, "{} are there", listeners.count);
        assert!(listeners.by_scope.len() <= listeners.count);
        assert_eq!(listeners.of("kept").len(), 1);
    }

    #[test]
    fn a_listener_is_there_for_as_long_as_somebody_has_it() {
        let mut listeners = Listeners::default();
        let [one, other] = [(); 2].map(|()| listening());
        listeners.add("scope", Arc::downgrade(&one));
        listeners.add("scope", Arc::downgrade(&other));
        assert_eq!(listeners.of("scope").len(), 2);
        drop(one);
        assert_eq!(listeners.of("scope").len(), 1);
        assert_eq!(listeners.of("another scope").len(), 0);
        drop(other);
        assert_eq!(listeners.of("scope").len(), 0);
    }

    #[cfg(feature = "redis")]
    #[test]
    fn a_listener_that_was_added_in_vain_is_not_called() {
        let mut listeners = Listeners::default();
        let [one, other] = [(); 2].map(|()| listening());
        listeners.add("scope", Arc::downgrade(&one));
        listeners.add("scope", Arc::downgrade(&other));
        listeners.remove("scope", &Arc::downgrade(&one));
        assert_eq!(listeners.of("scope").len(), 1);
        listeners.remove("scope", &Arc::downgrade(&other));
        assert!(listeners.is_empty());
    }

    #[cfg(feature = "redis")]
    #[test]
    fn nobody_asks_for_scopes_that_nobody_listens_for() {
        let mut listeners = Listeners::default();
        let [one, other] = [(); 2].map(|()| listening());
        listeners.add("gone", Arc::downgrade(&one));
        listeners.add("scope", Arc::downgrade(&other));
        drop(one);
        assert_eq!(listeners.scopes(), ["scope"]);
        assert!(!listeners.is_empty());
        drop(other);
        assert!(listeners.is_empty());
    }
}
