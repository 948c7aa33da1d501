//! The rules for limits.

use crate::diagnostics::{Diagnostic, Errors};
use crate::model::Limits;

/// A client has a limit in any case; this is the one that `burst` belongs to where
/// it declares none.
const DEFAULT: u32 = 360;

pub(crate) fn of_a_client(limits: &Limits, errors: &mut Errors) {
    are_for_different_times(limits, errors);
    bursts_fit(limits, errors);
    if let Some((at, burst)) = limits.burst()
        && limits.set().is_empty()
    {
        if !limits.listed.is_empty() {
            errors.push(belongs_to_none(at));
        } else if burst > DEFAULT {
            errors.push(too_great(at, burst, DEFAULT));
        }
    }
}

pub(crate) fn of_an_endpoint(limits: &Limits, errors: &mut Errors) {
    are_for_different_times(limits, errors);
    bursts_fit(limits, errors);
    if let Some((at, _)) = limits.burst()
        && limits.set().is_empty()
    {
        errors.push(belongs_to_none(at));
    }
}

/// Of two limits for one time only the lower counts.
fn are_for_different_times(limits: &Limits, errors: &mut Errors) {
    let all = limits.all();
    for (position, rate) in all.iter().enumerate() {
        if all[..position].iter().any(|other| other.per == rate.per) {
            let what = format!("this is a second limit for {:?}", rate.per);
            errors.push(Diagnostic::new(&rate.at, what).help("keep the lower of the two"));
        }
    }
}

/// A burst is a part of what a limit allows.
fn bursts_fit(limits: &Limits, errors: &mut Errors) {
    let smallest = limits.set().into_iter().min_by_key(|rate| rate.calls);
    for rate in smallest.iter().chain(&limits.listed) {
        if let Some((at, burst)) = &rate.burst
            && *burst > rate.calls
        {
            errors.push(too_great(at, *burst, rate.calls));
        }
    }
}

fn too_great(at: impl quote::ToTokens, burst: u32, calls: u32) -> Diagnostic {
    let what = format!("a burst of {burst} is more than the {calls} attempts of the limit");
    Diagnostic::new(at, what).help(format_args!("give at most {calls}"))
}

fn belongs_to_none(at: impl quote::ToTokens) -> Diagnostic {
    Diagnostic::new(
        at,
        "`burst` belongs to `callrateperhour`, `callrateperminute` and `callratepersecond`, \
         and there is none of them",
    )
    .help("put it into the rate, as in `rate(250, per = \"1m\", burst = 20)`")
}
