//! The servers of a Redis: which one has what, and the connections to them.
//!
//! A call takes a connection that is idle, or opens one, so none waits for another. What
//! is sent once more is only what certainly was not done, or does no harm twice.

use std::collections::HashSet;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redis::{Value, cmd};

use super::failure::{self, Cause, Failure};
use super::keys::slot;
use super::link::{Dialling, Link};
use super::options::Node;
use super::pool::Pool;
use super::ranges::Ranges;
use super::scripts::Request;
use super::transfer;
use crate::store::{StoreError, StoreErrorKind};

/// So often a call goes to another server, at most.
const REDIRECTIONS: u32 = 5;

/// What goes to the server of one key, in this order.
pub(super) struct Batch {
    pub(super) key: String,
    pub(super) requests: Vec<Request>,
}

impl Batch {
    pub(super) fn one(key: String, request: Request) -> Self {
        Self {
            key,
            requests: vec![request],
        }
    }

    fn size(&self) -> u64 {
        self.requests.iter().map(Request::size).sum()
    }
}

/// Whether what may have been done may be sent once more.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Twice {
    Harmless,
    Never,
}

pub(super) struct Nodes {
    dialling: Dialling,
    /// Those in the address.
    given: Vec<Node>,
    is_cluster: bool,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    idle: Pool<Link>,
    /// Without a cluster: which of the given ones is the master, as far as is known.
    master: usize,
    /// Of a cluster, as far as is known.
    ranges: Ranges,
}

impl Nodes {
    pub(super) fn new(dialling: Dialling, given: Vec<Node>, is_cluster: bool) -> Self {
        Self {
            dialling,
            given,
            is_cluster,
            state: Mutex::default(),
        }
    }

    pub(super) fn is_cluster(&self) -> bool {
        self.is_cluster
    }

    pub(super) fn timeout(&self) -> Duration {
        self.dialling.timeout
    }

    /// When something that begins now has to have ended, but for the time of its size.
    pub(super) fn deadline(&self) -> Instant {
        Instant::now() + self.timeout() * 2
    }

    fn locked(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sends the batches in their order, without a cluster all at once. The answers are
    /// in the order of the requests, and none of them says that the server refuses.
    pub(super) fn run(
        &self,
        mut batches: Vec<Batch>,
        twice: Twice,
        deadline: Instant,
    ) -> Result<Vec<Value>, StoreError> {
        if !self.is_cluster && batches.len() > 1 {
            let rest = batches.split_off(1);
            let requests = rest.into_iter().flat_map(|batch| batch.requests);
            batches[0].requests.extend(requests);
        }
        let mut answers = Vec::new();
        for batch in &batches {
            let again = (twice == Twice::Harmless).then_some(batch);
            answers.extend(self.run_one(batch, again, deadline)?);
        }
        Ok(answers)
    }

    /// Sends one batch, and if the connection breaks, `again` instead.
    pub(super) fn run_one<'a>(
        &self,
        mut batch: &'a Batch,
        mut again: Option<&'a Batch>,
        deadline: Instant,
    ) -> Result<Vec<Value>, StoreError> {
        let deadline = deadline + transfer::time_for(batch.size());
        let mut node = self.node_of(&batch.key, deadline)?;
        let mut is_asking = false;
        for _ in 0..REDIRECTIONS {
            let requests: Vec<_> = batch.requests.iter().collect();
            let failure = match self.run_at(&node, &requests, is_asking, deadline) {
                Ok(answers) => return Ok(answers),
                Err(failure) => failure,
            };
            is_asking = false;
            let next = match &failure.cause {
                Cause::Moved(to) | Cause::Ask(to) if self.is_cluster => {
                    is_asking = matches!(failure.cause, Cause::Ask(_));
                    if !is_asking {
                        self.forget_ranges();
                    }
                    to.clone()
                }
                Cause::Moved(_) | Cause::Ask(_) => return Err(no_cluster(&node)),
                Cause::Unreachable | Cause::ReadOnly => {
                    self.instead_of(&node, &batch.key, deadline)
                }
                Cause::Broken => again.take().map(|again| {
                    batch = again;
                    node.clone()
                }),
                _ => None,
            };
            match next {
                Some(next) if Instant::now() < deadline => node = next,
                _ => return Err(failure.error),
            }
        }
        Err(StoreError::new(
            StoreErrorKind::Unavailable,
            format!("the servers of the Redis send on to each other, at last from {node}"),
        ))
    }

