//! The connections that nobody uses just now.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use super::options::Node;

/// So many are kept for each server.
const MOST: usize = 8;

/// One that was idle for longer is not used again. Firewalls and load balancers forget what
/// is silent and tell nobody, and who meets such a connection waits for all of its timeout.
const LONGEST: Duration = Duration::from_secs(30);

pub(super) struct Pool<L> {
    /// Each since when it is idle, the latest last.
    idle: HashMap<Node, Vec<(Instant, L)>>,
    /// Whose connections these are: a forked child would read answers of its parent.
    process: u32,
}

impl<L> Default for Pool<L> {
    fn default() -> Self {
        Self {
            idle: HashMap::new(),
            process: 0,
        }
    }
}

impl<L> Pool<L> {
    /// The one that was used last.
    pub(super) fn take(&mut self, node: &Node, process: u32, now: Instant) -> Option<L> {
        if self.process != process {
            self.process = process;
            self.idle.clear();
        }
        let idle = self.idle.get_mut(node)?;
        idle.retain(|(since, _)| now.saturating_duration_since(*since) < LONGEST);
        idle.pop().map(|(_, link)| link)
    }

    pub(super) fn give_back(&mut self, node: &Node, link: L, now: Instant) {
        let idle = self.idle.entry(node.clone()).or_default();
        if idle.len() < MOST {
            idle.push((now, link));
        }
    }

    /// All that go to this server are taken for gone.
    pub(super) fn forget(&mut self, node: &Node) {
        self.idle.remove(node);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn node(text: &str) -> Node {
        Node::read(text).unwrap()
    }

    #[test]
    fn the_one_that_was_used_last_is_used_again() {
        let (mut pool, now, node) = (Pool::default(), Instant::now(), node("a"));
        pool.give_back(&node, 1, now);
        pool.give_back(&node, 2, now);
        assert_eq!(pool.take(&node, 0, now), Some(2));
        assert_eq!(pool.take(&node, 0, now), Some(1));
        assert_eq!(pool.take(&node, 0, now), None);
    }

    #[test]
    fn what_was_idle_for_long_is_not_used_again() {
        let (mut pool, now, node) = (Pool::default(), Instant::now(), node("a"));
        pool.give_back(&node, 1, now);
        pool.give_back(&node, 2, now + LONGEST / 2);
        let later = now + LONGEST;
        assert_eq!(pool.take(&node, 0, later), Some(2));
        assert_eq!(pool.take(&node, 0, later), None);
    }

    #[test]
    fn only_some_are_kept() {
        let (mut pool, now, node) = (Pool::default(), Instant::now(), node("a"));
        for link in 0..=MOST {
            pool.give_back(&node, link, now);
        }
        let kept = std::iter::from_fn(|| pool.take(&node, 0, now));
        assert_eq!(kept.count(), MOST);
    }

    #[test]
    fn those_of_one_server_are_forgotten_together() {
        let (mut pool, now) = (Pool::default(), Instant::now());
        let (gone, other) = (node("a"), node("b"));
        pool.give_back(&gone, 1, now);
        pool.give_back(&gone, 2, now);
        pool.give_back(&other, 3, now);
        pool.forget(&gone);
        assert_eq!(pool.take(&gone, 0, now), None);
        assert_eq!(pool.take(&other, 0, now), Some(3));
    }

    #[test]
    fn a_forked_child_has_none_of_its_parents() {
        let (mut pool, now, node) = (Pool::default(), Instant::now(), node("a"));
        assert_eq!(pool.take(&node, 1, now), None);
        pool.give_back(&node, 1, now);
        assert_eq!(pool.take(&node, 2, now), None);
    }
}
