//! One attempt of a call, and what comes of it.

use std::pin::pin;
use std::sync::Arc;

use http::StatusCode;

use super::scope::Finished;
use super::{CallCell, Renewal};
use crate::error::{AttemptOutcome, Error};
use crate::outcome::{Failure, Outcome};
use crate::redirect::Hop;
use crate::schedule::{Answer, CallId, Ending, Next, Time, Verdict, retry_after};
use crate::watch::AttemptTrace;

/// An attempt that has its slot. Whatever happens to it, its call hears of it:
/// an attempt that is dropped counts as abandoned.
#[derive(Debug)]
pub(super) struct Attempt {
    id: CallId,
    started: Time,
    /// Which attempt of its call it is, counted from 1.
    number: u32,
    cell: Arc<CallCell>,
    /// The request may have left.
    sent: bool,
    /// The number of the credentials that went with it.
    signed: Option<u64>,
    reported: bool,
    trace: AttemptTrace,
}

impl Attempt {
    /// Sends the request, as a task on the runtime of the call.
    pub(super) fn start(id: CallId, started: Time, cell: &Arc<CallCell>) {
        let number = cell.recorded() + 1;
        let trace = cell.trace(number);
        let mut attempt = Self {
            id,
            started,
            number,
            cell: Arc::clone(cell),
            sent: false,
            signed: None,
            reported: false,
            trace: trace.clone(),
        };
        // Without a runtime the attempt is dropped, and so reported.
        if let Some(runtime) = cell.runtime() {
            cell.keep(runtime.spawn(trace.around(async move {
                attempt.sent = true;
                let outcome = attempt.outcome().await;
                attempt.report(outcome);
            })));
        }
    }

    async fn outcome(&mut self) -> Outcome {
        let exchange = pin!(self.exchange());
        let clock = self.cell.client.scope().clock();
        let outcome = clock.within(self.until(), exchange).await;
        outcome.unwrap_or_else(|| Err(Failure::Timeout.into()))
    }

    fn exchange(&mut self) -> impl Future<Output = Outcome> + use<> {
        let CallCell {
            client, request, ..
        } = &*self.cell;
        let hop = self.cell.hop();
        let mut outgoing = match &hop {
            None => client.outgoing(request),
            Some(hop) => client.outgoing_to(hop, request),
        };
        // To another server they do not go, and what the call says itself stands.
        let signature = client
            .renewal()
            .filter(|_| hop.as_ref().is_none_or(|hop| hop.is_at_home))
            .and_then(Renewal::signature)
            .filter(|signature| !outgoing.headers.contains_key(&signature.name));
        if let Some(signature) = signature {
            self.signed = Some(signature.number);
            outgoing.credential = Some((signature.name, signature.value));
        }
        client.transport().exchange(outgoing)
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
        let now = scope.clock().now();
        let verdict = self.verdict(&outcome);
        let finished = Finished {
            verdict,
            outcome: AttemptOutcome::of(&outcome),
            number: self.number,
            took: now.since(self.started),
        };
        if verdict != Verdict::Done {
            // Recorded before the scheduler may start the next attempt.
            cell.record(self.started, now, finished.outcome);
        }
        let next = scope.finish(self.id, cell, finished, &terms.schedule, now);
        self.trace.end(finished.outcome, next.map(|next| next.1));
        let ending = match next {
            None | Some((Next::Waits, _)) => return,
            Some((Next::Ends(ending), _)) => ending,
        };
        match (ending, outcome) {
            (Ending::Done, Ok(response)) => cell.succeed(response, self.started, now),
            (ending, outcome) => {
                let log = cell.take_log();
                cell.answer(Err(Error::ended(cell, ending, Some(outcome), log)));
            }
        }
    }

    /// What the outcome means. A redirect that is followed is noted at once.
    fn verdict(&self, outcome: &Outcome) -> Verdict {
        let CallCell {
            client, request, ..
        } = &*self.cell;
        let hop = self.cell.hop();
        if let Ok(response) = outcome
            && let Some(next) = Hop::after(client.baseurl(), request, hop.as_deref(), response)
        {
            self.cell.redirect(next);
            return Verdict::Again;
        }
        if let Ok(response) = outcome
            && response.status() == StatusCode::UNAUTHORIZED
            && let Some(number) = self.signed
            && let Some(renewal) = client.renewal()
            && self.cell.may_sign_again()
        {
            renewal.refuse(number);
            return Verdict::Again;
        }
        let method = hop.as_ref().map_or(&request.method, |hop| &hop.method);
        self.cell.judgement(method).judge(self.answer(outcome))
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
        let failure = if self.sent {
            Failure::Abandoned
        } else {
            Failure::NoRuntime
        };
        self.report(Err(failure.into()));
    }
}
