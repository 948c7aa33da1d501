//! What goes to many keys, wherever in a cluster they are: to each server all at once.

use std::collections::BTreeMap;

use super::failure::Cause;
use super::nodes::{Batch, Nodes, Twice};
use super::options::Node;
use crate::store::StoreError;

impl Nodes {
    /// Sends batches of one request each, which do no harm twice and go in any order. Each
    /// server has the time of a call. What fails keeps nothing else from being done, and
    /// the first failure is told.
    pub(super) fn scatter(&self, batches: Vec<Batch>) -> Result<(), StoreError> {
        if !self.is_cluster() {
            return self
                .run(batches, Twice::Harmless, self.deadline())
                .map(drop);
        }
        let mut told = Ok(());
        let mut rest: Vec<_> = batches.iter().collect();
        let mut is_first = true;
        while !rest.is_empty() {
            let mut again = Vec::new();
            for (node, group) in self.by_node(&rest)? {
                let requests: Vec<_> = group.iter().flat_map(|batch| &batch.requests).collect();
                let answers = match self.answers_at(&node, &requests, false, self.deadline()) {
                    Ok(answers) => answers,
                    Err(failure) if is_first && is_elsewhere(&failure.cause) => {
                        again.extend(group);
                        continue;
                    }
                    Err(failure) => {
                        told = told.and(Err(failure.error));
                        continue;
                    }
                };
                for (batch, answer) in group.into_iter().zip(answers) {
                    match answer {
                        Ok(_) => {}
                        Err(failure) if is_first && is_elsewhere(&failure.cause) => {
                            again.push(batch);
                        }
                        // Only of a slot that is just handed over, and so of few.
                        Err(failure) if matches!(failure.cause, Cause::Ask(_)) => {
                            let done = self.run_one(batch, Some(batch), self.deadline());
                            told = told.and(done.map(drop));
                        }
                        Err(failure) => told = told.and(Err(failure.error)),
                    }
                }
            }
            if !again.is_empty() {
                self.forget_ranges();
            }
            rest = again;
            is_first = false;
        }
        told
    }

    fn by_node<'a>(
        &self,
        batches: &[&'a Batch],
    ) -> Result<BTreeMap<Node, Vec<&'a Batch>>, StoreError> {
        let deadline = self.deadline();
        let mut groups = BTreeMap::<_, Vec<_>>::new();
        for &batch in batches {
            let node = self.node_of(&batch.key, deadline)?;
            groups.entry(node).or_default().push(batch);
        }
        Ok(groups)
    }
}

/// Whether another connection, or who has the slot now, may do it.
fn is_elsewhere(cause: &Cause) -> bool {
    matches!(
        cause,
        Cause::Unreachable | Cause::Broken | Cause::Moved(_) | Cause::ReadOnly
    )
}
