//! What becomes of a job, and how the store is told.

use std::time::Duration;

use super::report::Ended;
use super::shift::Crew;
use crate::engine::{Desk, Ledger};
use crate::store::{Back, Finish, Job, JobState, Lease, Settlement, StoreError, StoreErrorKind};

/// The first and the longest time between two tries to say how a job ended.
const SOON: Duration = Duration::from_millis(50);
const SELDOM: Duration = Duration::from_secs(5);

/// What is to become of the job.
pub(super) enum Step {
    Finish(Finish),
    Back(Back),
    /// It is another's.
    Lost,
}

/// Tells the store, however often it takes. Nothing is sent again meanwhile.
pub(super) async fn note(crew: &Crew, ledger: &Ledger, step: &Step) -> Ended {
    let mut step = match step {
        Step::Finish(finish) => Step::Finish(finish.clone()),
        Step::Back(back) => Step::Back(*back),
        Step::Lost => return Ended::Lost,
    };
    let begun = crew.desk.clock().now();
    let mut wait = SOON;
    loop {
        let error = match told(&crew.desk, ledger.lease(), &step).await {
            Ok(ended) => return ended,
            Err(error) => error,
        };
        match (error.kind(), &mut step) {
            (StoreErrorKind::LeaseLost | StoreErrorKind::NotFound, _) => {
                return told_late(crew, ledger.lease(), &step).await;
            }
            (StoreErrorKind::Unusable, _) => return Ended::Lost,
            // There is no room for the answer. That there was one is worth more.
            (StoreErrorKind::Full | StoreErrorKind::Refused, Step::Finish(finish))
                if finish.result.is_some() =>
            {
                finish.result = None;
                let reason = finish.reason.get_or_insert_default();
                reason.push_str(&format!(" (the store did not keep the answer: {error})"));
                continue;
            }
            _ => {}
        }
        // From then on the store takes no more of it, whatever it answers.
        if crew.desk.clock().now() > begun.after(crew.terms.lease) {
            return match crew.is_closing() {
                true => Ended::Lost,
                false => told_late(crew, ledger.lease(), &step).await,
            };
        }
        crew.desk.sleep(wait).await;
        wait = (wait * 2).min(SELDOM);
    }
}

async fn told(desk: &Desk, lease: &Lease, step: &Step) -> Result<Ended, StoreError> {
    let lease = lease.clone();
    match step {
        Step::Finish(finish) => {
            let finish = finish.clone();
            let state = finish.state;
            let told = desk.ask(move |store| store.finish(&lease, &finish)).await;
            told.map(|()| Ended::As(state))
        }
        Step::Back(back) => {
            let back = *back;
            let told = desk.ask(move |store| store.requeue(&lease, &back)).await;
            told.map(|()| match back {
                Back::Failed { .. } => Ended::PutBack,
                Back::Untouched { .. } => Ended::Untouched,
            })
        }
        Step::Lost => Ok(Ended::Lost),
    }
}

/// The lease has ended before the store said that it was told. It may have been told all
/// the same; and if the job is taken for one of unknown outcome, it is known here what
/// became of it.
async fn told_late(crew: &Crew, lease: &Lease, step: &Step) -> Ended {
    let Step::Finish(finish) = step else {
        return Ended::Lost;
    };
    let Some(settlement) = known(finish) else {
        return match is_so(&crew.desk, lease, finish.state).await {
            true => Ended::As(finish.state),
            false => Ended::Lost,
        };
    };
    let (id, state) = (lease.job, finish.state);
    let until = crew.desk.clock().now().after(crew.terms.lease);
    let mut wait = SOON;
    loop {
        let found = crew.desk.ask(move |store| store.job(id)).await;
        let is_away = match found {
            Ok(Some(job)) if job.state == state => return Ended::As(state),
            // Of what another worker has sent since, nothing is known here.
            Ok(Some(job)) if job.state == JobState::Unknown && is_own(&job, lease) => {
                let own = settlement.clone();
                match crew.desk.ask(move |store| store.settle(id, &own)).await {
                    Ok(()) => return Ended::As(state),
                    Err(error) => error.kind() == StoreErrorKind::Unavailable,
                }
            }
            // Nobody has noticed yet that the lease has ended.
            Ok(Some(job)) if is_left(&job, lease) => {
                if crew.is_closing() || crew.desk.clock().now() > until {
                    let queue = lease.queue.clone();
                    let _ = crew.desk.ask(move |store| store.reclaim(&queue)).await;
                }
                true
            }
            Ok(_) => false,
            Err(error) => error.kind() == StoreErrorKind::Unavailable,
        };
        let is_late = crew.desk.clock().now() > until;
        if !is_away || (is_late && crew.is_closing()) {
            return Ended::Lost;
        }
        crew.desk.sleep(wait).await;
        wait = (wait * 2).min(SELDOM);
    }
}

/// What is known of a job that ended so.
fn known(finish: &Finish) -> Option<Settlement> {
    let late = || "its worker was away for longer than its lease, and has come back".to_owned();
    let reason = finish.reason.clone().unwrap_or_else(late);
    match finish.state {
        JobState::Done => Some(Settlement::Done {
            result: finish.result.clone(),
            reason,
        }),
        JobState::Failed => Some(Settlement::Failed { reason }),
        _ => None,
    }
}

async fn is_so(desk: &Desk, lease: &Lease, state: JobState) -> bool {
    let id = lease.job;
    let found = desk.ask(move |store| store.job(id)).await;
    found.is_ok_and(|job| job.is_some_and(|job| job.state == state))
}

/// Whether it is still as its worker left it, and is going to be of unknown outcome.
fn is_left(job: &Job, lease: &Lease) -> bool {
    job.state == JobState::Sent && !job.new.repeatable && is_own(job, lease)
}

/// Whether its worker had it last.
fn is_own(job: &Job, lease: &Lease) -> bool {
    job.worker.as_ref() == Some(&lease.worker)
}