    /// Sends all and reads all answers, none of which says that the server refuses.
    fn run_at(
        &self,
        node: &Node,
        requests: &[&Request],
        is_asking: bool,
        limit: Instant,
    ) -> Result<Vec<Value>, Failure> {
        let answers = self.answers_at(node, requests, is_asking, limit)?;
        answers.into_iter().collect()
    }

    /// Sends all, reads all answers, and gives the connection back if it is still good.
    pub(super) fn answers_at(
        &self,
        node: &Node,
        requests: &[&Request],
        is_asking: bool,
        limit: Instant,
    ) -> Result<Vec<Result<Value, Failure>>, Failure> {
        let mut link = self.link(node, limit)?;
        link.begin(limit.min(Instant::now() + self.timeout()), self.timeout());
        let mut checked = Vec::with_capacity(requests.len());
        let mut rest = requests;
        while !rest.is_empty() && checked.iter().all(Result::is_ok) {
            // What follows a script asks what has become of it.
            let script = rest.iter().position(|request| request.is_script());
            let (part, later) = rest.split_at(script.map_or(rest.len(), |at| at + 1));
            let answers = exchange(&mut link, node, part, is_asking);
            // What ended this connection has most likely ended those that are idle.
            let answers = answers.inspect_err(|_| self.locked().idle.forget(node))?;
            checked.extend(answers);
            rest = later;
        }
        let is_replica = |answer: &Result<Value, Failure>| {
            answer
                .as_ref()
                .is_err_and(|failure| failure.cause == Cause::ReadOnly)
        };
        if checked.iter().any(is_replica) {
            // All the others go to what was the master, too.
            self.locked().idle.forget(node);
        } else {
            self.locked().idle.give_back(node, link, Instant::now());
        }
        Ok(checked)
    }

    fn link(&self, node: &Node, limit: Instant) -> Result<Link, Failure> {
        loop {
            let (process, now) = (std::process::id(), Instant::now());
            let idle = self.locked().idle.take(node, process, now);
            let Some(mut link) = idle else {
                return Link::dial(node, &self.dialling, limit.min(now + self.timeout()));
            };
            if link.is_quiet() {
                return Ok(link);
            }
        }
    }

    pub(super) fn node_of(&self, key: &str, deadline: Instant) -> Result<Node, Failure> {
        if !self.is_cluster {
            let master = self.locked().master;
            return Ok(self.given[master].clone());
        }
        if let Some(node) = self.in_ranges(slot(key)) {
            return Ok(node);
        }
        self.ask_for_ranges(None, deadline)?;
        self.in_ranges(slot(key)).ok_or_else(|| Failure {
            cause: Cause::Refused,
            error: StoreError::new(
                StoreErrorKind::Unavailable,
                format!("no server of the cluster has the slot {}", slot(key)),
            ),
        })
    }

    fn in_ranges(&self, slot: u16) -> Option<Node> {
        self.locked().ranges.find(slot).cloned()
    }

    pub(super) fn forget_ranges(&self) {
        self.locked().ranges = Ranges::default();
    }

    /// Who has a key now that this server does not take it, if that is another one.
    fn instead_of(&self, node: &Node, key: &str, deadline: Instant) -> Option<Node> {
        if self.is_cluster {
            self.ask_for_ranges(Some(node), deadline).ok()?;
            return self.in_ranges(slot(key)).filter(|next| next != node);
        }
        let mut state = self.locked();
        if self.given[state.master] == *node {
            state.master = (state.master + 1) % self.given.len();
        }
        Some(self.given[state.master].clone()).filter(|next| next != node)
    }

