//! One attempt of a call, and what comes of it.

use std::sync::Arc;

use super::CallCell;
use crate::error::{AttemptOutcome, Error};
use crate::outcome::{Failure, Outcome};
use crate::schedule::{Answer, CallId, Ending, Next, Time, Verdict, retry_after};

/// An attempt that has its slot. Whatever happens to it, its call hears of it:
/// an attempt that is dropped counts as abandoned.
#[derive(Debug)]
pub(super) struct Attempt {
    id: CallId,
    started: Time,
    cell: Arc<CallCell>,
    reported: bool,
}

impl Attempt {
    /// Sends the request, as a task on the runtime of the call.
    pub(super) fn start(id: CallId, started: Time, cell: Arc<CallCell>) {
        let attempt = Self {
            id,
            started,
            cell: Arc::clone(&cell),
            reported: false,
        };
        // Without a runtime the attempt is dropped, and so reported.
        let Some(runtime) = cell.runtime() else {
            return;
        };
        let task = runtime.spawn(attempt.run());
        cell.keep(task);
    }

    async fn run(mut self) {
        let client = &self.cell.client;
        let exchange = client.transport().clone().exchange(
            client.outgoing(&self.cell.request),
            client.terms().maximum_response_size,
        );
        let outcome = client.scope().clock().within(self.until(), exchange).await;
        self.report(outcome.unwrap_or_else(|| Err(Failure::Timeout.into())));
    }

    /// The end of the attempt's time, or of the whole call's.
    fn until(&self) -> Time {
        let options = &self.cell.request.options;
        let timeout = options
            .request_timeout
            .unwrap_or(self.cell.client.terms().request_timeout);
        self.started.after(timeout).min(self.cell.deadline())
    }

    fn report(&mut self, outcome: Outcome) {
        if std::mem::replace(&mut self.reported, true) {
            return;
        }
        let cell = &self.cell;
        let scope = cell.client.scope();
        let terms = cell.client.terms();
        let verdict = cell.judgement().judge(self.answer(&outcome));
        if verdict != Verdict::Done {
            // Recorded before the scheduler may start the next attempt.
            let now = scope.clock().now();
            cell.record(self.started, now, AttemptOutcome::of(&outcome));
        }
        let ending = match scope.finish(self.id, verdict, &terms.schedule) {
            None | Some(Next::Waits) => return,
            Some(Next::Ends(ending)) => ending,
        };
        match (ending, outcome) {
            (Ending::Done, Ok(response)) => cell.succeed(response),
            (ending, outcome) => {
                let log = cell.take_log();
                cell.answer(Err(Error::ended(cell, ending, Some(outcome), log)));
            }
        }
    }

    fn answer(&self, outcome: &Outcome) -> Answer {
        match outcome {
            Ok(response) => Answer::Response {
                status: response.status(),
                // Read only where it can matter.
                retry_after: (!response.status().is_success())
                    .then(|| {
                        let wall = self.cell.client.scope().clock().wall();
                        retry_after(response.headers(), wall)
                    })
                    .flatten(),
            },
            Err(error) => Answer::Failure(error.failure()),
        }
    }
}

impl Drop for Attempt {
    fn drop(&mut self) {
        self.report(Err(Failure::Abandoned.into()));
    }
}
