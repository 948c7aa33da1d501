//! One attempt of a call, and what comes of it.

use std::pin::pin;
use std::sync::Arc;
#[cfg(feature = "store")]
use std::time::Duration;

use http::StatusCode;

use super::scope::Finished;
use super::{CallCell, Renewal, sync};
use crate::body::{Body, FileIo};
use crate::details::unless_it_panics;
use crate::error::{AttemptOutcome, Error};
#[cfg(feature = "store")]
use crate::outcome::TransportError;
use crate::outcome::{Failure, Outcome};
use crate::redirect::Hop;
use crate::schedule::{
    Answer, CallId, Ending, Next, Report, ResponseView, Said, Standard, Start, Time, VendorProfile,
    Verdict,
};
#[cfg(feature = "store")]
use crate::store::{StoreError, StoreErrorKind};
use crate::transport::Outgoing;
use crate::watch::AttemptTrace;

/// What its store notes later than this after the slot does not leave in that slot: with
/// many that waited for the store it would make a burst. It is longer than a store takes
/// that is well, or nothing would ever leave.
#[cfg(feature = "store")]
const LATE: Duration = Duration::from_secs(1);

/// An attempt that has its slot. Whatever happens to it, its call hears of it:
/// an attempt that is dropped counts as abandoned.
#[derive(Debug)]
pub(super) struct Attempt {
    id: CallId,
    start: Start,
    started: Time,
    /// Which attempt of its call it is, counted from 1.
    number: u32,
    cell: Arc<CallCell>,
    /// The request may have left.
    sent: bool,
    /// The number of the credentials that went with it.
    signed: Option<u64>,
    trace: AttemptTrace,
}

/// An attempt that should have ended, and may be on a runtime that stands still.
#[derive(Debug)]
pub(super) struct Overdue {
    pub(super) id: CallId,
    pub(super) cell: Arc<CallCell>,
    pub(super) started: Time,
    pub(super) number: u32,
}

impl Attempt {
    /// Sends the request, as a task on the runtime of the call.
    pub(super) fn start(id: CallId, start: Start, started: Time, cell: &Arc<CallCell>) {
        let number = cell.recorded() + 1;
        let trace = cell.trace(number);
        let mut attempt = Self {
            id,
            start,
            started,
            number,
            cell: Arc::clone(cell),
            sent: false,
            signed: None,
            trace: trace.clone(),
        };
        cell.begins(number);
        // Without a runtime the attempt is dropped, and so reported.
        if let Some(runtime) = cell.runtime() {
            let sending = trace.around(async move {
                #[cfg(feature = "store")]
                if let Some(ledger) = attempt.cell.ledger().cloned() {
                    // Boxed, so that the task of other calls is no larger.
                    match Box::pin(attempt.noted(ledger)).await {
                        // The time for the answer begins when the request leaves.
                        Ok(now) => attempt.started = now,
                        Err(error) => {
                            attempt.report(Err(error), None);
                            return;
                        }
                    }
                }
                attempt.sent = attempt.cell.leaves(number);
                if !attempt.sent {
                    return;
                }
                if attempt.cell.request.options.streamed {
                    // Boxed, so that the task of other calls is no larger.
                    let (outcome, body) = Box::pin(attempt.opened()).await;
                    attempt.report(outcome, body);
                } else {
                    let outcome = attempt.outcome().await;
                    attempt.report(outcome, None);
                }
            });
            cell.keep(sync::spawn(runtime, sending), started);
        }
    }

    /// Notes in its store that the request of a durable call is about to leave, which it
    /// then does.
    #[cfg(feature = "store")]
    fn noted(
        &self,
        ledger: Arc<super::Ledger>,
    ) -> impl Future<Output = Result<Time, TransportError>> + use<> {
        let (started, until) = (self.started, self.until());
        async move {
            let clock = ledger.clock().clone();
            let noted = clock.within(until, pin!(ledger.leaves())).await;
            noted.unwrap_or_else(|| Err(Failure::Unmarked.into()))?;
            let now = clock.now();
            let took = now.since(started);
            if took > LATE {
                let message = format!("it took {took:.1?} to note that the request leaves");
                let error = StoreError::new(StoreErrorKind::Unavailable, message);
                return Err(TransportError::new(Failure::Unmarked, error));
            }
            Ok(now)
        }
    }

    async fn outcome(&mut self) -> Outcome {
        let exchange = pin!(self.exchange());
        let clock = self.cell.client.scope().clock();
        let outcome = clock.within(self.until(), exchange).await;
        outcome.unwrap_or_else(|| Err(Failure::Timeout.into()))
    }

    /// The same where the body of a success is left to the caller.
    async fn opened(&mut self) -> (Outcome, Option<Box<Body>>) {
        let until = self.until();
        let Self { cell, signed, .. } = self;
        let hop = cell.hop();
        let outgoing = outgoing(cell, hop.as_deref(), signed);
        let clock = cell.client.scope().clock();
        let transport = cell.client.transport();
        let opened = pin!(transport.open(outgoing, &|| file_io(cell)));
        match clock.within(until, opened).await {
            Some(Ok((response, body))) => (Ok(response), body.map(Box::new)),
            Some(Err(error)) => (Err(error), None),
            None => (Err(Failure::Timeout.into()), None),
        }
    }

    fn exchange(&mut self) -> impl Future<Output = Outcome> + use<> {
        let Self { cell, signed, .. } = self;
        let hop = cell.hop();
        let outgoing = outgoing(cell, hop.as_deref(), signed);
        let transport = cell.client.transport();
        transport.exchange(outgoing, &|| file_io(cell))
    }

