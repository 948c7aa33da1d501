//! What keeps a job at its worker while its call is made.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use crate::call::{Answer, RawCall};
use crate::engine::{Desk, Ledger};
use crate::error::ErrorKind;
use crate::store::StoreErrorKind;

/// Sees to it that the job stays this worker's while its call is made.
pub(super) struct Watchman<'a> {
    pub(super) desk: &'a Desk,
    pub(super) ledger: &'a Arc<Ledger>,
    pub(super) lease: Duration,
}

pub(super) enum Watched {
    Answered(Answer),
    /// Nothing was under way.
    Cancelled,
    Lost,
}

impl Watchman<'_> {
    pub(super) async fn over(&self, mut call: RawCall) -> Watched {
        let clock = self.desk.clock();
        let mut answer = pin!(poll_fn(|context| call.poll(context)));
        let mut pause = self.lease / 3;
        let mut is_cancelled = false;
        loop {
            let until = clock.now().after(pause);
            if let Some(answer) = clock.within(until, answer.as_mut()).await {
                return match answer {
                    Err(error) if is_cancelled && error.kind() == ErrorKind::Store => {
                        Watched::Cancelled
                    }
                    answer => Watched::Answered(answer),
                };
            }
            let (lease, duration) = (self.ledger.lease().clone(), self.lease);
            let asked = clock.now();
            let beat = self
                .desk
                .ask(move |store| store.heartbeat(&lease, duration));
            match beat.await {
                Ok(pulse) => {
                    self.ledger.holds_until(asked.after(self.lease));
                    pause = self.lease / 3;
                    is_cancelled = pulse.cancel_requested;
                }
                Err(error) if error.kind() == StoreErrorKind::LeaseLost => return Watched::Lost,
                Err(_) => pause = self.lease / 12,
            }
            if is_cancelled && !self.close().await {
                return Watched::Cancelled;
            }
        }
    }

    /// From here on nothing is sent. Whether an attempt may be on its way.
    async fn close(&self) -> bool {
        let ledger = Arc::clone(self.ledger);
        let closed = self.desk.ask(move |_| Ok(ledger.close())).await;
        closed.unwrap_or(true)
    }
}