    /// All that can be asked, those that are known to have slots first.
    fn candidates(&self) -> Vec<Node> {
        let state = self.locked();
        let mut nodes: Vec<_> = if self.is_cluster {
            state.ranges.masters().cloned().collect()
        } else {
            vec![self.given[state.master].clone()]
        };
        drop(state);
        nodes.extend(self.given.iter().cloned());
        let mut seen = HashSet::new();
        nodes.retain(|node| seen.insert(node.clone()));
        nodes
    }

    /// One that has just failed is asked last.
    fn ask_for_ranges(&self, failed: Option<&Node>, limit: Instant) -> Result<(), Failure> {
        let mut command = cmd("CLUSTER");
        command.arg("SLOTS");
        let request = Request::plain(command);
        let mut candidates = self.candidates();
        candidates.sort_by_key(|node| Some(node) == failed);
        let mut last = None;
        for node in candidates {
            let answers = self.run_at(&node, &[&request], false, limit);
            let ranges = answers.map(|answers| {
                let answer = answers.first();
                answer.map_or_else(Ranges::default, |answer| Ranges::read(answer, &node))
            });
            match ranges {
                Ok(ranges) if !ranges.is_empty() => {
                    self.locked().ranges = ranges;
                    return Ok(());
                }
                Ok(_) => {}
                Err(failure) => last = Some(failure),
            }
        }
        Err(last.unwrap_or_else(|| Failure {
            cause: Cause::Refused,
            error: StoreError::new(
                StoreErrorKind::Unavailable,
                "no server of the cluster knows who has which slot",
            ),
        }))
    }

    /// A connection of its own, to any server.
    pub(super) fn dial_any(&self) -> Result<Link, Failure> {
        let mut result = Err(Failure {
            cause: Cause::Unreachable,
            error: StoreError::new(StoreErrorKind::Unavailable, "there is no server to ask"),
        });
        for node in self.candidates() {
            result = Link::dial(&node, &self.dialling, Instant::now() + self.timeout());
            if result.is_ok() {
                break;
            }
        }
        result
    }

    /// Asks each server that takes writes, or the only one.
    pub(super) fn ask_masters(
        &self,
        request: impl Fn() -> Request,
    ) -> Result<Vec<Result<Value, Failure>>, StoreError> {
        let deadline = self.deadline();
        if self.is_cluster {
            self.ask_for_ranges(None, deadline)?;
        }
        let mut masters = self.candidates();
        let count = if self.is_cluster {
            let state = self.locked();
            state.ranges.masters().collect::<HashSet<_>>().len()
        } else {
            1
        };
        masters.truncate(count);
        let ask = |node: &Node| {
            let answers = self.run_at(node, &[&request()], false, deadline)?;
            Ok(answers.into_iter().next().unwrap_or(Value::Nil))
        };
        Ok(masters.iter().map(ask).collect())
    }
}

/// Sends all at once. What a server refuses is refused alone; without a connection all is.
fn exchange(
    link: &mut Link,
    node: &Node,
    requests: &[&Request],
    is_asking: bool,
) -> Result<Vec<Result<Value, Failure>>, Failure> {
    let mut packed = Vec::new();
    for request in requests {
        if is_asking {
            cmd("ASKING").write_packed_command(&mut packed);
        }
        request.command.write_packed_command(&mut packed);
    }
    link.send(&packed)?;
    let mut answers = Vec::with_capacity(requests.len());
    for _ in requests {
        if is_asking {
            link.receive()?;
        }
        answers.push(failure::checked(link.receive()?, node));
    }
    for (answer, request) in answers.iter_mut().zip(requests) {
        let is_new = |failure: &Failure| failure.cause == Cause::NoScript;
        if answer.as_ref().is_err_and(is_new)
            && let Some(whole) = request.with_source()
        {
            if is_asking {
                link.ask(&cmd("ASKING"))?;
            }
            *answer = failure::checked(link.ask(&whole)?, node);
        }
    }
    Ok(answers)
}

fn no_cluster(node: &Node) -> StoreError {
    StoreError::new(
        StoreErrorKind::Refused,
        format!(
            "the Redis at {node} is a server of a cluster, whose address is \
             `redis+cluster://{node}`"
        ),
    )
}