    fn until(&self) -> Time {
        self.cell.until(self.started)
    }

    /// The first to report the end of an attempt tells it to all.
    fn report(&self, outcome: Outcome, body: Option<Box<Body>>) {
        if self.cell.comes_back(self.number).is_some() {
            self.conclude(outcome, body);
        }
    }

    fn conclude(&self, outcome: Outcome, body: Option<Box<Body>>) {
        let cell = &self.cell;
        let scope = cell.client.scope();
        let now = scope.clock().now();
        let said = self.said(&outcome);
        let tells = self.tells(&outcome);
        let verdict = self.verdict(&outcome, &said);
        let finished = Finished {
            report: Report { verdict, tells },
            heard: (&said, self.start),
            outcome: AttemptOutcome::of(&outcome),
            number: self.number,
            took: now.since(self.started),
        };
        #[cfg(feature = "store")]
        if let Some(ledger) = cell.ledger() {
            ledger.came_back(verdict, cell.is_carried_out());
        }
        if verdict != Verdict::Done {
            // Recorded before the scheduler may start the next attempt.
            cell.record(self.started, now, finished.outcome);
        }
        let next = scope.finish(self.id, cell, finished, &cell.terms(), now);
        self.trace.end(finished.outcome, next);
        let ending = match next.map(|concluded| concluded.next) {
            None | Some(Next::Waits) => return,
            Some(Next::Ends(ending)) => ending,
        };
        match (ending, outcome) {
            (Ending::Done, Ok(response)) => cell.succeed(response, body, self.started, now),
            (ending, outcome) => {
                let log = cell.take_log();
                cell.answer(Err(Error::ended(cell, ending, Some(outcome), log)));
            }
        }
    }

    /// What the outcome means. A redirect that is followed is noted at once.
    fn verdict(&self, outcome: &Outcome, said: &Said) -> Verdict {
        let CallCell {
            client, request, ..
        } = &*self.cell;
        let hop = self.cell.hop();
        if let Ok(response) = outcome
            && let Some(next) = Hop::after(client.baseurl(), request, hop.as_deref(), response)
        {
            self.cell.redirect(next, response.status());
            return said.retry_after.map_or(Verdict::Again, Verdict::AgainAfter);
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
        self.cell.judgement(method).judge(match outcome {
            Ok(response) => Answer::Response {
                status: response.status(),
                said,
            },
            Err(error) => Answer::Failure(error.failure()),
        })
    }

    /// Whether the outcome tells anything of the way to the API's own server.
    fn tells(&self, outcome: &Outcome) -> bool {
        let is_ours = match outcome {
            Ok(_) => false,
            Err(error) => error.failure().is_ours(),
        };
        !is_ours && self.cell.hop().is_none_or(|hop| hop.is_at_home)
    }

    /// What the response says about the pace, as the vendor means it.
    fn said(&self, outcome: &Outcome) -> Said {
        let client = &self.cell.client;
        match outcome {
            Ok(response) => {
                let (status, headers) = (response.status(), response.headers());
                let wall = client.scope().clock().wall();
                let view = ResponseView::new(status, headers, response.value(), wall);
                // Another server has its own ways, and what it has left is not what this
                // one has.
                if self.cell.hop().is_some_and(|hop| !hop.is_at_home) {
                    let mut said = Standard.read(&view);
                    said.budgets.clear();
                    return said;
                }
                let said = unless_it_panics(|| client.vendor().read(&view));
                // Without a profile the standards count.
                said.unwrap_or_else(|| Standard.read(&view))
            }
            Err(_) => Said::default(),
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
        self.report(Err(failure.into()), None);
    }
}

impl Overdue {
    /// Ends it in the place of its task, which is stopped: its time is over.
    pub(super) fn end(self) {
        let Self {
            id,
            cell,
            started,
            number,
        } = self;
        let Some(sent) = cell.comes_back(number) else {
            return;
        };
        let task = cell.take_task(started);
        let failure = match sent {
            true => Failure::Timeout,
            false => Failure::NoRuntime,
        };
        let attempt = Attempt {
            id,
            // It is of no matter where there is no answer.
            start: Start::default(),
            started,
            number,
            sent,
            signed: None,
            trace: cell.trace_without_attempt(),
            cell,
        };
        attempt.conclude(Err(failure.into()), None);
        if let Some(task) = task {
            task.abort();
        }
    }
}

/// What goes out, and by which number its credentials are known.
fn outgoing<'a>(
    cell: &'a CallCell,
    hop: Option<&'a Hop>,
    signed: &mut Option<u64>,
) -> Outgoing<'a> {
    let CallCell {
        client, request, ..
    } = cell;
    let mut outgoing = match hop {
        None => client.outgoing(request),
        Some(hop) => client.outgoing_to(hop, request),
    };
    // To another server they do not go, and what the call says itself stands.
    let signature = client
        .renewal()
        .filter(|_| hop.is_none_or(|hop| hop.is_at_home))
        .and_then(Renewal::signature)
        .filter(|signature| !outgoing.headers.contains_key(&signature.name));
    if let Some(signature) = signature {
        *signed = Some(signature.number);
        outgoing.credential = Some((signature.name, signature.value));
    }
    outgoing
}

fn file_io(cell: &CallCell) -> FileIo {
    let clock = cell.client.scope().clock();
    clock.file_io(cell.runtime())
}
