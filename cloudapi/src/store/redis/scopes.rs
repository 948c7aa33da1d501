//! The limits that processes share, in a Redis.

use std::time::{Duration, Instant};

use redis::Value;

use super::keys::Keys;
use super::nodes::{Batch, Nodes, Twice};
use super::record::{self, micros};
use super::scripts::{self, Request};
use crate::store::{Grant, Reservation, SharedLimit, StoreError};

/// A time of 64 bits that a script tells, which may have run over.
fn wait(answer: Value) -> Result<Duration, StoreError> {
    let micros: u128 = record::number(answer)?;
    Ok(Duration::from_micros(
        u64::try_from(micros).unwrap_or(u64::MAX),
    ))
}

fn limit(request: Request, limit: &SharedLimit) -> Request {
    let period = limit.period_micros();
    let tolerance = period.saturating_mul(limit.burst_periods());
    request.arg(&limit.name).arg(period).arg(tolerance)
}

pub(super) fn reserve(
    nodes: &Nodes,
    keys: &Keys,
    scope: &str,
    wanted: &Reservation<'_>,
) -> Result<Grant, StoreError> {
    let key = keys.scope(scope);
    let mut request = Request::script(&scripts::RESERVE, &[&key]).arg(wanted.gate.len());
    for each in wanted.gate.iter().chain(wanted.endpoint) {
        request = limit(request, each);
    }
    // If it is done twice a slot is lost, which is less than an error costs.
    let mut answer = ask(nodes, key, request, Twice::Harmless, nodes.deadline())?.into_iter();
    let word = record::text(record::next(&mut answer))?;
    let wait = wait(record::next(&mut answer))?;
    Ok(match word.as_str() {
        "slot" => Grant::Slot { wait },
        word => Grant::Later {
            wait,
            closed: word == "closed",
        },
    })
}

pub(super) fn close(
    nodes: &Nodes,
    keys: &Keys,
    scope: &str,
    wait: Duration,
) -> Result<(), StoreError> {
    let key = keys.scope(scope);
    let request = Request::script(&scripts::CLOSE, &[&key])
        .arg(micros(wait))
        .arg(&keys.channel)
        .arg(scope);
    nodes
        .run(
            vec![Batch::one(key, request)],
            Twice::Harmless,
            nodes.deadline(),
        )
        .map(drop)
}

pub(super) fn closed_for(nodes: &Nodes, keys: &Keys, scope: &str) -> Result<Duration, StoreError> {
    let key = keys.scope(scope);
    let request = Request::script(&scripts::GATE, &[&key]);
    let mut answers = nodes
        .run(
            vec![Batch::one(key, request)],
            Twice::Harmless,
            nodes.deadline(),
        )?
        .into_iter();
    wait(record::next(&mut answers))
}

/// Asks for one thing, whose answer is a list.
pub(super) fn ask(
    nodes: &Nodes,
    key: String,
    request: Request,
    twice: Twice,
    deadline: Instant,
) -> Result<Vec<Value>, StoreError> {
    let mut answers = nodes
        .run(vec![Batch::one(key, request)], twice, deadline)?
        .into_iter();
    record::list(record::next(&mut answers))
}
