//! Slots and scopes.

use std::time::Duration;

use rusqlite::OptionalExtension as _;

use super::failure::Failure;
use super::work::{Work, signed, unsigned};
use crate::store::slots::{self, Slot};
use crate::store::{GateState, Grant, Reservation, SharedLimit};

pub(super) fn reserve(
    work: &mut Work<'_>,
    scope: &str,
    wanted: &Reservation<'_>,
) -> Result<Grant, Failure> {
    let closed_until = closed_until(work, scope)?;
    let limits = || wanted.gate.iter().chain(wanted.endpoint);
    let mut known = Vec::new();
    for limit in limits() {
        known.push((limit, next_slot(work, scope, limit)?));
    }
    let next_of = |limit: &SharedLimit| {
        let found = known.iter().find(|(known, _)| known.name == limit.name);
        found.map_or(0, |(_, next)| *next)
    };
    let moment = work.moment;
    Ok(
        match slots::reserve(wanted, closed_until, next_of, moment.now) {
            Slot::Later { at, closed } => {
                work.changed = false;
                let wait = moment.until(at);
                Grant::Later { wait, closed }
            }
            Slot::At { slot, next } => {
                let row = "INSERT INTO limits VALUES (?1, ?2, ?3)
                       ON CONFLICT DO UPDATE SET next_slot_us = excluded.next_slot_us";
                let mut keep = work.prepare_cached(row)?;
                for (limit, next) in limits().zip(next) {
                    keep.execute((scope, &limit.name, signed(next)))?;
                }
                Grant::Slot {
                    wait: moment.until(slot),
                }
            }
        },
    )
}

fn next_slot(work: &Work<'_>, scope: &str, limit: &SharedLimit) -> Result<u64, Failure> {
    let row = "SELECT next_slot_us FROM limits WHERE scope = ?1 AND name = ?2";
    let mut row = work.prepare_cached(row)?;
    let next = row.query_row((scope, &limit.name), |row| row.get(0));
    Ok(next.optional()?.map_or(0, unsigned))
}

fn closed_until(work: &Work<'_>, scope: &str) -> Result<u64, Failure> {
    let row = "SELECT closed_until_us FROM scopes WHERE scope = ?1";
    let mut row = work.prepare_cached(row)?;
    let until = row.query_row([scope], |row| row.get(0));
    Ok(until.optional()?.map_or(0, unsigned))
}

pub(super) fn close(work: &mut Work<'_>, scope: &str, wait: Duration) -> Result<(), Failure> {
    let until = work.moment.after(wait);
    work.changed = until > closed_until(work, scope)?;
    let row = "INSERT INTO scopes VALUES (?1, ?2)
               ON CONFLICT DO UPDATE SET closed_until_us = max(closed_until_us, ?2)";
    work.prepare_cached(row)?.execute((scope, signed(until)))?;
    Ok(())
}

pub(super) fn gate(work: &Work<'_>, scope: &str) -> Result<GateState, Failure> {
    let until = closed_until(work, scope)?;
    Ok(GateState {
        closed_for: work.moment.until(until),
    })
}
